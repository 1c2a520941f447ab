//! The order of precedence among the matches of one hostname and one path.

use std::cmp::Reverse;

use super::Match;

/// Where a match stands among those of the same hostname and path; the smallest wins.
///
/// "Proxy or Load Balancer routing configuration generated from HTTPRoutes MUST prioritize matches based on the following
/// criteria, continuing on ties."
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank<'r> {
    /// A match that cannot be read takes nothing away from those that can.
    broken: bool,
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
        Rank {
            broken: entry.broken,
            without_method: entry.method.is_none(),
            headers: Reverse(entry.headers.len()),
            query_params: Reverse(entry.query_params.len()),
            created: (created.is_none(), created.unwrap_or_default()),
            route,
            rule,
            matched,
        }
    }
}
