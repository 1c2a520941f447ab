//! Which rule a request belongs to, from the text of the specification alone.
//!
//! Every (route, rule, match) of the configuration is looked at, those that do not match are dropped, the rest is sorted.

use std::cmp::{Ordering, Reverse};

use httproute_sdk::NoRule;

use crate::model::{Configuration, Listener, Match, PathKind, Request, Route, Rule};
use crate::predicates::{
    has_dot_segment, is_host, normal, path, path_match, same_header, same_param, satisfies,
    without_equivalents,
};

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Rule { listener: Option<usize>, route: String, rule: usize, matched: usize },
    NoRule(NoRule),
}

/// A match that the request satisfies, with all that precedence looks at.
pub(crate) struct Candidate {
    non_wildcard_hostname: usize,
    hostname: usize,
    path: PathKind,
    prefix: usize,
    method: bool,
    headers: usize,
    query: usize,
    created: Option<&'static str>,
    name: String,
    rule: usize,
    matched: usize,
}

pub(crate) type Criterion = fn(&Candidate, &Candidate) -> Ordering;

impl Candidate {
    /// The route, the rule in it, and the match in the rule.
    pub(crate) fn place(self) -> (String, usize, usize) {
        (self.name, self.rule, self.matched)
    }
}

/// "Proxy or Load Balancer routing configuration generated from HTTPRoutes MUST prioritize matches based on the following
/// criteria, continuing on ties": the candidate that comes first in the order wins.
pub(crate) const PRECEDENCE: [(&str, Criterion); 12] = [
    // "precedence must be given to rules from the HTTPRoute with the largest number of: Characters in a matching
    // non-wildcard hostname. Characters in a matching hostname."
    ("non-wildcard hostname", |a, b| Reverse(a.non_wildcard_hostname).cmp(&Reverse(b.non_wildcard_hostname))),
    ("hostname", |a, b| Reverse(a.hostname).cmp(&Reverse(b.hostname))),
    // "“Exact” path match."
    ("Exact", |a, b| Reverse(a.path == PathKind::Exact).cmp(&Reverse(b.path == PathKind::Exact))),
    // "The precedence of RegularExpression path matches are implementation-specific": after Exact, before PathPrefix.
    ("RegularExpression", |a, b| {
        let is_regex = |c: &Candidate| c.path == PathKind::RegularExpression;
        Reverse(is_regex(a)).cmp(&Reverse(is_regex(b)))
    }),
    // "“Prefix” path match with largest number of characters."
    ("PathPrefix", |a, b| Reverse(a.prefix).cmp(&Reverse(b.prefix))),
    // "Method match."
    ("method", |a, b| Reverse(a.method).cmp(&Reverse(b.method))),
    // "Largest number of header matches."
    ("headers", |a, b| Reverse(a.headers).cmp(&Reverse(b.headers))),
    // "Largest number of query param matches."
    ("queryParams", |a, b| Reverse(a.query).cmp(&Reverse(b.query))),
    // "The oldest Route based on creation timestamp." A route without one has not been created yet.
    ("creationTimestamp", |a, b| (a.created.is_none(), a.created).cmp(&(b.created.is_none(), b.created))),
    // "The Route appearing first in alphabetical order by “{namespace}/{name}”."
    ("name", |a, b| a.name.cmp(&b.name)),
    // "matching precedence MUST be granted to the FIRST matching rule (in list order)"
    ("rule", |a, b| a.rule.cmp(&b.rule)),
    // The matches of one rule are ORed, so that this is for logs only.
    ("match", |a, b| a.matched.cmp(&b.matched)),
];

/// What becomes of `request`.
pub(crate) fn verdict(configuration: &Configuration, request: &Request) -> Verdict {
    let path = path(request);
    if has_dot_segment(path) {
        return Verdict::NoRule(NoRule::DotSegment);
    }
    if !is_host(&request.authority) {
        return Verdict::NoRule(NoRule::BadHost);
    }
    if is_misdirected(configuration, request) {
        return Verdict::NoRule(NoRule::Misdirected);
    }
    let listener = chosen_listener(configuration, &host(request));
    match candidates(configuration, request).into_iter().next() {
        Some(first) => {
            Verdict::Rule { listener, route: first.name, rule: first.rule, matched: first.matched }
        }
        None => Verdict::NoRule(NoRule::Unmatched),
    }
}

/// "If another Listener has a more specific match, the Gateway SHOULD return a 421": such a Listener is one of another filter
/// chain, for among those of this one the most specific has been chosen.
pub(crate) fn is_misdirected(configuration: &Configuration, request: &Request) -> bool {
    let host = host(request);
    let listener = chosen_listener(configuration, &host).map(|place| &configuration.listeners[place]);
    let here = listener.and_then(|listener| specificity(listener.hostname, &host));
    configuration.misdirected.iter().any(|other| specificity(Some(other), &host) > here.or(NO_HOSTNAME))
}

