//! The response phase.

use std::rc::Rc;

use httproute_sdk::extension::Responders;
use httproute_sdk::{Decision, HeaderLines, HeaderOp, Kinds, Plan, Reply, Routes};
use proxy_wasm::types::MapType;

use crate::apply::answer;
use crate::host::Host;
use crate::metrics::Counter;
use crate::pairs;
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
    /// Whether the rule is to be asked again for its changes.
    of_the_rule: bool,
    /// The changes that depend on the request: those that a CORS filter makes, and all of them where custom filters had a say.
    of_the_request: Vec<HeaderOp>,
    /// The custom filters that wait for the response.
    responders: Responders,
    /// Whether something in the rule is wrong that another module of the chain answers for.
    broken_elsewhere: bool,
}

impl Saved {
    /// What a module of these `kinds` has to do to the response; `None` where that is nothing.
    pub fn of(plan: &mut Plan<'_>, kinds: Kinds, routes: &Rc<Routes>) -> Option<Self> {
        if plan.is_broken(kinds) || plan.is_failed() {
            return None;
        }
        let mut of_the_rule =
            kinds.has(Kinds::HEADERS) && plan.response_headers.iter().any(|ops| !ops.is_empty());
        let mut of_the_request = Vec::new();
        let extensions = plan.extensions.take();
        if extensions.is_some() && of_the_rule {
            of_the_request.extend(plan.response_headers.iter().flat_map(|step| step.iter()).cloned());
            of_the_rule = false;
        }
        if kinds.has(Kinds::CORS) {
            of_the_request.extend_from_slice(&plan.cors);
        }
        let responders = extensions.map(|effects| effects.responders).unwrap_or_default();
        (of_the_rule || !of_the_request.is_empty() || !responders.is_empty()).then(|| Saved {
            routes: Rc::clone(routes),
            decision: plan.decision,
            preflight: plan.preflight,
            of_the_rule,
            of_the_request,
            responders,
            broken_elsewhere: !plan.broken.is_none(),
        })
    }

    /// Changes the response's headers. False where the module answers in the place of the response.
    pub fn apply<H: Host>(self, vm: &Vm<H>) -> bool {
        let host = &vm.host;
        // The 500 of a broken rule carries none of the rule's changes, also where another module of the chain gave it. Only
        // for such rules is the proxy asked, because asking is dear.
        if self.broken_elsewhere
            && host.property(&["response", "code_details"]).ok().flatten().as_deref()
                == Some(Reply::BROKEN_RULE.details.as_bytes())
        {
            return true;
        }
        if self.of_the_rule {
            self.routes.response_headers(self.decision, self.preflight, &mut |op| change(op, vm));
        }
        self.of_the_request.iter().for_each(|op| change(op, vm));
        if self.responders.is_empty() {
            return true;
        }
        let responded = self.responders.respond(&|| headers(host));
        vm.tell(&responded.notes);
        if responded.failed {
            // What the filter was to take out of the response must not reach the client.
            vm.metrics.count(Counter::ResponseExtensionFailed, 1);
            answer(&Reply::EXTENSION_FAILED, &[], host);
            return false;
        }
        responded.changes.iter().for_each(|op| change(op, vm));
        true
    }
}

fn change<H: Host>(op: &HeaderOp, vm: &Vm<H>) {
    let map = MapType::HttpResponseHeaders;
    let changed = match op {
        HeaderOp::Set { name, value } => vm.host.set_header(map, name, value),
        HeaderOp::Add { name, value } => vm.host.add_header(map, name, value),
        HeaderOp::Remove { name } => vm.host.remove_header(map, name),
    };
    if changed.is_err() {
        // The response is under way, and the client better served with the rest of the changes than with none.
        vm.metrics.count(Counter::ResponseFailure, 1);
    }
}

/// The headers that the response has by now.
fn headers<H: Host>(host: &H) -> HeaderLines {
    let map = host.header_map(MapType::HttpResponseHeaders).unwrap_or_default();
    let lines = pairs::parse(&map).unwrap_or_default();
    lines.into_iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect()
}
