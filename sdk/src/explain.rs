//! Why a request goes where it goes: every match in the order of precedence, and why each but one lost.

use std::cmp::Reverse;
use std::fmt;

use crate::decision::Decision;
use crate::filters::split::Share;
use crate::matching::host::{Specificity, normalised_host, specificity};
use crate::matching::normal::normalised;
use crate::matching::path::PathMatch;
use crate::matching::rank::Rank;
use crate::matching::subject::Subject;
use crate::matching::work::Work;
use crate::matching::{Conditions, Match};
use crate::plan::RuleName;
use crate::request::RequestView;
use crate::routes::Routes;
use crate::rule::Rule;

/// A match that a request could have belonged to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contender<'r> {
    /// Which rule and match it is.
    pub rule: RuleName<'r>,
    /// Why it lost; `None` for the winner.
    pub lost: Option<Lost<'r>>,
}

/// The first reason for which a match lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost<'r> {
    /// The host is none of the route's hostnames.
    Hostname,
    /// The path does not match.
    Path,
    /// The method is another one than this.
    Method(&'r str),
    /// This header is missing or has another value.
    Header(&'r str),
    /// This query parameter is missing or has another value.
    QueryParam(&'r str),
    /// It matches, but the winner comes before it by this criterion of precedence.
    Precedence(&'static str),
    /// It matches, but the request is answered before a rule is chosen.
    Answered,
}

impl fmt::Display for Lost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lost::Hostname => f.write_str("the host is none of the route's hostnames"),
            Lost::Path => f.write_str("the path does not match"),
            Lost::Method(method) => write!(f, "the method is not {method}"),
            Lost::Header(name) => write!(f, "the header {name} is missing or has another value"),
            Lost::QueryParam(name) => write!(f, "the query parameter {name} is missing or has another value"),
            Lost::Precedence(criterion) => write!(f, "it matches, but the winner has {criterion}"),
            Lost::Answered => f.write_str("it matches, but the request is answered before a rule is chosen"),
        }
    }
}

/// Where a match stands among all of a listener; the smallest wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Standing<'r> {
    hostname: Reverse<Option<Specificity>>,
    path: PathStanding,
    rank: Rank<'r>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PathStanding {
    Unreadable,
    Exact,
    Regex,
    Prefix(Reverse<usize>),
}

impl Routes {
    /// Every match of the routes that are attached to the request's listener, in the order of precedence, with the first reason
    /// why it lost. `decision` is that of the request's plan.
    pub fn contenders<'r>(&'r self, decision: Decision, request: &RequestView<'_>) -> Vec<Contender<'r>> {
        // What is no host belongs to none, as the answer to the request says.
        let host = normalised_host(request.authority()).unwrap_or_default();
        let work = Work::unlimited();
        let subject = Subject::new(request, normalised(request.path()), &work);
        let winner = match decision {
            Decision::Rule { rule, matched, .. } => Some((rule, matched)),
            Decision::NoRule(_) => None,
        };
        let mut standings: Vec<(Standing<'r>, &'r Rule, &'r Match)> = Vec::new();
        for (number, rule) in self.attached_rules(&host) {
            let Some(route) = self.routes.get(rule.route as usize) else { continue };
            let hostname = match &route.hostnames {
                None => Some(Specificity::Any),
                Some(hostnames) => hostnames
                    .iter()
                    .filter_map(|hostname| specificity(hostname.pattern.as_ref(), &host))
                    .max(),
            };
            for matched in 0..rule.matches.len() as u32 {
                let Some(entry) = rule.match_at(matched) else { continue };
                let rank = Rank::new(entry, route.created, &route.name, number, matched);
                standings.push((
                    Standing { hostname: Reverse(hostname), path: entry.path.standing(), rank },
                    rule,
                    entry,
                ));
            }
        }
        standings.sort_by_key(|(standing, ..)| *standing);
        let winning =
            standings.iter().find(|(standing, ..)| Some(standing.rank.place()) == winner).map(|(s, ..)| *s);
        let contender = |(standing, rule, entry): (Standing<'r>, &'r Rule, &'r Match)| {
            let (_, matched) = standing.rank.place();
            let route = self.routes.get(rule.route as usize)?;
            let lost = if Some(standing.rank.place()) == winner {
                None
            } else if standing.hostname.0.is_none() {
                Some(Lost::Hostname)
            } else {
                Some(entry.mismatch(&subject).unwrap_or_else(|| match &winning {
                    Some(winning) => Lost::Precedence(winning.advantage_over(&standing)),
                    None => Lost::Answered,
                }))
            };
            Some(Contender { rule: rule.name_of(&route.name, matched), lost })
        };
        standings.into_iter().filter_map(contender).collect()
    }

    /// The place in the configuration of the listener that `request` belongs to. `None` where the configuration names no
    /// listeners, where none of them is for the request's host, and where one of another filter chain is.
    pub fn listener_of(&self, request: &RequestView<'_>) -> Option<usize> {
        let (number, _) = self.listener(&normalised_host(request.authority())?).ok()?;
        number.map(|number| number as usize)
    }

    /// How the requests of a decision's rule are split among its backends. Backends with weight 0 are left out.
    pub fn shares(&self, decision: Decision) -> Vec<Share<'_>> {
        let Decision::Rule { rule, .. } = decision else { return Vec::new() };
        self.rules.get(rule as usize).map(|rule| rule.backends.shares()).unwrap_or_default()
    }
}

