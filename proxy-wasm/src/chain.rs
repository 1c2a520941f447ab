//! One decision for all modules of a filter chain.
//!
//! A module that matched again after another changed the request would pick the wrong rule. So the first module keeps the
//! decision with the stream, and the others go by it. It is kept in the proxy's filter state, which no client reaches, and
//! not in a header. What another configuration decided is no decision about this one: the module then decides by itself.

use httproute_sdk::{Decision, Draw, Plan, RequestView, Routes};

use crate::host::Host;
use crate::trust::Fault;
use crate::vm::Vm;

/// The name of the stream's property that holds the decision; access logs of Envoy know it as `wasm.httproute_decision`.
pub const PROPERTY: &str = "httproute_decision";

/// The plan for a request by the decision of an earlier module, or by one that is then kept for later modules.
///
/// `fault` is set if the decision cannot be kept, and this module changes what later modules would match on.
pub fn plan<'r, H: Host>(
    routes: &'r Routes,
    request: &RequestView<'_>,
    draw: &mut Draw,
    vm: &Vm<H>,
    fault: &mut Option<Fault>,
) -> Plan<'r> {
    let host = &vm.host;
    let Some(fingerprint) = routes.fingerprint() else { return routes.plan(request, draw) };
    let kept = host.property(&[PROPERTY]).ok().flatten();
    let decision = kept.and_then(|bytes| Decision::from_bytes(&bytes, fingerprint));
    if let Some(plan) = decision.and_then(|decision| routes.resume(decision, request)) {
        return plan;
    }
    let plan = routes.plan(request, draw);
    let decision = plan.decision.to_bytes(fingerprint);
    let kept = host.set_property(PROPERTY, &decision).is_ok();
    // If it is not kept, later modules decide by themselves. That is right as long as nothing that they match on is changed.
    *fault = vm.trust.keeps(PROPERTY, &decision, kept, (&plan, vm.module.kinds), host).err();
    plan
}
