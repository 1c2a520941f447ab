//! `RequestMirror`.

mod config;
#[cfg(test)]
mod tests;

pub(crate) use config::decode;

use super::{Cx, Filter, Flow};
use crate::plan::{Carrier, Mirror, Plan};

/// "HTTPRequestMirrorFilter defines configuration for the RequestMirror filter."
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestMirror {
    /// The upstream that gets the copies; `None` where the reference cannot be resolved: "the controller MUST ensure the
    /// … mirror is dropped", and the request itself is not affected.
    cluster: Option<Box<str>>,
    sample: Sample,
}

/// "the percentage of requests that should be mirrored", as so many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sample {
    numerator: u32,
    denominator: u32,
}

impl Filter for RequestMirror {
    fn on_request<'r>(&'r self, cx: &mut Cx<'_>, plan: &mut Plan<'r>) -> Flow {
        let Sample { numerator, denominator } = self.sample;
        // A draw only where chance decides, and then also for a mirror that is dropped: the draws of those behind it must
        // not depend on what could be resolved.
        let taken = match numerator {
            0 => false,
            all if all >= denominator => true,
            some => cx.draw.below(denominator) < some,
        };
        if let (true, Some(cluster)) = (taken, &self.cluster) {
            plan.mirrors.push(Mirror {
                cluster,
                carrier: Carrier::Module,
                header_steps: plan.request_headers.len(),
                path: plan.path.clone(),
                authority: plan.authority.clone(),
            });
        }
        Flow::Continue
    }
}

/// Lets the proxy carry the copies that look as the request will: "a fixed number of them, so that an edit of a route
/// never changes the proxy's route". The others are left to the module.
pub(crate) fn assign_carriers(plan: &mut Plan<'_>, proxy_mirrors: usize) {
    // A request that is answered here never reaches the proxy's route, and the route that removes X-Forwarded-Proto has no mirrors.
    if plan.redirect.is_some() || plan.custom_answer().is_some() || plan.removes_proto {
        return;
    }
    let as_forwarded = plan.mirrors.iter_mut().filter(|mirror| {
        mirror.header_steps == plan.request_headers.len()
            && mirror.path == plan.path
            && mirror.authority == plan.authority
    });
    for (number, mirror) in as_forwarded.take(proxy_mirrors).enumerate() {
        mirror.carrier = Carrier::Proxy(number);
    }
}
