//! Rules that have nowhere to send a request, and nothing that answers it.

use serde_json::Value;

use super::json::{items, text};
use super::status::RouteStatus;
use super::warning::Warning;
use crate::Document;

/// Filters that may answer in the place of a backend.
const ANSWER: [&str; 3] = ["RequestRedirect", "ExtensionRef", "ExternalAuth"];

/// Without `backendRefs` a rule answers 500, unless a filter produces the response: a warning for each rule that has neither. Backends
/// without any weight are for the modules to report.
pub(super) fn warnings(routes: &[RouteStatus], documents: &[Document]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for route in routes {
        let Some(document) = documents.get(route.document) else { continue };
        let spec = document.value.get("spec").unwrap_or(&Value::Null);
        for (number, rule) in items(spec, "rules").iter().enumerate() {
            // What is not a list has been reported as such.
            let has_none = rule.is_object()
                && rule.get("backendRefs").is_none_or(|list| list.as_array().is_some_and(Vec::is_empty));
            let mut filters = items(rule, "filters").iter().filter_map(|filter| text(filter, "type"));
            if has_none && !filters.any(|kind| ANSWER.contains(&kind)) {
                warnings.push(Warning {
                    document: Some(route.document),
                    pointer: format!("/spec/rules/{number}"),
                    code: "NoBackends",
                    message: "this rule has no backendRefs, so its requests are answered with 500".into(),
                    hint: "add backendRefs, or a RequestRedirect".into(),
                });
            }
        }
    }
    warnings
}
