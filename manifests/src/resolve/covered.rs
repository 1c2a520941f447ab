//! Matches that can never win, because another one takes all their requests before.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::chain::FilterChain;
use super::hostname::{intersect, is_within};
use super::json::{items, member, text, within};
use super::status::RouteStatus;
use super::warning::Warning;
use crate::Document;

/// How many other matches of one path a match is compared with. Nobody writes so many that differ in headers only.
const MOST: usize = 1000;

/// A warning for each match that never wins, wherever its route is attached.
pub(super) fn warnings(
    chains: &[FilterChain],
    routes: &[RouteStatus],
    documents: &[Document],
) -> Vec<Warning> {
    let numbers: BTreeMap<String, usize> =
        routes.iter().map(|route| (route.name.to_string(), route.document)).collect();
    // By document, rule and match: what covers it, or nothing if it wins anywhere.
    let mut verdicts = Verdicts::new();
    for chain in chains {
        let objects: BTreeMap<String, &Value> =
            items(&chain.configuration, "routes").iter().map(|route| (name(route), route)).collect();
        for listener in items(&chain.configuration, "listeners") {
            let attached = items(listener, "routes").iter().filter_map(Value::as_str);
            let attached = attached.filter_map(|name| Some((*numbers.get(name)?, *objects.get(name)?)));
            let attached: Vec<(usize, &Value)> = attached.collect();
            for host in hosts(text(listener, "hostname"), &attached).into_values() {
                host.judge(&mut verdicts);
            }
        }
    }
    let covered = verdicts.into_iter().filter_map(|(place, by)| Some((place, by?)));
    covered.filter_map(|(place, by)| warning(place, by, documents)).collect()
}

/// For each match (document, rule, match): the rule (document, rule) that covers it everywhere, if there is one.
type Verdicts = BTreeMap<(usize, usize, usize), Option<(usize, usize)>>;

fn warning(
    (document, rule, matched): (usize, usize, usize),
    (other, other_rule): (usize, usize),
    documents: &[Document],
) -> Option<Warning> {
    let (own, winner) = (documents.get(document)?, documents.get(other)?);
    let pointer = format!("/spec/rules/{rule}/matches/{matched}");
    let pointer = if own.value.pointer(&pointer).is_some() { pointer } else { format!("/spec/rules/{rule}") };
    let place = format!("/spec/rules/{other_rule}");
    let route =
        if other == document { "this route".to_owned() } else { format!("route {}", name(&winner.value)) };
    let named = winner.value.pointer(&format!("{place}/name")).and_then(Value::as_str);
    let named = named.map(|name| format!(" {name:?}")).unwrap_or_default();
    let line = winner.position(&place).line;
    Some(Warning {
        document: Some(document),
        pointer: if own.value.pointer(&pointer).is_some() { pointer } else { "/spec".into() },
        code: "NeverWins",
        message: format!(
            "this match never wins: rule {other_rule}{named} of {route} ({}:{line}) takes all its requests",
            winner.source
        ),
        hint: "make it more specific than the other, or remove it".into(),
    })
}

/// `namespace/name` of a route.
fn name(route: &Value) -> String {
    let part = |key| within(route, &["metadata", key]).and_then(Value::as_str).unwrap_or_default();
    match part("namespace") {
        "" => part("name").to_owned(),
        namespace => format!("{namespace}/{}", part("name")),
    }
}

