//! `spec.rules`

use serde_json::Value;

use super::text;
use crate::check::place::Place;
use crate::check::report::{Report, quoted};

/// "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less
/// than 128": the rule itself says "<= 128". A rule without `matches` has one by default.
pub(crate) fn matches_in_all(rules: &Value, place: &Place<'_>, report: &mut Report) {
    let rules = rules.as_array().map_or(&[][..], Vec::as_slice);
    let count = |rule: &Value| match rule.get("matches") {
        Some(Value::Array(matches)) => matches.len(),
        _ => 1,
    };
    let all: usize = rules.iter().take(16).map(count).sum();
    if all > 128 {
        let message = format!("the rules have {all} matches together, but may have at most 128");
        report.error(place, "TooMany", message, "split the route into several HTTPRoutes");
    }
}

/// "This name MUST be unique within a Route if it is set." Only the experimental channel refuses it otherwise: in the standard
/// channel the API server takes the route, and the rules work.
pub(crate) fn names_once(rules: &Value, place: &Place<'_>, report: &mut Report) {
    let rules = rules.as_array().map_or(&[][..], Vec::as_slice);
    for (index, rule) in rules.iter().enumerate().take(1000) {
        let Some(name) = text(rule, "name") else { continue };
        if rules.iter().take(index).any(|earlier| text(earlier, "name") == Some(name)) {
            let rule_place = Place::Index(place, index);
            let place = Place::Key(&rule_place, "name");
            let message = format!("another rule of the route is named {} too", quoted(name));
            let hint = "give each rule a name of its own";
            match report.is_experimental() {
                true => report.error(&place, "DuplicateName", message, hint),
                false => report.warn(&place, "DuplicateName", message, hint),
            }
        }
    }
}
