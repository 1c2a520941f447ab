//! `spec.parentRefs`

use serde_json::Value;

use super::text_or;
use crate::check::place::Place;
use crate::check::report::{Report, quoted};

/// "sectionName must be specified when parentRefs includes 2 or more references to the same parent" and "… must be unique …";
/// in the experimental channel "sectionName or port".
pub(crate) fn told_apart(parents: &Value, place: &Place<'_>, report: &mut Report) {
    let parents = parents.as_array().map_or(&[][..], Vec::as_slice);
    let by_port = report.is_experimental();
    for (index, parent) in parents.iter().enumerate().take(1000) {
        let earlier: Vec<&Value> =
            parents.iter().take(index).filter(|earlier| object(earlier) == object(parent)).collect();
        let fault = if earlier.iter().any(|earlier| section(earlier, by_port) == section(parent, by_port)) {
            "the same parent, or the same part of it, is named before"
        } else if earlier.iter().any(|earlier| shape(earlier, by_port) != shape(parent, by_port)) {
            "the same parent is named before, once as a whole and once as a part"
        } else {
            continue;
        };
        let name = quoted(text_or(parent, "name", ""));
        let hint = match by_port {
            false => "give each reference to one parent a sectionName of its own",
            true => {
                "give each reference to one parent a sectionName, a port or both, of which no two are the same"
            }
        };
        let place = Place::Index(place, index);
        report.error(&place, "DuplicateParent", format!("{fault}: {name}"), hint);
    }
}

/// The object that a reference names. (The route's own namespace is not known to the rule: left out is not the same as named.)
fn object(parent: &Value) -> [&str; 4] {
    [
        text_or(parent, "group", "gateway.networking.k8s.io"),
        text_or(parent, "kind", "Gateway"),
        text_or(parent, "name", ""),
        text_or(parent, "namespace", ""),
    ]
}

/// The parts of the object that it names: a section, and in the experimental channel a port. `""` and 0 stand for none.
fn section(parent: &Value, by_port: bool) -> [Option<&Value>; 2] {
    let part = |key| parent.get(key).filter(|value| !value.is_null() && *value != "" && *value != 0);
    [part("sectionName"), part("port").filter(|_| by_port)]
}

/// Which ways of naming a part it uses.
fn shape(parent: &Value, by_port: bool) -> [bool; 2] {
    section(parent, by_port).map(|part| part.is_some())
}
