//! The response phase.

use std::rc::Rc;

use httproute_sdk::{Decision, HeaderOp, Kinds, Plan, Reply, Routes, Steps};
use proxy_wasm::types::MapType;

use crate::apply::carry_out;
use crate::host::Host;
use crate::metrics::Counter;
use crate::vm::Vm;

/// What the response phase knows of a request, whose headers proxies do not show any more by then.
///
/// `ResponseHeaderModifier` holds for every response of a matched and valid rule, whoever gave it: the backend, the proxy
/// with its own 502, 503 and 504, the redirect, and the 500 for the share of a backend that cannot be resolved.
#[derive(Debug)]
pub struct Saved {
    routes: Rc<Routes>,
    decision: Decision,
    preflight: bool,
    /// The changes that a CORS filter makes: they depend on the request.
    cors: Vec<HeaderOp>,
    /// Whether something in the rule is wrong that another module of the chain answers for.
    broken_elsewhere: bool,
}

impl Saved {
    /// What a module of these `kinds` has to do to the response; `None` where that is nothing.
    pub fn of(plan: &Plan<'_>, kinds: Kinds, routes: &Rc<Routes>) -> Option<Self> {
        let changes = kinds.has(Kinds::HEADERS) && plan.response_headers.iter().any(|ops| !ops.is_empty());
        let cors = if kinds.has(Kinds::CORS) { plan.cors.clone() } else { Vec::new() };
        ((changes || !cors.is_empty()) && !plan.is_broken(kinds)).then(|| Saved {
            routes: Rc::clone(routes),
            decision: plan.decision,
            preflight: plan.preflight,
            cors,
            broken_elsewhere: !plan.broken.is_none(),
        })
    }

    /// Changes the response's headers.
    pub fn apply<H: Host>(self, vm: &Vm<H>) {
        let host = &vm.host;
        // The 500 of a broken rule carries none of the rule's changes, also where another module of the chain gave it. Only
        // for such rules is the proxy asked, because asking is dear.
        if self.broken_elsewhere
            && host.property(&["response", "code_details"]).ok().flatten().as_deref()
                == Some(Reply::BROKEN_RULE.details.as_bytes())
        {
            return;
        }
        let of_the_rule = if vm.module.kinds.has(Kinds::HEADERS) {
            self.routes.response_headers(self.decision, self.preflight)
        } else {
            Steps::new()
        };
        for op in of_the_rule.iter().copied().flatten().chain(&self.cors) {
            if carry_out(op, MapType::HttpResponseHeaders, host).is_err() {
                // The response is under way, and the client better served with the rest of the changes than with none.
                vm.metrics.count(Counter::ResponseFailure, 1);
            }
        }
    }
}
