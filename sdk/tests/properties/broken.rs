//! A rule in which something is wrong answers 500, and the others work as if it were valid.

use httproute_sdk::{Kinds, NoRule, Outcome, Routes, Severity};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::documents::{carry_out, sent, service};
use crate::matching::{self, Verdict};
use crate::model::{Configuration, Match, Named, PathKind, PathMatch, Request, Route, Rule};
use crate::requests::request;
use crate::strategies::configuration;
use crate::{cases, observe};

/// What is wrong: members of the rule.
fn mistakes() -> Vec<Value> {
    let filter = |filter: Value| json!({ "filters": [filter], "backendRefs": [service("backend")] });
    let backend = |members: Value| {
        let mut backend = service("backend");
        backend.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        json!({ "backendRefs": [service("good"), backend] })
    };
    let mirror = |members: Value| {
        let mut mirror = json!({ "backendRef": service("mirror") });
        mirror.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        filter(json!({ "type": "RequestMirror", "requestMirror": mirror }))
    };
    let redirect = |members: Value| json!({ "backendRefs": [], "filters": [{ "type": "RequestRedirect", "requestRedirect": members }] });
    let headers =
        |members: Value| filter(json!({ "type": "RequestHeaderModifier", "requestHeaderModifier": members }));
    let by_prefix = json!({ "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": "/x" } });
    vec![
        json!({ "filters": "text" }),
        json!({ "backendRefs": {} }),
        json!({ "backendRefs": ["text"] }),
        filter(json!({})),
        filter(json!("text")),
        filter(json!({ "type": "Nonsense" })),
        filter(json!({ "type": "URLRewrite" })),
        filter(json!({ "type": "URLRewrite", "urlRewrite": { "hostnam": "example.org" } })),
        filter(json!({ "type": "URLRewrite", "urlRewrite": {}, "requestRedirect": {} })),
        // "When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified"
        filter(json!({ "type": "URLRewrite", "urlRewrite": by_prefix })),
        filter(json!({ "type": "ExtensionRef", "extensionRef": { "group": "x", "kind": "Y", "name": "z" } })),
        filter(json!({
            "type": "ExternalAuth",
            "externalAuth": { "protocol": "GRPC", "grpc": {}, "backendRef": service("auth") },
        })),
        headers(json!({ "set": [{ "name": "x-a" }] })),
        headers(json!({ "set": [{ "name": "x a", "value": "1" }] })),
        headers(json!({ "set": [{ "name": "x-a", "value": "one\r\nx-b: two" }] })),
        headers(json!({ "sett": [] })),
        // "Only one action for a given header name is permitted."
        headers(json!({ "set": [{ "name": "x-a", "value": "1" }], "remove": ["X-A"] })),
        mirror(json!({ "percent": 101 })),
        mirror(json!({ "percent": 50, "fraction": { "numerator": 1 } })),
        mirror(json!({ "fraction": { "numerator": 3, "denominator": 2 } })),
        mirror(json!({ "fraction": { "numerator": 0, "denominator": 0 } })),
        mirror(json!({ "fraction": {} })),
        redirect(json!({ "statusCode": 200 })),
        redirect(json!({ "scheme": "ftp" })),
        redirect(json!({ "port": 0 })),
        redirect(json!({ "hostname": "*.example.org" })),
        redirect(json!({ "path": { "type": "Nonsense" } })),
        redirect(json!({ "path": { "type": "ReplaceFullPath", "replacePrefixMatch": "/x" } })),
        // "RequestRedirect filter must not be used together with backendRefs"
        filter(json!({ "type": "RequestRedirect", "requestRedirect": {} })),
        // "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both"
        json!({ "backendRefs": [], "filters": [
            { "type": "RequestRedirect", "requestRedirect": {} },
            { "type": "URLRewrite", "urlRewrite": { "hostname": "example.org" } },
        ] }),
        // "RequestHeaderModifier filter cannot be repeated"
        json!({ "filters": [
            { "type": "RequestHeaderModifier", "requestHeaderModifier": { "remove": ["x-a"] } },
            { "type": "RequestHeaderModifier", "requestHeaderModifier": { "remove": ["x-b"] } },
        ] }),
        backend(json!({ "weight": -1 })),
        backend(json!({ "weight": 1_000_001 })),
        backend(json!({ "weight": "1" })),
        backend(json!({ "wieght": 1 })),
        backend(json!({ "name": null })),
        // "Must have port for Service reference"
        backend(json!({ "port": null })),
        backend(json!({ "port": 65_536 })),
        backend(json!({ "filters": [{ "type": "Nonsense" }] })),
    ]
}

