//! Configurations and requests from the bytes of a fuzzer, of the alphabets that the core's property tests use: small enough that
//! ties and overlaps come up, which is what precedence is about.

use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use serde_json::Value;

use crate::decorated::decorations;
use crate::model::{Configuration, Listener, Match, Named, PathKind, PathMatch, Request, Route, Rule};
use crate::requests::{HOSTS, KEYS, ODD_PAIRS, ODD_PATHS, SENT_VALUES};
use crate::strategies::{CREATED, HOSTNAMES, NAMES, PATH_PATTERNS, SEGMENTS, VALUE_PATTERNS, VALUES};

type Bytes<'a> = Unstructured<'a>;

static DECORATIONS: LazyLock<Vec<Value>> = LazyLock::new(decorations);

/// A valid configuration, and the document in which its rules have filters and backends.
pub(crate) fn configuration(bytes: &mut Bytes<'_>) -> Result<(Configuration, Value)> {
    let mut names = NAMES.to_vec();
    let mut routes = Vec::new();
    for _ in 0..bytes.int_in_range(1..=4)? {
        let name = names.remove(bytes.choose_index(names.len())?);
        routes.push(route(name, bytes)?);
    }
    let mut listeners: Vec<Listener> = Vec::new();
    for _ in 0..bytes.int_in_range(0..=3)? {
        let hostname = some(bytes, |bytes| bytes.choose(&HOSTNAMES).copied())?;
        let attached = some(bytes, |bytes| list(bytes, 4, |bytes| bytes.choose(&NAMES).copied()))?;
        // Listeners of the same hostname would be in conflict.
        if listeners.iter().all(|listener| listener.hostname != hostname) {
            let name = |(namespace, name)| format!("{namespace}/{name}");
            listeners.push(Listener {
                hostname,
                routes: attached.map(|names| names.into_iter().map(name).collect()),
            });
        }
    }
    let misdirected = list(bytes, 2, |bytes| bytes.choose(&HOSTNAMES).copied())?;
    let configuration = Configuration { routes, listeners, misdirected };

    let mut document = configuration.to_json();
    for route in document["routes"].as_array_mut().into_iter().flatten() {
        for rule in route["spec"].get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
            let decoration = bytes.choose(&**DECORATIONS)?;
            if let (Some(rule), Some(decoration)) = (rule.as_object_mut(), decoration.as_object()) {
                rule.remove("backendRefs");
                rule.extend(decoration.clone());
            }
        }
    }
    Ok((configuration, document))
}

/// A request, with or without anything to do with a configuration.
pub(crate) fn request(bytes: &mut Bytes<'_>) -> Result<Request> {
    let host = bytes.choose(&HOSTS)?;
    let host = if bytes.ratio(1, 5)? { host.to_ascii_uppercase() } else { host.to_vec() };
    let port = bytes.choose(&["", "", ":80", ":8443", ":"])?;
    let path =
        if bytes.ratio(1, 5)? { bytes.choose(&ODD_PATHS)?.to_vec() } else { path(bytes)?.into_bytes() };
    let query = list(bytes, 4, |bytes| {
        let (key, value) = (bytes.choose(&KEYS)?, bytes.choose(&SENT_VALUES)?);
        let odd = bytes.choose(&ODD_PAIRS)?;
        Ok(match bytes.int_in_range(0..=9)? {
            0 => odd.to_vec(),
            1 => key.to_vec(),
            _ => [*key, b"=", *value].concat(),
        })
    })?;
    let query = if query.is_empty() { Vec::new() } else { [b"?", &query.join(&b'&')[..]].concat() };
    let headers = list(bytes, 3, |bytes| {
        let name = *bytes.choose(&["x-a", "X-A", "x-b", "X-b", "cookie"])?;
        Ok((name, bytes.choose(&SENT_VALUES)?.to_vec()))
    })?;
    Ok(Request {
        // A preflight belongs to the rule that its filters make it belong to, of which the oracle knows nothing.
        method: bytes.choose(&["GET", "POST", "PUT", "get"])?,
        scheme: "http",
        authority: [&host, port.as_bytes()].concat(),
        target: [path, query].concat(),
        headers,
        local_port: Some(80),
    })
}

fn route((namespace, name): (&'static str, &'static str), bytes: &mut Bytes<'_>) -> Result<Route> {
    let created = *bytes.choose(&CREATED)?;
    let hostnames = list(bytes, 3, |bytes| bytes.choose(&HOSTNAMES).copied())?;
    let rules = some(bytes, |bytes| {
        let mut rules = vec![rule(bytes)?];
        rules.extend(list(bytes, 2, rule)?);
        Ok(rules)
    })?;
    Ok(Route { namespace, name, created, hostnames, rules })
}

fn rule(bytes: &mut Bytes<'_>) -> Result<Rule> {
    Ok(Rule { matches: some(bytes, |bytes| list(bytes, 4, entry))? })
}

fn entry(bytes: &mut Bytes<'_>) -> Result<Match> {
    const HEADERS: [&str; 5] = ["x-a", "X-A", "x-b", "Host", "Cookie"];
    const PARAMS: [&str; 3] = ["a", "b", "A"];
    let kinds = [None, Some(PathKind::Exact), Some(PathKind::PathPrefix), Some(PathKind::RegularExpression)];
    let path = some(bytes, |bytes| {
        let kind = *bytes.choose(&kinds)?;
        let value = match kind {
            Some(PathKind::RegularExpression) => bytes.choose(&PATH_PATTERNS)?.to_string(),
            _ => path(bytes)?,
        };
        Ok(PathMatch { kind, value: Some(value) })
    })?;
    Ok(Match {
        path,
        method: *bytes.choose(&[None, None, Some("GET"), Some("POST")])?,
        headers: list(bytes, 3, |bytes| named(&HEADERS, bytes))?,
        query: list(bytes, 3, |bytes| named(&PARAMS, bytes))?,
    })
}

fn named(names: &'static [&'static str], bytes: &mut Bytes<'_>) -> Result<Named> {
    let name = *bytes.choose(names)?;
    let regex = *bytes.choose(&[None, Some(false), Some(true)])?;
    let value = match (name, regex) {
        // A value that the Host header may well have.
        ("Host", Some(true)) => "(a|aa).*",
        ("Host", _) => "a.example.com",
        (_, Some(true)) => bytes.choose(&VALUE_PATTERNS)?,
        _ => bytes.choose(&VALUES)?,
    };
    Ok(Named { name, value, regex })
}

/// `/`, `/a`, `/a/`, `/a/bc` and so on.
fn path(bytes: &mut Bytes<'_>) -> Result<String> {
    let segments = list(bytes, 3, |bytes| bytes.choose(&SEGMENTS).copied())?;
    let path = segments.iter().fold(String::new(), |path, segment| path + "/" + segment);
    Ok(if path.is_empty() || bytes.ratio(3, 10)? { path + "/" } else { path })
}

fn some<T>(bytes: &mut Bytes<'_>, make: impl FnOnce(&mut Bytes<'_>) -> Result<T>) -> Result<Option<T>> {
    if bytes.ratio(4, 5)? { make(bytes).map(Some) } else { Ok(None) }
}

fn list<T>(
    bytes: &mut Bytes<'_>,
    most: usize,
    mut make: impl FnMut(&mut Bytes<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    (0..bytes.int_in_range(0..=most)?).map(|_| make(bytes)).collect()
}
