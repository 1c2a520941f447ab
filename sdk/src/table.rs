//! The routes that are attached to a listener, by hostname and path.

use std::collections::BTreeMap;

use crate::matching::host::{HostPattern, HostTable};
use crate::matching::path::PathIndex;
use crate::matching::rank::Rank;
use crate::matching::{Candidate, Match};
use crate::route::Route;
use crate::rule::Rule;

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

type ByHost<'r> = BTreeMap<Option<&'r HostPattern>, Vec<Candidate>>;

impl Table {
    /// The table of the routes with these numbers, or of all.
    pub(crate) fn new(routes: &[Route], rules: &[Rule], attached: Option<&[u32]>) -> Self {
        let mut hosts: ByHost<'_> = BTreeMap::new();
        let mut broken_hosts: ByHost<'_> = BTreeMap::new();
        for (number, rule) in rules.iter().enumerate() {
            if attached.is_some_and(|attached| attached.binary_search(&rule.route).is_err()) {
                continue;
            }
            let Some(route) = routes.get(rule.route as usize) else { continue };
            let whole = (0..rule.matches.len()).filter(|&place| rule.match_at(place as u32).is_some());
            let candidates = whole.map(|place| Candidate { rule: number as u32, matched: place as u32 });
            match &route.hostnames {
                None => hosts.entry(None).or_default().extend(candidates),
                Some(hostnames) => {
                    for (at, hostname) in hostnames.iter().enumerate() {
                        let repeated =
                            hostnames.iter().take(at).any(|earlier| earlier.pattern == hostname.pattern);
                        if !repeated {
                            let table = if hostname.broken { &mut broken_hosts } else { &mut hosts };
                            table.entry(Some(&hostname.pattern)).or_default().extend(candidates.clone());
                        }
                    }
                }
            }
        }
        Table {
            hosts: index(hosts, routes, rules),
            broken_hosts: index(broken_hosts, routes, rules),
            attached: attached.map(Box::from),
        }
    }

    /// Whether the route of this number is attached.
    pub(crate) fn attaches(&self, route: u32) -> bool {
        self.attached.as_ref().is_none_or(|attached| attached.binary_search(&route).is_ok())
    }

    /// The match that a request for `host` (normalised) and `path` belongs to, where `accepts` says whether all conditions
    /// of a match hold but host, Exact and PathPrefix.
    pub(crate) fn find(
        &self,
        host: &[u8],
        path: &[u8],
        rules: &[Rule],
        accepts: impl Fn(&Match) -> bool,
    ) -> Found {
        let winner = |hosts: &HostTable<PathIndex>| {
            let mut candidates = hosts.lookup(host).flat_map(|index| index.lookup(path));
            candidates.find(|candidate| entry(rules, *candidate).is_some_and(&accepts))
        };
        match winner(&self.hosts) {
            Some(candidate) => Found::Match(candidate),
            None if winner(&self.broken_hosts).is_some() => Found::BrokenHostname,
            None => Found::Nothing,
        }
    }
}

fn index(by_host: ByHost<'_>, routes: &[Route], rules: &[Rule]) -> HostTable<PathIndex> {
    let rank = |candidate: &Candidate| {
        let rule = rules.get(candidate.rule as usize)?;
        let route = routes.get(rule.route as usize)?;
        let entry = rule.match_at(candidate.matched)?;
        Some(Rank::new(entry, route.created, &route.name, candidate.rule, candidate.matched))
    };
    let path_index = |mut candidates: Vec<Candidate>| {
        candidates.sort_by_cached_key(rank);
        let paths = candidates.iter().filter_map(|&c| Some((c, &entry(rules, c)?.path)));
        PathIndex::new(paths)
    };
    let mut any = None;
    let mut by_pattern = Vec::new();
    for (pattern, candidates) in by_host {
        match pattern {
            None => any = Some(path_index(candidates)),
            Some(pattern) => by_pattern.push((pattern.clone(), path_index(candidates))),
        }
    }
    HostTable::new(by_pattern, any)
}

fn entry(rules: &[Rule], candidate: Candidate) -> Option<&Match> {
    rules.get(candidate.rule as usize)?.match_at(candidate.matched)
}