/// What is wrong: members of the match.
fn mistakes_in_match() -> Vec<Value> {
    let header = |members: Value| json!({ "headers": [{ "name": "x-broken", "value": "yes" }, members] });
    vec![
        json!({ "nonsense": 1 }),
        json!({ "path": { "type": "Nonsense", "value": "/a" } }),
        json!({ "path": { "value": "/a", "nonsense": 1 } }),
        json!({ "path": { "value": "a" } }),
        json!({ "path": { "value": "/a//b" } }),
        json!({ "path": { "value": "/a/../b" } }),
        json!({ "path": { "type": "Exact", "value": "/\u{e9}" } }),
        json!({ "path": { "type": "RegularExpression", "value": "(" } }),
        // Each half of it would be none, and between parentheses it would become one.
        json!({ "path": { "type": "RegularExpression", "value": "/a)|(/b" } }),
        json!({ "path": { "type": "RegularExpression", "value": "(a{1000}){1000}" } }),
        json!({ "method": "get" }),
        json!({ "method": 1 }),
        json!({ "queryParams": "text" }),
        json!({ "queryParams": [{ "name": "a" }] }),
        json!({ "queryParams": [{ "name": "a", "value": "(", "type": "RegularExpression" }] }),
        json!({ "queryParams": [{ "name": "a", "value": "1", "type": "Nonsense" }] }),
        header(json!({ "name": "x-a" })),
        header(json!({ "name": "x a", "value": "1" })),
        header(json!({ "name": "x-a", "value": "(", "type": "RegularExpression" })),
        header(json!({ "name": "x-a", "value": "1", "nonsense": 1 })),
    ]
}

/// A configuration with a rule for requests that have `x-broken: yes`, and the places of its route and of the rule.
fn with_such_a_rule() -> impl Strategy<Value = (Configuration, usize, usize)> {
    let path = crate::strategies::plain_path();
    (configuration(), path, any::<Index>(), any::<bool>()).prop_map(|(configuration, path, route, alone)| {
        let mut configuration = configuration;
        let entry = Match {
            path: Some(PathMatch { kind: Some(PathKind::Exact), value: Some(path) }),
            headers: vec![Named { name: "x-broken", value: "yes", regex: None }],
            ..Match::default()
        };
        let rule = Rule { matches: Some(vec![entry]) };
        let place = route.index(configuration.routes.len());
        if alone {
            let created = Some("2000-01-01T00:00:00Z");
            let route =
                Route { namespace: "a", name: "0", created, hostnames: vec![], rules: Some(vec![rule]) };
            configuration.routes.insert(place, route);
        } else {
            configuration.routes[place].rules.get_or_insert_with(|| vec![Rule::default()]).insert(0, rule);
        }
        (configuration, place, 0)
    })
}

fn such_a_request() -> impl Strategy<Value = Request> {
    (request(), prop::bool::weighted(0.4)).prop_map(|(mut request, broken)| {
        broken.then(|| request.headers.push(("x-broken", b"yes".to_vec())));
        request
    })
}

/// The document with the members of `mistake` put into the object at `pointer`.
fn spoilt(configuration: &Configuration, pointer: &str, mistake: &Value) -> Routes {
    let mut document = configuration.to_json();
    let object = document.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap();
    object.extend(mistake.as_object().unwrap().clone());
    let (routes, problems) = Routes::decode(document.to_string().as_bytes()).unwrap();
    let is_named = |pointer: &str| {
        problems
            .iter()
            .any(|problem| problem.severity == Severity::Error && problem.pointer.starts_with(pointer))
    };
    assert!(is_named(pointer), "{mistake}: {problems:?}");
    routes
}

proptest! {
    #![proptest_config(cases(800))]

    #[test]
    fn a_broken_rule_answers_500_to_its_own_requests_and_to_no_others(
        (configuration, route, rule) in with_such_a_rule(),
        mistake in select(mistakes()),
        requests in prop::collection::vec(such_a_request(), 0..12),
    ) {
        let routes = spoilt(&configuration, &format!("/routes/{route}/spec/rules/{rule}"), &mistake);
        let name = configuration.routes[route].full_name();
        for request in &requests {
            let expected = matching::verdict(&configuration, request);
            prop_assert_eq!(observe::verdict(&routes, request), expected.clone(), "{} {:?}", mistake, request);
            let (broken, answered) = carry_out(&routes, request, 1, |plan, outcome| {
                let answered = matches!(outcome, Outcome::Answered(reply) if reply.status == 500);
                (plan.is_broken(Kinds::ALL), answered)
            });
            let is_broken = matches!(&expected, Verdict::Rule { route, rule: 0, .. } if *route == name);
            prop_assert_eq!(broken, is_broken, "{} {:?}", mistake, request);
            prop_assert!(answered || !is_broken, "{} {:?}", mistake, request);
        }
    }

    /// What is wrong in a match excludes no request, and what can be read of it excludes those that it did.
    #[test]
    fn a_broken_match_takes_no_request_that_its_other_predicates_exclude(
        (configuration, route, rule) in with_such_a_rule(),
        mistake in select(mistakes_in_match()),
        requests in prop::collection::vec(request(), 0..12),
    ) {
        let routes = spoilt(&configuration, &format!("/routes/{route}/spec/rules/{rule}/matches/0"), &mistake);
        for request in &requests {
            let expected = matching::verdict(&configuration, request);
            prop_assert_eq!(observe::verdict(&routes, request), expected, "{} {:?}", mistake, request);
        }
    }
}

