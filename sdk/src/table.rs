//! The routes that are attached to a listener, by hostname and path.

use crate::matching::host::{HostPattern, HostTable};
use crate::matching::path::{PathIndex, PathMatch};
use crate::matching::rank::Rank;
use crate::matching::{Candidate, Match};
use crate::route::Route;
use crate::rule::Rule;
use crate::sort::sort;

/// The routes that are attached to a listener.
#[derive(Debug)]
pub(crate) struct Table {
    hosts: HostTable<PathIndex>,
    /// Whether a hostname of a route is not valid.
    has_broken_hostnames: bool,
    /// The numbers of the routes, sorted; `None` for all.
    attached: Option<Box<[u32]>>,
}

/// A match, with the hostname by which requests come to it; `None` for every host.
struct Entry<'r> {
    hostname: Option<&'r HostPattern>,
    /// There is no hostname, none that could not be read: that one may be more specific, so it comes first.
    is_any: bool,
    rank: Rank<'r>,
    path: &'r PathMatch,
}

impl Table {
    /// The table of the routes with these numbers, or of all.
    pub(crate) fn new(routes: &[Route], rules: &[Rule], attached: Option<&[u32]>) -> Self {
        let mut entries = Vec::with_capacity(rules.len());
        let mut has_broken_hostnames = false;
        for (number, rule) in (0..).zip(rules) {
            if attached.is_some_and(|attached| attached.binary_search(&rule.route).is_err()) {
                continue;
            }
            let Some(route) = routes.get(rule.route as usize) else { continue };
            for (matched, entry) in (0..).zip(&rule.matches) {
                let rank = Rank::new(entry, route.created, &route.name, number, matched);
                let mut add =
                    |hostname, is_any| entries.push(Entry { hostname, is_any, rank, path: &entry.path });
                match &route.hostnames {
                    None => add(None, true),
                    Some(hostnames) => {
                        for (at, hostname) in hostnames.iter().enumerate() {
                            let earlier = hostnames.iter().take(at);
                            if !earlier
                                .map(|earlier| &earlier.pattern)
                                .any(|earlier| *earlier == hostname.pattern)
                            {
                                add(hostname.pattern.as_ref(), false);
                                has_broken_hostnames |= hostname.broken;
                            }
                        }
                    }
                }
            }
        }
        let entry = |number: u32| entries.get(number as usize);
        let mut sorted: Vec<u32> = (0..entries.len() as u32).collect();
        let key = |number| entry(number).map(|entry| (entry.hostname, entry.is_any, entry.rank));
        sort(&mut sorted, &|a, b| key(a).cmp(&key(b)));
        Table { hosts: by_host(&entries, &sorted), has_broken_hostnames, attached: attached.map(Box::from) }
    }

    /// Whether the route of this number is attached.
    pub(crate) fn attaches(&self, route: u32) -> bool {
        self.attached.as_ref().is_none_or(|attached| attached.binary_search(&route).is_ok())
    }

    /// The match that a request for `host` (normalised) and `path` belongs to, where `accepts` says whether all conditions
    /// of a match hold but host, Exact and PathPrefix.
    #[inline]
    pub(crate) fn find(
        &self,
        host: &[u8],
        path: &[u8],
        rules: &[Rule],
        accepts: &dyn Fn(&Match) -> bool,
    ) -> Option<Candidate> {
        self.hosts
            .find(host, &|index| index.find(path, &|candidate| entry(rules, candidate).is_some_and(accepts)))
    }

    /// Whether a request for `host` comes to `route` by a hostname that is not valid.
    #[inline]
    pub(crate) fn is_broken_for(&self, host: &[u8], route: Option<&Route>) -> bool {
        self.has_broken_hostnames && route.is_some_and(|route| route.is_broken_for(host))
    }
}

/// Tables of paths by hostname, from those of the entries that have these numbers, in order.
fn by_host(entries: &[Entry<'_>], numbers: &[u32]) -> HostTable<PathIndex> {
    let entry = |number: &u32| entries.get(*number as usize);
    let hostname = |number: &u32| entry(number).and_then(|entry| entry.hostname);
    let key = |number: &u32| entry(number).map(|entry| (entry.hostname, entry.is_any));
    let mut any = Vec::new();
    let mut by_pattern = Vec::new();
    for numbers in numbers.chunk_by(|a, b| key(a) == key(b)) {
        let index = PathIndex::new(numbers.iter().filter_map(entry).map(|entry| {
            let (rule, matched) = entry.rank.place();
            (Candidate { rule, matched }, entry.path)
        }));
        match numbers.first().and_then(hostname) {
            None => any.push(index),
            Some(pattern) => by_pattern.push((pattern.clone(), index)),
        }
    }
    HostTable::new(by_pattern, any)
}

#[inline]
fn entry(rules: &[Rule], candidate: Candidate) -> Option<&Match> {
    rules.get(candidate.rule as usize)?.match_at(candidate.matched)
}
