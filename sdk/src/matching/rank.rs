//! The order of precedence among the matches of one hostname and one path.

use std::cmp::Reverse;

use super::Match;

/// Where a match stands among those of the same hostname and path; the smallest wins.
///
/// "Proxy or Load Balancer routing configuration generated from HTTPRoutes MUST prioritize matches based on the following
/// criteria, continuing on ties."
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank<'r> {
    /// A match in which something cannot be read comes first: see [`Match::sound`].
    sound: bool,
    /// "Method match."
    without_method: bool,
    /// "Largest number of header matches."
    headers: Reverse<usize>,
    /// "Largest number of query param matches."
    query_params: Reverse<usize>,
    /// "The oldest Route based on creation timestamp." A route without one has not been created yet: it is the youngest.
    created: (bool, (i64, u32)),
    /// "The Route appearing first in alphabetical order by `{namespace}/{name}`."
    route: &'r str,
    /// "Matching precedence MUST be granted to the FIRST matching rule (in list order) with a match meeting the above
    /// criteria." Rules are numbered in list order.
    rule: u32,
    matched: u32,
}

impl<'r> Rank<'r> {
    pub(crate) fn new(
        entry: &Match,
        created: Option<(i64, u32)>,
        route: &'r str,
        rule: u32,
        matched: u32,
    ) -> Self {
        let conditions = entry.conditions.as_deref();
        Rank {
            sound: entry.sound,
            without_method: conditions.is_none_or(|conditions| conditions.method.is_none()),
            headers: Reverse(conditions.map_or(0, |conditions| conditions.headers.len())),
            query_params: Reverse(conditions.map_or(0, |conditions| conditions.query_params.len())),
            created: (created.is_none(), created.unwrap_or_default()),
            route,
            rule,
            matched,
        }
    }

    /// Number of the rule, and of the match in it.
    pub(crate) fn place(&self) -> (u32, u32) {
        (self.rule, self.matched)
    }

    /// The first criterion by which this comes before `other`, as the end of "the winner has …".
    pub(crate) fn advantage_over(&self, other: &Rank<'_>) -> &'static str {
        if self.sound != other.sound {
            "a part that cannot be read, which may be more specific"
        } else if self.without_method != other.without_method {
            "a condition on the method"
        } else if self.headers != other.headers {
            "more conditions on headers"
        } else if self.query_params != other.query_params {
            "more conditions on query parameters"
        } else if self.created != other.created {
            "an older route"
        } else if self.route != other.route {
            "a route whose name comes first"
        } else if self.rule != other.rule {
            "an earlier place in the route"
        } else {
            "an earlier place in the rule"
        }
    }
}
