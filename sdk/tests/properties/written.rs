//! Configurations, requests and expectations in the short form in which the examples are written.

use httproute_sdk::NoRule;

use crate::matching::{self, Verdict};
use crate::model::{Configuration, Listener, Match, Named, PathKind, PathMatch, Request, Route, Rule};
use crate::observe;

/// A match of this type and value, written `Exact /a`, and more predicates: `method POST`, `header NAME VALUE`,
/// `query NAME VALUE`, and `header~`, `query~` for regular expressions.
pub(crate) fn entry(words: &'static str) -> Match {
    let mut entry = Match::default();
    let mut words = words.split(' ').filter(|word| !word.is_empty());
    let mut path = |kind, value: Option<&str>| {
        entry.path = Some(PathMatch { kind: Some(kind), value: value.map(str::to_owned) });
    };
    while let Some(word) = words.next() {
        match word {
            "Exact" => path(PathKind::Exact, words.next()),
            "PathPrefix" => path(PathKind::PathPrefix, words.next()),
            "RegularExpression" => path(PathKind::RegularExpression, words.next()),
            "method" => entry.method = words.next(),
            _ => {
                let named = Named {
                    name: words.next().unwrap(),
                    value: words.next().unwrap(),
                    regex: word.ends_with('~').then_some(true),
                };
                if word.starts_with("header") { entry.headers.push(named) } else { entry.query.push(named) }
            }
        }
    }
    entry
}

/// A route with one rule for each of `rules`, whose matches are divided by ` or `.
pub(crate) fn route(name: &'static str, hostnames: &[&'static str], rules: &[&'static str]) -> Route {
    let rules = rules.iter().map(|rule| Rule { matches: Some(rule.split(" or ").map(entry).collect()) });
    let (namespace, name) = name.split_once('/').unwrap();
    Route { namespace, name, created: None, hostnames: hostnames.to_vec(), rules: Some(rules.collect()) }
}

pub(crate) fn created(created: &'static str, route: Route) -> Route {
    Route { created: Some(created), ..route }
}

pub(crate) fn routes(routes: Vec<Route>) -> Configuration {
    Configuration { routes, ..Configuration::default() }
}

pub(crate) fn listener(hostname: &'static str, route: &str) -> Listener {
    Listener { hostname: (!hostname.is_empty()).then_some(hostname), routes: Some(vec![route.to_owned()]) }
}

/// A request written `GET example.com /a`, and lines `name: value`.
pub(crate) fn request(words: &'static str) -> Request {
    let mut parts = words.split("; ");
    let mut words = parts.next().unwrap().splitn(3, ' ');
    let method = words.next().unwrap();
    let mut request = Request::get(words.next().unwrap(), words.next().unwrap());
    request.method = method;
    request.headers = parts
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name, value.as_bytes().to_vec()))
        .collect();
    request
}

/// What is to come out: `a/x 0 1` for the second match of the first rule of the route `a/x`.
pub(crate) fn check_at(
    configuration: &Configuration,
    cases: &[(&'static str, Option<usize>, Result<&str, NoRule>)],
) {
    let compiled = observe::compiled(configuration);
    for (sent, listener, expected) in cases {
        let expected = match expected {
            Err(reason) => Verdict::NoRule(*reason),
            Ok(words) => {
                let mut words = words.split(' ');
                let route = words.next().unwrap().to_owned();
                let mut number = || words.next().unwrap().parse().unwrap();
                Verdict::Rule { listener: *listener, route, rule: number(), matched: number() }
            }
        };
        let request = request(sent);
        assert_eq!(matching::verdict(configuration, &request), expected, "the oracle for {sent}");
        assert_eq!(observe::verdict(&compiled, &request), expected, "the core for {sent}");
    }
}

pub(crate) fn check(configuration: &Configuration, cases: &[(&'static str, Result<&str, NoRule>)]) {
    let cases: Vec<_> = cases.iter().map(|(sent, expected)| (*sent, None, *expected)).collect();
    check_at(configuration, &cases);
}
