//! What the modules say of an HTTPRoute.
//!
//! The API server takes more than a module can implement: "Filters specifying multiple actions of the same or different type
//! for any one header name are invalid", but no rule of the API's schema says so. So the decoder of the modules is asked, and
//! everything that it says is adopted, unless the check has reported the same fault at the same place. There is no list of
//! codes to keep: a code that is new in the decoder is reported here too.

use httproute_sdk::{Problem, Routes, Severity};
use serde_json::Value;

use super::report::Report;

/// What is valid, but not implemented: the API server takes it.
const VALID: [&str; 3] = ["NotCarriedOut", "UnresolvedExtension", "UnsupportedFilter"];

/// Adds what the modules say of `route` to what is known already.
pub(super) fn check(route: &Value, report: &mut Report) {
    // What is too large for the API server never reaches a module.
    if report.has("TooMany") {
        return;
    }
    let mut route = route.clone();
    // A route that has no name of its own is left out before a module could read it: who leaves it out says so.
    if let Some(Value::Object(metadata)) = route.get_mut("metadata") {
        let name = metadata.entry("name").or_insert(Value::Null);
        if name.as_str().is_none_or(str::is_empty) {
            *name = "unnamed".into();
        }
    }
    let Ok(bytes) = serde_json::to_vec(&route) else { return };
    let Ok((_, problems)) = Routes::decode(&bytes) else { return };
    for problem in problems {
        let severity = if VALID.contains(&problem.code) { Severity::Warning } else { problem.severity };
        report.adopt(Problem { severity, ..problem });
    }
}