impl Match {
    /// The first condition of the match that does not hold for `subject`.
    fn mismatch<'r>(&'r self, subject: &Subject<'_, '_>) -> Option<Lost<'r>> {
        if !self.path.holds(subject) {
            return Some(Lost::Path);
        }
        let Conditions { method, headers, query_params } = self.conditions.as_deref()?;
        if let Some(method) = method.as_deref().filter(|method| method.as_bytes() != subject.request.method())
        {
            return Some(Lost::Method(method));
        }
        if let Some(header) = headers.iter().find(|header| !header.accepts(subject)) {
            return Some(Lost::Header(&header.name));
        }
        let param = query_params.iter().find(|param| !param.accepts(subject))?;
        Some(Lost::QueryParam(&param.name))
    }
}

impl PathMatch {
    fn standing(&self) -> PathStanding {
        match self {
            PathMatch::Unreadable => PathStanding::Unreadable,
            PathMatch::Exact(_) => PathStanding::Exact,
            PathMatch::Regex(_) => PathStanding::Regex,
            PathMatch::Prefix(prefix) => PathStanding::Prefix(Reverse(prefix.len())),
        }
    }

    /// Whether the path matches, by itself: the index that requests are matched with looks at all paths at once.
    fn holds(&self, subject: &Subject<'_, '_>) -> bool {
        match self {
            PathMatch::Exact(exact) => exact.as_bytes() == &*subject.path,
            PathMatch::Regex(_) | PathMatch::Unreadable => self.accepts(subject),
            PathMatch::Prefix(prefix) => subject
                .path
                .strip_prefix(prefix.as_bytes())
                .is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with(b"/")),
        }
    }
}

impl Standing<'_> {
    /// The first criterion by which this comes before `other`.
    fn advantage_over(&self, other: &Standing<'_>) -> &'static str {
        if self.hostname != other.hostname {
            return "a more specific hostname";
        }
        match (self.path, other.path) {
            (mine, theirs) if mine == theirs => self.rank.advantage_over(&other.rank),
            (PathStanding::Unreadable, _) => "a path that cannot be read, which may be more specific",
            (PathStanding::Exact, _) => "an exact path",
            (PathStanding::Regex, _) => "a regular expression for the path",
            (PathStanding::Prefix(_), _) => "a longer path prefix",
        }
    }
}