/// What could not be read of a match: members that are put into it or that take the place of its own.
fn unreadable() -> Vec<Value> {
    vec![
        json!({ "nonsense": 1 }),
        json!({ "path": { "type": "Nonsense", "value": "/a" } }),
        json!({ "path": { "nonsense": "/a" } }),
        json!({ "path": "/a" }),
        json!({ "path": { "value": 5 } }),
        json!({ "path": { "value": "/a//b" } }),
        json!({ "path": { "type": "RegularExpression", "value": "(" } }),
        json!({ "method": "get" }),
        json!({ "method": 1 }),
        json!({ "queryParams": "text" }),
        json!({ "queryParams": [{ "name": 1, "value": "1" }] }),
        json!({ "headers": {} }),
        json!({ "headers": [{ "value": "1" }] }),
        json!({ "headers": [{ "name": "x a", "value": "1" }] }),
    ]
}

/// What a rule's matches are replaced with, or the rule, so that nothing of them can be read.
fn unreadable_rules() -> Vec<Value> {
    vec![
        json!(5),
        json!({ "matches": "text" }),
        json!({ "matches": [[]] }),
        json!({ "matches": [{ "pathPrefix": "/a" }] }),
        json!({ "match": [{ "path": { "value": "/a" } }] }),
        json!({ "matches": vec![json!({ "path": { "value": "/a" } }); 65] }),
    ]
}

/// Where the rule stands that the request belongs to: by hostname and path, the first two of the criteria.
fn is_of_less_specific_hostname(configuration: &Configuration, request: &Request, route: &Route) -> bool {
    let mut alone = configuration.clone();
    alone.routes = vec![Route { rules: None, ..route.clone() }];
    let candidates = matching::candidates(&alone, request);
    let winner = matching::candidates(configuration, request);
    match (candidates.first(), winner.first()) {
        (Some(own), Some(winner)) => {
            matching::PRECEDENCE[..2].iter().all(|(_, criterion)| criterion(own, winner).is_le())
        }
        (Some(_), None) => true,
        (None, _) => false,
    }
}

proptest! {
    #![proptest_config(cases(600))]

    /// A match of which something cannot be read may be meant for any request that the rest of it allows, and be more specific than
    /// any other: whatever would have been its own gets 500, and never goes to another rule.
    #[test]
    fn a_request_of_a_match_never_goes_to_another_rule_for_what_cannot_be_read_in_it(
        configuration in configuration(),
        requests in prop::collection::vec(request(), 0..12),
        (route, rule, entry) in any::<(Index, Index, Index)>(),
        mistake in select(unreadable()),
    ) {
        let place = route.index(configuration.routes.len());
        let Some(rules) = configuration.routes[place].rules.as_ref().filter(|rules| !rules.is_empty()) else { return Ok(()) };
        let rule = rule.index(rules.len());
        let Some(matches) = rules[rule].matches.as_ref().filter(|matches| !matches.is_empty()) else { return Ok(()) };
        let entry = entry.index(matches.len());
        let routes = spoilt(&configuration, &format!("/routes/{place}/spec/rules/{rule}/matches/{entry}"), &mistake);
        let name = configuration.routes[place].full_name();
        for request in &requests {
            let before = matching::verdict(&configuration, request);
            let after = observe::verdict(&routes, request);
            let mine = |verdict: &Verdict| matches!(verdict, Verdict::Rule { route, rule: r, .. } if *route == name && *r == rule);
            if mine(&before) && matches!(before, Verdict::Rule { matched, .. } if matched == entry) {
                prop_assert!(mine(&after), "{} {:?}: {:?} became {:?}", mistake, request, before, after);
            }
            if after != before {
                prop_assert!(mine(&after), "{} {:?}: {:?} became {:?}", mistake, request, before, after);
                prop_assert_eq!(sent(&routes, request).err(), Some(500));
            }
        }
    }

    /// A rule of which nothing can be read takes the requests of its route's hostnames, and no others.
    #[test]
    fn a_rule_that_cannot_be_read_answers_500_for_the_hostnames_of_its_route(
        configuration in configuration(),
        requests in prop::collection::vec(request(), 0..12),
        route in any::<Index>(),
        mistake in select(unreadable_rules()),
    ) {
        let place = route.index(configuration.routes.len());
        let mut document = configuration.to_json();
        document["routes"][place]["spec"]["rules"] = json!([mistake]);
        let (routes, _) = Routes::decode(document.to_string().as_bytes()).unwrap();
        let route = &configuration.routes[place];
        let mut others = configuration.clone();
        others.routes.remove(place);
        for request in &requests {
            let without = matching::verdict(&others, request);
            let found = observe::verdict(&routes, request);
            let is_ruled = matches!(without, Verdict::Rule { .. } | Verdict::NoRule(NoRule::Unmatched));
            if is_ruled && is_of_less_specific_hostname(&others, request, route) {
                let mine = matches!(&found, Verdict::Rule { route: found, rule: 0, .. } if *found == route.full_name());
                prop_assert!(mine, "{} {:?}: {:?}", mistake, request, found);
                prop_assert_eq!(sent(&routes, request).err(), Some(500));
            } else {
                prop_assert_eq!(found, without, "{} {:?}", mistake, request);
            }
        }
    }
}
