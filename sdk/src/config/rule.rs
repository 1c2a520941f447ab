//! From `rules[]` to rules.

use super::cluster::ClusterName;
use super::matches;
use super::node::{Node, Object};
use super::report::Report;
use super::text::is_section_name;
use super::unresolved::Unresolved;
use crate::filters;
use crate::filters::RuleFilter;
use crate::filters::split::Backends;
use crate::kinds::Kinds;
use crate::matching::Match;
use crate::matching::path::PathMatch;
use crate::plan::RuleName;
use crate::timeouts::{self, Timeouts};

/// A compiled rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// Index of its route among all routes of the configuration.
    pub(crate) route: u32,
    /// Its place in the route.
    pub(crate) place: u32,
    pub(crate) name: Option<Box<str>>,
    pub(crate) matches: Box<[Option<Match>]>,
    pub(crate) filters: Box<[RuleFilter]>,
    pub(crate) backends: Backends,
    pub(crate) timeouts: Timeouts,
    /// The kinds in which something in the rule is wrong.
    pub(crate) broken: Kinds,
}

impl Rule {
    /// How people and logs speak of the rule and of its match number `matched`; `route` is `namespace/name`.
    pub(crate) fn name_of<'r>(&'r self, route: &'r str, matched: u32) -> RuleName<'r> {
        RuleName { route, rule: self.place as usize, matched: matched as usize, name: self.name.as_deref() }
    }

    /// Whether a preflight for the rule is answered by a CORS filter.
    pub(crate) fn answers_preflights(&self) -> bool {
        self.filters.iter().any(RuleFilter::is_cors) || self.backends.answer_preflights()
    }

    /// Match number `place`, where something can be told of the requests that it is meant for.
    pub(crate) fn match_at(&self, place: u32) -> Option<&Match> {
        self.matches.get(place as usize)?.as_ref()
    }
}

/// What the parts of a rule need to know of what is around them.
pub(crate) struct RuleScope<'a> {
    /// The namespace of the route: "When unspecified, the local namespace is inferred."
    pub(crate) namespace: &'a str,
    pub(crate) cluster_name: &'a ClusterName,
    pub(crate) unresolved: &'a Unresolved,
    /// Whether the rule has exactly one match, and that of type PathPrefix.
    pub(crate) single_prefix: bool,
}

/// What a rule may hold, and what of it is only about delivery and not carried out.
const KNOWN: [&str; 7] =
    ["name", "matches", "filters", "backendRefs", "timeouts", "retry", "sessionPersistence"];
const NOT_CARRIED_OUT: [&str; 2] = ["retry", "sessionPersistence"];

/// One rule of route number `route`. A rule that is no object at all matches nothing.
pub(crate) fn decode(
    node: &Node<'_>,
    route: u32,
    place: u32,
    scope: RuleScope<'_>,
    report: &mut Report,
) -> Rule {
    report.start(Kinds::BACKENDS);
    let Some(object) = node.object(report) else {
        let broken = Kinds::BACKENDS;
        return Rule {
            route,
            place,
            name: None,
            matches: Box::default(),
            filters: Box::default(),
            backends: Backends::default(),
            timeouts: Timeouts::default(),
            broken,
        };
    };
    object.mostly(&KNOWN, report);
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

    let mut matches: Vec<Option<Match>> = Vec::new();
    object.each("matches", 64, report, |node, report| matches.push(matches::decode(&node, report)));
    let unreadable = object.get("matches").is_some_and(|node| !node.value.is_array());
    if matches.is_empty() && !unreadable {
        matches.push(Some(matches::everything()));
    }
    let single_prefix =
        matches!(matches.as_slice(), [Some(Match { path: PathMatch::Prefix(_), .. })] | [None]);
    let scope = RuleScope { single_prefix, ..scope };

    let filters = filters::config::decode(&object, &scope, report);
    let backends = filters::split::decode(&object, &scope, report);
    redirect_with_backends(&object, &filters, report);
    let timeouts = timeouts::decode(&object, report);
    Rule { route, place, name, matches: matches.into(), filters, backends, timeouts, broken: report.broken() }
}

/// "RequestRedirect filter must not be used together with backendRefs".
fn redirect_with_backends(rule: &Object<'_>, filters: &[RuleFilter], report: &mut Report) {
    let redirects = filters.iter().any(|filter| matches!(filter, RuleFilter::RequestRedirect(_)));
    let Some(backends) = rule.get("backendRefs") else { return };
    let listed = backends.value.as_array().is_some_and(|list| !list.is_empty());
    if redirects && listed {
        report.within(Kinds::REDIRECT, |report| {
            let message = "a rule with a RequestRedirect filter must not have backendRefs".into();
            report.error(&backends.place, "RedirectWithBackends", message, "remove one of them");
        });
    }
}