/// The matches that `request` satisfies, the winner first.
pub(crate) fn candidates(configuration: &Configuration, request: &Request) -> Vec<Candidate> {
    let host = host(request);
    let listener = chosen_listener(configuration, &host).map(|place| &configuration.listeners[place]);
    if listener.is_none() && !configuration.listeners.is_empty() {
        return Vec::new();
    }
    let (default_rules, default_matches) = (vec![Rule::default()], vec![Match::default()]);
    let mut candidates = Vec::new();
    for route in configuration.routes.iter().filter(|route| is_attached(route, listener)) {
        // "If no hostnames are specified, traffic is routed based on HTTPRoute rules and filters": any host.
        let matching: Vec<_> =
            route.hostnames.iter().filter(|hostname| matches_host(hostname, &host)).collect();
        if matching.is_empty() && !route.hostnames.is_empty() {
            continue;
        }
        let non_wildcard = matching.iter().filter(|hostname| !hostname.starts_with('*'));
        let non_wildcard_hostname = non_wildcard.map(|hostname| hostname.len()).max().unwrap_or(0);
        let hostname = matching.iter().map(|hostname| hostname.len()).max().unwrap_or(0);
        // "If no rules are specified": one rule with the default match.
        for (rule, Rule { matches }) in route.rules.as_ref().unwrap_or(&default_rules).iter().enumerate() {
            // "If no matches are specified, the default is a prefix path match on “/”, which has the effect of matching
            // every HTTP request."
            let matches = matches.as_ref().filter(|matches| !matches.is_empty()).unwrap_or(&default_matches);
            for (matched, entry) in matches.iter().enumerate().filter(|(_, entry)| satisfies(entry, request))
            {
                let (path, value) = path_match(entry);
                let value = normal(value.trim_end_matches('/').as_bytes());
                let prefix = if path == PathKind::PathPrefix { value.len() } else { 0 };
                candidates.push(Candidate {
                    non_wildcard_hostname,
                    hostname,
                    path,
                    prefix,
                    method: entry.method.is_some(),
                    headers: without_equivalents(&entry.headers, same_header).len(),
                    query: without_equivalents(&entry.query, same_param).len(),
                    created: route.created,
                    name: route.full_name(),
                    rule,
                    matched,
                });
            }
        }
    }
    candidates.sort_by(|a, b| {
        PRECEDENCE.iter().fold(Ordering::Equal, |tie, (_, criterion)| tie.then_with(|| criterion(a, b)))
    });
    candidates
}

// --- listener and hostname ---

/// How specific a hostname that matches is: exact > wildcard > none; "among wildcards more dots to the right of `*`".
type Specificity = (u8, usize);

const NO_HOSTNAME: Option<Specificity> = Some((0, 0));

fn specificity(hostname: Option<&str>, host: &str) -> Option<Specificity> {
    let Some(hostname) = hostname else { return NO_HOSTNAME };
    let dots = hostname.matches('.').count();
    matches_host(hostname, host).then_some((if hostname.starts_with('*') { 1 } else { 2 }, dots))
}

/// "A request SHOULD match at most one Listener": the most specific one.
fn chosen_listener(configuration: &Configuration, host: &str) -> Option<usize> {
    let listeners = configuration.listeners.iter().enumerate();
    let matching =
        listeners.filter_map(|(place, listener)| Some((specificity(listener.hostname, host)?, place)));
    matching.max().map(|(_, place)| place)
}

fn is_attached(route: &Route, listener: Option<&Listener>) -> bool {
    let attached = listener.and_then(|listener| listener.routes.as_ref());
    attached.is_none_or(|names| names.contains(&route.full_name()))
}

/// "Hostnames that are prefixed with a wildcard label (`*.`) are interpreted as a suffix match": `*.example.com` matches
/// `test.example.com` and `foo.test.example.com`, but not `example.com`.
fn matches_host(hostname: &str, host: &str) -> bool {
    match hostname.strip_prefix('*') {
        Some(suffix) => host.ends_with(suffix),
        None => host == hostname,
    }
}

/// "the value of the Host header … MUST … ignore any port"; hosts are case-insensitive (RFC 9110, section 4.2.3), and a dot at
/// the end of a name stands for the root, where every name ends (RFC 1034, section 3.1).
fn host(request: &Request) -> String {
    let authority = String::from_utf8_lossy(&request.authority).to_ascii_lowercase();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => &authority,
    };
    host.strip_suffix('.').unwrap_or(host).to_owned()
}
