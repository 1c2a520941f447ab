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
    /// What is still recognised as meant by a hostname that is not valid. Looked at last.
    broken_hosts: HostTable<PathIndex>,
    /// The numbers of the routes, sorted; `None` for all.
    attached: Option<Box<[u32]>>,
}

/// What a table says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It belongs to this match.
    Match(Candidate),
    /// It belongs to a route by a hostname that is not valid.
    BrokenHostname,
    /// It belongs to none.
    Nothing,
}

/// A match, with the hostname by which requests come to it; `None` for every host.
struct Entry<'r> {
    /// Whether the hostname is not valid.
    broken: bool,
    hostname: Option<&'r HostPattern>,
    rank: Rank<'r>,
    path: &'r PathMatch,
}

impl Table {
    /// The table of the routes with these numbers, or of all.
    pub(crate) fn new(routes: &[Route], rules: &[Rule], attached: Option<&[u32]>) -> Self {
        let mut entries = Vec::with_capacity(rules.len());
        for (number, rule) in (0..).zip(rules) {
            if attached.is_some_and(|attached| attached.binary_search(&rule.route).is_err()) {
                continue;
            }
            let Some(route) = routes.get(rule.route as usize) else { continue };
            for (matched, entry) in (0..).zip(&rule.matches) {
                let Some(entry) = entry else { continue };
                let rank = Rank::new(entry, route.created, &route.name, number, matched);
                let mut add =
                    |broken, hostname| entries.push(Entry { broken, hostname, rank, path: &entry.path });
                match &route.hostnames {
                    None => add(false, None),
                    Some(hostnames) => {
                        for (at, hostname) in hostnames.iter().enumerate() {
                            let earlier = hostnames.iter().take(at);
                            if !earlier
                                .map(|earlier| &earlier.pattern)
                                .any(|earlier| *earlier == hostname.pattern)
                            {
                                add(hostname.broken, Some(&hostname.pattern));
                            }
                        }
                    }
                }
            }
        }
        let entry = |number: u32| entries.get(number as usize);
        let mut sorted: Vec<u32> = (0..entries.len() as u32).collect();
        let key = |number| entry(number).map(|entry| (entry.broken, entry.hostname, entry.rank));
        sort(&mut sorted, &|a, b| key(a).cmp(&key(b)));
        let is_whole = |number: &u32| entry(*number).is_some_and(|entry| !entry.broken);
        let (whole, broken) = sorted.split_at(sorted.partition_point(is_whole));
        Table {
            hosts: by_host(&entries, whole),
            broken_hosts: by_host(&entries, broken),
            attached: attached.map(Box::from),
        }
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
    ) -> Found {
        let winner = |hosts: &HostTable<PathIndex>| {
            hosts.find(host, &|index| {
                index.find(path, &|candidate| entry(rules, candidate).is_some_and(accepts))
            })
        };
        match winner(&self.hosts) {
            Some(candidate) => Found::Match(candidate),
            None if winner(&self.broken_hosts).is_some() => Found::BrokenHostname,
            None => Found::Nothing,
        }
    }
}

/// Tables of paths by hostname, from those of the entries that have these numbers, in order.
fn by_host(entries: &[Entry<'_>], numbers: &[u32]) -> HostTable<PathIndex> {
    let entry = |number: &u32| entries.get(*number as usize);
    let hostname = |number: &u32| entry(number).and_then(|entry| entry.hostname);
    let mut any = None;
    let mut by_pattern = Vec::new();
    for numbers in numbers.chunk_by(|a, b| hostname(a) == hostname(b)) {
        let index = PathIndex::new(numbers.iter().filter_map(entry).map(|entry| {
            let (rule, matched) = entry.rank.place();
            (Candidate { rule, matched }, entry.path)
        }));
        match numbers.first().and_then(hostname) {
            None => any = Some(index),
            Some(pattern) => by_pattern.push((pattern.clone(), index)),
        }
    }
    HostTable::new(by_pattern, any)
}

#[inline]
fn entry(rules: &[Rule], candidate: Candidate) -> Option<&Match> {
    rules.get(candidate.rule as usize)?.match_at(candidate.matched)
}
