//! From `rules[]` to rules.

use super::matches;
use crate::filters;
use crate::filters::RuleFilter;
use crate::kinds::Kinds;
use crate::matching::Match;
use crate::matching::path::PathMatch;
use crate::reading::node::{Node, Object};
use crate::reading::report::Report;
use crate::reading::text::is_section_name;
use crate::references::RuleScope;
use crate::rule::Rule;
use crate::timeouts::{self, Timeouts};

/// What a rule may hold, and what of it is only about delivery and not carried out.
const KNOWN: [&str; 7] =
    ["name", "matches", "filters", "backendRefs", "timeouts", "retry", "sessionPersistence"];
const MOST_MATCHES: usize = 64;
const NOT_CARRIED_OUT: [&str; 2] = ["retry", "sessionPersistence"];

/// One rule of route number `route`. What cannot be read of it excludes no request.
pub(crate) fn decode(
    node: &Node<'_>,
    route: u32,
    place: u32,
    scope: RuleScope<'_>,
    report: &mut Report,
) -> Rule {
    report.start(Kinds::BACKENDS);
    let Some(object) = node.object(report) else {
        report.consequence(matches::CONSEQUENCE);
        return Rule::unreadable(route, place);
    };
    object.mostly(&KNOWN, report);
    let matches = decode_matches(&object, report);
    for key in NOT_CARRIED_OUT {
        if let Some(node) = object.get(key) {
            report.warn(&node.place, "NotCarriedOut", format!("{key} is not carried out"), "");
        }
    }
    let name = object.text("name", report).map(Box::from);
    if let Some(name) = name.as_deref().filter(|name| !is_section_name(name)) {
        let message =
            format!("{name:?} is no name of a rule: lower-case letters, digits, \"-\" and \".\" only");
        report.error(&object.place, "InvalidName", message, "");
    }

    let single_prefix =
        matches!(matches.as_slice(), [Match { path: PathMatch::Prefix(_) | PathMatch::Unreadable, .. }]);
    let scope = RuleScope { single_prefix, ..scope };

    let filters = filters::config::decode(&object, &scope, report);
    let scope = RuleScope { has_cors: filters.iter().any(RuleFilter::is_cors), ..scope };
    let backends = filters::split::decode(&object, &scope, report);
    redirect_with_backends(&object, &filters, report);
    let timeouts = timeouts::decode(&object, report);
    let timeouts = (timeouts != Timeouts::default()).then(|| Box::new(timeouts));
    Rule { route, place, name, matches: matches.into(), filters, backends, timeouts, broken: report.broken() }
}

/// The matches of a rule. One that nobody can read is among them if there are others than are read.
fn decode_matches(rule: &Object<'_>, report: &mut Report) -> Vec<Match> {
    let mut matches: Vec<Match> = Vec::new();
    rule.each("matches", MOST_MATCHES, report, |node, report| matches.push(matches::decode(&node, report)));
    let are_unreadable = match rule.get("matches") {
        Some(node) => node.value.as_list().is_none_or(|list| list.len() > MOST_MATCHES),
        None => rule.misspells("matches", &KNOWN),
    };
    if are_unreadable {
        report.consequence(matches::CONSEQUENCE);
        matches.push(Match::unreadable());
    } else if matches.is_empty() {
        matches.push(matches::everything());
    }
    matches
}

/// "RequestRedirect filter must not be used together with backendRefs".
fn redirect_with_backends(rule: &Object<'_>, filters: &[RuleFilter], report: &mut Report) {
    let redirects = filters.iter().any(|filter| matches!(filter, RuleFilter::RequestRedirect(_)));
    let Some(backends) = rule.get("backendRefs") else { return };
    let listed = backends.value.as_list().is_some_and(|list| !list.is_empty());
    if redirects && listed {
        report.within(Kinds::REDIRECT, |report| {
            let message = "a rule with a RequestRedirect filter must not have backendRefs".into();
            report.error(&backends.place, "RedirectWithBackends", message, "remove one of them");
        });
    }
}
