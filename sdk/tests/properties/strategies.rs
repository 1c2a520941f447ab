//! Configurations from small alphabets: collisions, ties and overlaps are what precedence is about.

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::model::{Configuration, Listener, Match, Named, PathKind, PathMatch, Route, Rule};

/// Names for which the order of the whole string `{namespace}/{name}` and the order of the pairs differ: `-` and `.` sort
/// before `/`.
pub(crate) const NAMES: [(&str, &str); 6] =
    [("a", "x"), ("a-b", "x"), ("a", "y"), ("aa", "x"), ("a", "x-1"), ("b", "a")];

pub(crate) const CREATED: [Option<&str>; 4] = [
    None,
    Some("2023-12-31T23:59:59Z"),
    Some("2024-01-01T00:00:00Z"),
    // Older than the one before by a digit that a comparison of shorter strings would miss.
    Some("2024-01-01T00:00:01Z"),
];

pub(crate) const HOSTNAMES: [&str; 9] = [
    "example.com",
    "a.example.com",
    "b.a.example.com",
    "*.example.com",
    "*.a.example.com",
    "*.b.a.example.com",
    "*.com",
    "other.org",
    "*.org",
];

/// What the values of path matches and the paths of requests are made of.
pub(crate) const SEGMENTS: [&str; 9] = ["a", "b", "bc", "ab", "A", "%61", "%7e", "%c3%a9", "%C3%A9"];

/// Only what `regex` and `regex-lite` understand alike.
pub(crate) const PATH_PATTERNS: [&str; 12] = [
    "(?x) /a # a note",
    ".*",
    "/a",
    "/a/.*",
    // Leftmost-first, so that a search that stops at the first alternative misses the whole path.
    "/a|/a/b",
    "/(a|ab)(/b)?",
    "/[ab]+",
    "^/a/b?$",
    "(?i)/A",
    "/é",
    "/%C3%A9",
    "a",
];

pub(crate) const VALUES: [&str; 4] = ["1", "2", "1,2", "%31"];
pub(crate) const VALUE_PATTERNS: [&str; 6] = ["1", "1|12", ".*", "[12,]+", "(1|2)(,|; )[12]", "\u{e9}"];
/// A valid configuration.
pub(crate) fn configuration() -> impl Strategy<Value = Configuration> {
    let names = subsequence(&NAMES[..], 1..=4).prop_shuffle();
    let routes = names.prop_flat_map(|names| names.into_iter().map(route).collect::<Vec<_>>());
    let hostnames = || weighted(0.85, select(&HOSTNAMES[..]));
    let listeners = prop_oneof![
        2 => Just(Vec::new()),
        // At most one listener without hostname, and no hostname twice: such listeners would be in conflict.
        3 => prop::collection::vec((hostnames(), weighted(0.4, attached())), 1..=3),
    ];
    let misdirected =
        prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(select(&HOSTNAMES[..]), 1..=2)];
    (routes, listeners, misdirected).prop_map(|(routes, listeners, misdirected)| {
        let mut kept: Vec<Listener> = Vec::new();
        for (hostname, routes) in listeners {
            if kept.iter().all(|listener| listener.hostname != hostname) {
                kept.push(Listener { hostname, routes });
            }
        }
        Configuration { routes, listeners: kept, misdirected }
    })
}

fn attached() -> impl Strategy<Value = Vec<String>> {
    subsequence(&NAMES[..], 0..=NAMES.len())
        .prop_map(|names| names.iter().map(|(namespace, name)| format!("{namespace}/{name}")).collect())
}

fn route((namespace, name): (&'static str, &'static str)) -> impl Strategy<Value = Route> {
    let hostnames =
        prop_oneof![2 => Just(Vec::new()), 3 => prop::collection::vec(select(&HOSTNAMES[..]), 1..=3)];
    let rules = weighted(0.95, prop::collection::vec(rule(), 1..=3));
    (select(&CREATED[..]), hostnames, rules).prop_map(move |(created, hostnames, rules)| Route {
        namespace,
        name,
        created,
        hostnames,
        rules,
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    weighted(0.9, prop::collection::vec(entry(), 0..=4)).prop_map(|matches| Rule { matches })
}

fn entry() -> impl Strategy<Value = Match> {
    let method = weighted(0.25, select(&["GET", "POST", "OPTIONS"][..]));
    let named = |names: &'static [&'static str]| prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec(named(names), 1..=2), 1 => prop::collection::vec(named(names), 3)];
    let headers = named(&["x-a", "X-A", "x-b", "x-b", "Host", "Cookie"]);
    let query = named(&["a", "a", "b", "A"]);
    (weighted(0.8, path_match()), method, headers, query).prop_map(|(path, method, headers, query)| Match {
        path,
        method,
        headers,
        query,
    })
}

fn path_match() -> impl Strategy<Value = PathMatch> {
    let plain = || weighted(0.95, plain_path());
    let regex = weighted(0.95, select(&PATH_PATTERNS[..]).prop_map(String::from));
    prop_oneof![
        3 => plain().prop_map(|value| PathMatch { kind: Some(PathKind::Exact), value }),
        4 => plain().prop_map(|value| PathMatch { kind: Some(PathKind::PathPrefix), value }),
        1 => plain().prop_map(|value| PathMatch { kind: None, value }),
        2 => regex.prop_map(|value| PathMatch { kind: Some(PathKind::RegularExpression), value }),
    ]
}

/// `/`, `/a`, `/a/`, `/a/bc` and so on.
pub(crate) fn plain_path() -> impl Strategy<Value = String> {
    // The first segments come up most, so that paths of several elements have prefixes in common.
    let segment = prop_oneof![3 => Just(SEGMENTS[0]), 2 => Just(SEGMENTS[1]), 3 => select(&SEGMENTS[..])];
    (prop::collection::vec(segment, 0..=3), prop::bool::weighted(0.3)).prop_map(|(segments, slash)| {
        let path = segments.iter().fold(String::new(), |path, segment| path + "/" + segment);
        if slash || path.is_empty() { path + "/" } else { path }
    })
}

/// A path in another spelling, which means the same: some of its letters are percent-encoded.
pub(crate) fn respelled(path: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let path = path.as_bytes().to_vec();
    prop::collection::vec(0..8, path.len()).prop_map(move |choices| {
        let spell = |(place, (byte, choice)): (usize, (&u8, i32))| {
            let in_triplet = path[place.saturating_sub(2)..place].contains(&b'%');
            match choice {
                0 if byte.is_ascii_alphabetic() && !in_triplet => format!("%{byte:02X}").into_bytes(),
                1 if byte.is_ascii_alphabetic() && !in_triplet => format!("%{byte:02x}").into_bytes(),
                2 if in_triplet => vec![byte.to_ascii_lowercase()],
                3 if in_triplet => vec![byte.to_ascii_uppercase()],
                _ => vec![*byte],
            }
        };
        path.iter().zip(choices).enumerate().flat_map(spell).collect()
    })
}

fn named(names: &'static [&'static str]) -> impl Strategy<Value = Named> {
    let value = prop_oneof![
        4 => (prop_oneof![2 => Just(None), 1 => Just(Some(false))], prop_oneof![Just("1"), select(&VALUES[..])]),
        1 => (Just(Some(true)), select(&VALUE_PATTERNS[..])),
    ];
    (select(names), value).prop_map(|(name, (regex, value))| match (name, regex) {
        // A value that the Host header may well have.
        ("Host", Some(true)) => Named { name, value: "(a|aa).*", regex },
        ("Host", _) => Named { name, value: "a.example.com", regex },
        _ => Named { name, value, regex },
    })
}