/// The matches of each set of hosts of a listener.
fn hosts<'v>(listener: Option<&str>, routes: &[(usize, &'v Value)]) -> BTreeMap<String, Host<'v>> {
    let mut hosts: BTreeMap<String, Host<'v>> = BTreeMap::new();
    for (document, route) in routes {
        let spec = member(route, "spec").unwrap_or(&Value::Null);
        let mut hostnames: Vec<Option<String>> = items(spec, "hostnames")
            .iter()
            .filter_map(Value::as_str)
            .map(|name| Some(name.to_lowercase()))
            .collect();
        if hostnames.is_empty() {
            hostnames.push(None);
        }
        for hostname in hostnames {
            // The narrower of the two says which hosts it is about.
            let hosts_of = match (listener, &hostname) {
                (None, None) => String::new(),
                (Some(listener), None) => listener.to_owned(),
                (None, Some(hostname)) => hostname.clone(),
                (Some(listener), Some(hostname)) if !intersect(listener, hostname) => continue,
                (Some(listener), Some(hostname)) if is_within(listener, hostname) => listener.to_owned(),
                (Some(_), Some(hostname)) => hostname.clone(),
            };
            // Exact hostnames come first, then the longest wildcard, then none.
            let tier = match &hostname {
                None => 0,
                Some(hostname) if hostname.starts_with("*.") => hostname.len(),
                Some(_) => usize::MAX,
            };
            let host = hosts.entry(hosts_of).or_default();
            host.add(*document, route, spec, tier);
        }
    }
    hosts
}

/// The matches for one set of hosts.
#[derive(Default)]
struct Host<'v> {
    entries: Vec<Entry<'v>>,
    /// By kind and path.
    by_path: BTreeMap<(Kind, String), Vec<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Exact,
    Regex,
    Prefix,
}

/// A match of a rule.
struct Entry<'v> {
    tier: usize,
    kind: Kind,
    /// Of a prefix without the slash at its end.
    path: String,
    method: Option<&'v str>,
    headers: BTreeSet<(String, &'v str, &'v str)>,
    queries: BTreeSet<(String, &'v str, &'v str)>,
    /// Whether it has none, and when the route was created.
    created: (bool, &'v str),
    route: String,
    document: usize,
    rule: usize,
    matched: usize,
}

impl<'v> Host<'v> {
    fn add(&mut self, document: usize, route: &'v Value, spec: &'v Value, tier: usize) {
        let created = within(route, &["metadata", "creationTimestamp"]).and_then(Value::as_str);
        let nothing = std::slice::from_ref(&Value::Null);
        let rules = if member(spec, "rules").is_some() { items(spec, "rules") } else { nothing };
        for (rule, value) in rules.iter().enumerate() {
            let matches = items(value, "matches");
            for (matched, value) in if matches.is_empty() { nothing } else { matches }.iter().enumerate() {
                let path = member(value, "path").unwrap_or(&Value::Null);
                let written = text(path, "value").unwrap_or("/");
                let (kind, path) = match text(path, "type") {
                    Some("Exact") => (Kind::Exact, written),
                    Some("RegularExpression") => (Kind::Regex, written),
                    _ => (Kind::Prefix, written.trim_end_matches('/')),
                };
                let entry = Entry {
                    tier,
                    kind,
                    path: path.to_owned(),
                    method: text(value, "method"),
                    headers: predicates(value, "headers", true),
                    queries: predicates(value, "queryParams", false),
                    created: (created.is_none(), created.unwrap_or_default()),
                    route: name(route),
                    document,
                    rule,
                    matched,
                };
                let number = self.entries.len();
                self.by_path.entry((kind, entry.path.clone())).or_default().push(number);
                self.entries.push(entry);
            }
        }
    }

    fn judge(&self, verdicts: &mut Verdicts) {
        let regexes: Vec<usize> = self
            .by_path
            .iter()
            .filter(|((kind, _), _)| *kind == Kind::Regex)
            .flat_map(|(_, numbers)| numbers)
            .copied()
            .collect();
        for entry in &self.entries {
            let covering = self.candidates(entry, &regexes).filter(|other| {
                (other.document, other.rule) != (entry.document, entry.rule)
                    && other.order() < entry.order()
                    && other.covers(entry)
            });
            let first = covering.min_by_key(|other| other.order()).map(|other| (other.document, other.rule));
            let place = (entry.document, entry.rule, entry.matched);
            let verdict = verdicts.entry(place).or_insert(first);
            // It may win for other hosts.
            *verdict = verdict.and(first);
        }
    }

