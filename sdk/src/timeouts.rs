//! `rules[].timeouts`.

use crate::reading::duration;
use crate::reading::node::{Node, Object};
use crate::reading::report::Report;

/// How long a request and each try of it may take, in milliseconds; 0 is for ever: "Setting a timeout to the zero duration
/// (e.g. "0s") SHOULD disable the timeout completely."
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// "the maximum duration for a gateway to respond to an HTTP request"
    pub request: Option<u64>,
    /// "a timeout for an individual request from the gateway to a backend"
    pub backend_request: Option<u64>,
}

/// The member `timeouts` of a rule.
pub(crate) fn decode(rule: &Object<'_>, report: &mut Report) -> Timeouts {
    let Some(node) = rule.get("timeouts") else { return Timeouts::default() };
    let Some(timeouts) = node.object(report) else { return Timeouts::default() };
    timeouts.only(&["request", "backendRequest"], report);
    let request = timeouts.get("request").and_then(|node| decode_one(&node, report));
    let backend_request = timeouts.get("backendRequest").and_then(|node| decode_one(&node, report));
    // "the value of BackendRequest must be <= the value of Request timeout", where that is not 0s.
    if request.is_some_and(|request| request > 0 && backend_request > Some(request)) {
        let message = "backendRequest must not be longer than request".into();
        report.error(&node.place, "TimeoutTooLong", message, "shorten it, or make the request's 0s");
    }
    Timeouts { request, backend_request }
}

fn decode_one(node: &Node<'_>, report: &mut Report) -> Option<u64> {
    let text = node.text(report)?;
    let duration = duration::parse(text);
    if duration.is_none() {
        let message = format!("{text:?} is no duration");
        report.error(
            &node.place,
            "InvalidDuration",
            message,
            "write whole numbers with units, such as 10s, 500ms or 1m30s",
        );
    }
    duration
}
