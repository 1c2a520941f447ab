//! What the modules say of an HTTPRoute.
//!
//! The API server takes more than can be carried out: "Filters specifying multiple actions of the same or different type for
//! any one header name are invalid", but no rule of the API's schema says so. The decoder of the modules is asked, so that
//! what it answers with 500 is an error here too, in the same words.

use httproute_sdk::{Problem, Routes, Severity};
use serde_json::Value;

use super::report::Report;

/// What only the modules know. Everything else that they say, the schema says too, or more exactly, or it depends on a
/// configuration that is not here.
const KNOWN_TO_MODULES: [&str; 11] = [
    "AllWeightsZero",
    "ConflictingActions",
    "DuplicateName",
    "InvalidHeaderName",
    "InvalidHeaderValue",
    "InvalidHost",
    "InvalidPath",
    "InvalidRegex",
    "InvalidTimestamp",
    "InvalidValue",
    "PrefixNotMatched",
];

/// What is valid, but not carried out: the API server takes it.
const VALID: [&str; 3] = ["NotCarriedOut", "UnresolvedExtension", "UnsupportedFilter"];

/// Adds what the modules say of `route` to what is known already.
pub(super) fn check(route: &Value, report: &mut Report) {
    // What is too large for the API server never reaches a module.
    if report.has("TooMany") {
        return;
    }
    let Ok(bytes) = serde_json::to_vec(route) else { return };
    let Ok((_, problems)) = Routes::decode(&bytes) else { return };
    for problem in problems {
        if KNOWN_TO_MODULES.contains(&problem.code) {
            report.adopt(problem);
        } else if VALID.contains(&problem.code) {
            report.adopt(Problem { severity: Severity::Warning, ..problem });
        }
    }
}
