//! From `requestHeaderModifier` and `responseHeaderModifier` to header operations.

use super::{RequestHeaderModifier, ResponseHeaderModifier};
use crate::header_op::HeaderOp;
use crate::proxy_headers::{ProxyHeader, remove_proto};
use crate::reading::node::{Node, Object};
use crate::reading::report::{Place, Report};
use crate::reading::text::{is_authority, is_header_value, is_token};
use crate::references::RuleScope;
use crate::settings::Settings;

pub(crate) fn decode_request(
    node: &Node<'_>,
    scope: &RuleScope<'_>,
    report: &mut Report,
) -> Option<RequestHeaderModifier> {
    let ops = Modifier { of_request: Some(scope.settings), ops: Vec::new() }.decode(node, report)?;
    let sets_host = ops.iter().any(|op| op.name() == ":authority");
    let removes_proto = remove_proto(&ops);
    Some(RequestHeaderModifier { ops, sets_host, removes_proto })
}

pub(crate) fn decode_response(node: &Node<'_>, report: &mut Report) -> Option<ResponseHeaderModifier> {
    let ops = Modifier { of_request: None, ops: Vec::new() }.decode(node, report)?;
    Some(ResponseHeaderModifier { ops })
}

/// A modifier that is being read.
struct Modifier<'a> {
    /// The settings, where it is a request's: they name headers that are not the rule's to change.
    of_request: Option<&'a Settings>,
    ops: Vec<HeaderOp>,
}

impl Modifier<'_> {
    fn decode(mut self, node: &Node<'_>, report: &mut Report) -> Option<Box<[HeaderOp]>> {
        let modifier = node.object(report)?;
        modifier.only(&["set", "add", "remove"], report);
        modifier.each("set", 16, report, |entry, report| {
            if let Some((name, value)) = name_and_value(&entry, report) {
                self.push(HeaderOp::Set { name, value }, &entry, report);
            }
        });
        modifier.each("add", 16, report, |entry, report| {
            if let Some((name, value)) = name_and_value(&entry, report) {
                self.push(HeaderOp::Add { name, value }, &entry, report);
            }
        });
        modifier.each("remove", 16, report, |entry, report| {
            if let Some(name) = entry.text(report).and_then(|name| header_name(name, &entry, report)) {
                self.push(HeaderOp::Remove { name }, &entry, report);
            }
        });
        Some(self.ops.into())
    }

    fn push(&mut self, op: HeaderOp, entry: &Node<'_>, report: &mut Report) {
        let Some(op) = self.on_host(op, entry, report) else { return };
        let owner = ProxyHeader::of(op.name(), self.of_request);
        if let Some(owner) = owner.filter(|owner| !owner.permits(op.change())) {
            return refuse(owner, &op, &entry.place, report);
        }
        let earlier = self.ops.iter().find(|earlier| earlier.name() == op.name());
        match earlier {
            None => self.ops.push(op),
            // "If multiple entries specify equivalent header names, the first entry with an equivalent name MUST be
            // considered for a match. Subsequent entries with an equivalent header name MUST be ignored."
            Some(earlier) if std::mem::discriminant(earlier) == std::mem::discriminant(&op) => {
                let message =
                    format!("header {:?} is named before in this list, so this entry is ignored", op.name());
                report.warn(
                    &entry.place,
                    "DuplicateName",
                    message,
                    "give several values as one, joined with commas",
                );
            }
            // "Only one action for a given header name is permitted. Filters specifying multiple actions of the same or
            // different type for any one header name are invalid."
            Some(_) => {
                let message = format!("header {:?} is both changed and removed, set or added to", op.name());
                report.error(
                    &entry.place,
                    "ConflictingActions",
                    message,
                    "keep one of set, add and remove for it",
                );
            }
        }
    }

    /// The API does not forbid to modify the Host header. Proxies hold it as the request's authority, which can be
    /// replaced, but neither be missing nor have two values.
    fn on_host(&self, op: HeaderOp, entry: &Node<'_>, report: &mut Report) -> Option<HeaderOp> {
        match op {
            op if op.name() != "host" || self.of_request.is_none() => Some(op),
            HeaderOp::Set { value, .. } if is_authority(&value) => {
                Some(HeaderOp::Set { name: ":authority".into(), value })
            }
            _ => {
                let message =
                    "the Host header of a request can only be set, to a host with or without a port".into();
                report.error(&entry.place, "InvalidHost", message, "use URLRewrite with a hostname");
                None
            }
        }
    }
}

/// Says why `op` is left out.
#[cold]
fn refuse(owner: ProxyHeader, op: &HeaderOp, place: &Place<'_>, report: &mut Report) {
    let (header, hint) = (format!("header {:?} {}", op.name(), owner.reason()), owner.hint());
    if owner == ProxyHeader::Length {
        return report.error(&Place::Key(place, "name"), "InvalidHeaderName", header, hint);
    }
    let code = if owner == ProxyHeader::Private { "PrivateHeader" } else { "ProxyHeader" };
    report.warn(place, code, format!("{header}, so this entry is ignored"), hint);
}

fn name_and_value(entry: &Node<'_>, report: &mut Report) -> Option<(Box<str>, Box<[u8]>)> {
    let object: Object<'_> = entry.object(report)?;
    object.only(&["name", "value"], report);
    let name = object.required("name", report);
    let name = name.and_then(|node| header_name(node.text(report)?, &node, report));
    let value = object.required("value", report);
    let value = value.and_then(|node| header_value(&node, report));
    Some((name?, value?))
}

/// A header name in lower case.
pub(crate) fn header_name(name: &str, node: &Node<'_>, report: &mut Report) -> Option<Box<str>> {
    if is_token(name) {
        return Some(name.to_ascii_lowercase().into());
    }
    let hint = if name.starts_with(':') { "use URLRewrite for the path and the host" } else { "" };
    report.error(&node.place, "InvalidHeaderName", format!("{name:?} is no header name"), hint);
    None
}

fn header_value<'a>(node: &Node<'a>, report: &mut Report) -> Option<Box<[u8]>> {
    let value: &'a str = node.text(report)?;
    if is_header_value(value) {
        return Some(value.as_bytes().into());
    }
    let message = "a header value must have 1 to 4096 characters and no control characters".into();
    report.error(&node.place, "InvalidHeaderValue", message, "");
    None
}