    /// The matches whose paths may cover that of `entry`.
    fn candidates<'s>(
        &'s self,
        entry: &'s Entry<'v>,
        regexes: &'s [usize],
    ) -> impl Iterator<Item = &'s Entry<'v>> {
        let cuts = entry.path.char_indices().filter(|(_, c)| *c == '/').map(|(at, _)| at);
        let prefixes = cuts.chain([entry.path.len()]).filter_map(|at| entry.path.get(..at));
        let keys = prefixes.map(|prefix| (Kind::Prefix, prefix.to_owned()));
        let keys = keys.chain([(entry.kind, entry.path.clone())]);
        let same =
            keys.filter_map(|key| self.by_path.get(&key)).flat_map(|numbers| numbers.iter().take(MOST));
        same.chain(regexes.iter().take(MOST)).filter_map(|&number| self.entries.get(number))
    }
}

impl Entry<'_> {
    /// The order of precedence: the smallest wins.
    #[allow(clippy::type_complexity, reason = "the criteria of the specification, one after the other")]
    fn order(
        &self,
    ) -> (
        Reverse<usize>,
        (Kind, Reverse<usize>),
        bool,
        Reverse<usize>,
        Reverse<usize>,
        (bool, &str),
        &str,
        usize,
        usize,
    ) {
        // Only of prefixes the longest comes first.
        let length = if self.kind == Kind::Prefix { self.path.len() } else { 0 };
        (
            Reverse(self.tier),
            (self.kind, Reverse(length)),
            self.method.is_none(),
            Reverse(self.headers.len()),
            Reverse(self.queries.len()),
            self.created,
            &self.route,
            self.rule,
            self.matched,
        )
    }

    /// Whether it takes each request that `other` takes.
    fn covers(&self, other: &Entry<'_>) -> bool {
        self.method.is_none_or(|method| other.method == Some(method))
            && self.headers.is_subset(&other.headers)
            && self.queries.is_subset(&other.queries)
            && self.covers_path(other)
    }

    fn covers_path(&self, other: &Entry<'_>) -> bool {
        match (self.kind, other.kind) {
            (Kind::Prefix, Kind::Prefix | Kind::Exact) => other
                .path
                .strip_prefix(&self.path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            (Kind::Regex, Kind::Prefix | Kind::Exact) => {
                let shortest = if other.path.is_empty() { "/" } else { &other.path };
                anything_after(&self.path).is_some_and(|start| shortest.starts_with(start))
            }
            (one, another) => {
                one == another
                    && (self.path == other.path
                        || (one == Kind::Regex && anything_after(&self.path) == Some("")))
            }
        }
    }
}

/// What a regular expression begins with that takes anything after it: `/cart` of `/cart.*`.
fn anything_after(pattern: &str) -> Option<&str> {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let start = pattern.strip_suffix('$').unwrap_or(pattern).strip_suffix(".*")?;
    let start = if start == "/" { "" } else { start };
    (!start.contains(|c: char| r"\.+*?()|[]{}^$".contains(c))).then_some(start)
}

/// What a match asks of headers or of query parameters. "Multiple match values are ANDed together"; of a name that is written
/// twice the first counts.
fn predicates<'v>(value: &'v Value, key: &str, any_case: bool) -> BTreeSet<(String, &'v str, &'v str)> {
    let mut names = BTreeSet::new();
    let mut predicates = BTreeSet::new();
    for predicate in items(value, key) {
        let name = text(predicate, "name").unwrap_or_default();
        let name = if any_case { name.to_ascii_lowercase() } else { name.to_owned() };
        if names.insert(name.clone()) {
            let part = |key, default| text(predicate, key).unwrap_or(default);
            predicates.insert((name, part("type", "Exact"), part("value", "")));
        }
    }
    predicates
}
