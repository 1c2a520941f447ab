//! From `requestRedirect` to a redirect.

use super::RequestRedirect;
use crate::filters::path_modifier;
use crate::listener::Scheme;
use crate::reading::node::Node;
use crate::reading::report::Report;
use crate::reading::text::is_precise_hostname;
use crate::references::RuleScope;

const STATUSES: [u32; 5] = [301, 302, 303, 307, 308];

pub(crate) fn decode(node: &Node<'_>, scope: &RuleScope<'_>, report: &mut Report) -> Option<RequestRedirect> {
    let redirect = node.object(report)?;
    redirect.only(&["scheme", "hostname", "path", "port", "statusCode"], report);
    let scheme = redirect.get("scheme").and_then(|node| match node.text(report)? {
        "http" => Some(Scheme::Http),
        "https" => Some(Scheme::Https),
        other => {
            let message = format!("a redirect to the scheme {other:?} is not possible");
            report.error(&node.place, "UnsupportedValue", message, "use http or https");
            None
        }
    });
    let hostname = redirect.get("hostname").and_then(|node| decode_hostname(&node, report));
    let path = redirect.get("path").and_then(|node| path_modifier::decode(&node, scope, report));
    let port = redirect.get("port").and_then(|node| node.integer(1..=65535, report)).map(|port| port as u16);
    let status = match redirect.get("statusCode") {
        None => 302,
        Some(node) => decode_status(&node, report)?,
    };
    Some(RequestRedirect { scheme, hostname, path, port, status })
}

fn decode_status(node: &Node<'_>, report: &mut Report) -> Option<u16> {
    let status = node.integer(0..=999, report)?;
    if STATUSES.contains(&status) {
        return Some(status as u16);
    }
    let message = format!("{status} is no status of a redirect");
    report.error(&node.place, "UnsupportedValue", message, "use 301, 302, 303, 307 or 308");
    None
}

/// The `hostname` of a redirect or rewrite: "PreciseHostname … without a wildcard", and without a port.
pub(crate) fn decode_hostname(node: &Node<'_>, report: &mut Report) -> Option<Box<str>> {
    let hostname = node.text(report)?;
    if is_precise_hostname(hostname) {
        return Some(hostname.into());
    }
    let message = format!("{hostname:?} is no hostname: lower-case letters, digits, \"-\" and \".\" only");
    report.error(
        &node.place,
        "InvalidHostname",
        message,
        "leave out wildcards, and give the port in a field of its own",
    );
    None
}
