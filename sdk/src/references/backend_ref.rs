//! References to backends.

use super::RuleScope;
use super::cluster::{ClusterName, Reference};
use crate::reading::node::Object;
use crate::reading::report::Report;
use crate::reading::text::{is_precise_hostname, is_section_name};

/// The upstream that a `backendRef` names by the template `cluster_name`: `Some(None)` where the configuration says that it cannot be resolved, `None`
/// where something in it is wrong.
pub(crate) fn decode_reference(
    object: &Object<'_>,
    cluster_name: &ClusterName,
    scope: &RuleScope<'_>,
    report: &mut Report,
) -> Option<Option<Box<str>>> {
    let (reference, sound) = report.sound(|report| {
        let group = object.text("group", report).unwrap_or_default();
        let kind = object.text("kind", report).unwrap_or("Service");
        let namespace = text(object, "namespace", "namespace", is_label, report).unwrap_or(scope.namespace);
        object.required("name", report);
        let name =
            text(object, "name", "name of an object", |name| !name.is_empty() && name.len() <= 253, report);
        if !group.is_empty() && !is_precise_hostname(group) {
            report.error(&object.place, "InvalidName", format!("{group:?} is no API group"), "");
        }
        let port = object.get("port").and_then(|node| node.integer(1..=65535, report));
        if object.get("port").is_none() && group.is_empty() && kind == "Service" {
            // "Must have port for Service reference".
            let message = "port is missing, which a reference to a Service must have".into();
            report.error(&object.place, "Missing", message, "add the port of the Service");
        }
        Reference { group, kind, namespace, name: name.unwrap_or_default(), port }
    });
    if !sound {
        return None;
    }
    if scope.unresolved.says(&object.place) {
        return Some(None);
    }
    let is_service = reference.group.is_empty() && reference.kind == "Service";
    if !is_service && !cluster_name.tells_kinds_apart() {
        // "If the … Kind is not supported … InvalidKind": its share gets 500, the other backends of the rule theirs.
        let message = format!("a backend of kind {:?} has no upstream in the proxy", reference.kind);
        report.warn(
            &object.place,
            "InvalidKind",
            message,
            "use a Service, or a clusterName (for copies a mirrorClusterName) with {group} and {kind}",
        );
        return Some(None);
    }
    let cluster = cluster_name.name(&reference);
    // The name stands in a request header, and the API has no pattern for names of backends.
    if !cluster.bytes().all(|b| b.is_ascii_graphic()) {
        report.error(&object.place, "InvalidName", format!("{cluster:?} cannot name an upstream"), "");
        return None;
    }
    Some(Some(cluster.into()))
}

fn text<'o>(
    object: &'o Object<'_>,
    key: &'o str,
    what: &str,
    is_valid: impl Fn(&str) -> bool,
    report: &mut Report,
) -> Option<&'o str> {
    let node = object.get(key)?;
    let text = node.text(report)?;
    if is_valid(text) {
        return Some(text);
    }
    report.error(&node.place, "InvalidName", format!("{text:?} is no {what}"), "");
    None
}

fn is_label(text: &str) -> bool {
    text.len() <= 63 && !text.contains('.') && is_section_name(text)
}
