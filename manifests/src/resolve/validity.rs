//! Which rules of a route a module can carry out.

use std::collections::BTreeMap;

use httproute_sdk::{Routes, Severity};
use serde_json::{Value, json};

use super::conditions::{Condition, Fault};

/// What is wrong with the rules of a route.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Validity {
    /// All rules are carried out.
    Valid,
    /// "the Route contains a combination of both valid and invalid rules": a condition `PartiallyInvalid`.
    Partial(Condition),
    /// No rule is carried out.
    Invalid(Fault),
}

impl Validity {
    /// What a module says of `route`, an HTTPRoute with `rules` rules. What `module` cannot carry out is not for this place to
    /// know, so it is asked.
    pub(crate) fn of(route: &Value, rules: usize) -> Self {
        let configuration = json!({ "routes": [route] }).to_string();
        let problems = match Routes::decode(configuration.as_bytes()) {
            Ok((_, problems)) => problems,
            Err(refusal) => return Validity::Invalid(Fault::new("UnsupportedValue", refusal.message, "")),
        };
        // A filter that is not found is a reference that is not resolved, not a wrong value.
        let errors = problems.iter().filter(|problem| {
            problem.severity == Severity::Error && !problem.pointer.contains("/extensionRef")
        });
        let mut broken: BTreeMap<usize, String> = BTreeMap::new();
        let mut whole = None;
        let mut incompatible = false;
        for error in errors {
            let place = error.pointer.strip_prefix("/routes/0").unwrap_or(&error.pointer);
            incompatible |= error.code == "IncompatibleFilters";
            match place
                .strip_prefix("/spec/rules/")
                .map(|rest| rest.split('/').next().unwrap_or(rest).parse())
            {
                Some(Ok(rule)) => {
                    broken.entry(rule).or_insert_with(|| format!("{place}: {}", error.message));
                }
                // A hostname that is wrong is answered with 500 by itself, and the others work.
                _ if place.starts_with("/spec/hostnames") => {}
                _ => whole = whole.or(Some(format!("{place}: {}", error.message))),
            }
        }
        // "This reason is used with the "Accepted" condition when there are incompatible filters present on a route rule".
        let reason = if incompatible { "IncompatibleFilters" } else { "UnsupportedValue" };
        let reasons = || broken.values().cloned().collect::<Vec<_>>().join("; ");
        if let Some(message) = whole {
            return Validity::Invalid(Fault::new(reason, message, ""));
        }
        if broken.is_empty() {
            return Validity::Valid;
        }
        // "A Route MUST be considered "Accepted" if at least one of the Route's rules is implemented by the Gateway."
        if broken.len() >= rules {
            return Validity::Invalid(Fault::new(reason, reasons(), ""));
        }
        // "The message for this condition MUST start with the prefix "Dropped Rule" and include information about which Rules
        // have been dropped." Dropped is what a rule says: its requests are answered with 500, not given to another rule.
        let numbers: Vec<String> = broken.keys().map(usize::to_string).collect();
        let plural = if numbers.len() == 1 { "" } else { "s" };
        let message =
            format!("Dropped Rule{plural} {}, answered with 500: {}", numbers.join(", "), reasons());
        Validity::Partial(Condition::yes("PartiallyInvalid", "UnsupportedValue", message))
    }
}
