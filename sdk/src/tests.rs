//! Listeners, attachment and the decision as a whole.

use serde_json::{Value, json};

use crate::testing::{get, one_rule, routes, status};
use crate::{Backend, Decision, Draw, Kinds, NoRule, RequestView, Unmatched};

fn route(name: &str, hostnames: Value) -> Value {
    json!({
        "metadata": { "namespace": "ns", "name": name },
        "spec": { "hostnames": hostnames, "rules": [{ "backendRefs": [{ "name": name, "port": 80 }] }] },
    })
}

fn winner(routes: &crate::Routes, host: &str) -> Result<String, NoRule> {
    get(routes, &format!("http://{host}/"), |plan| match plan.decision {
        Decision::NoRule(reason) => Err(reason),
        Decision::Rule { .. } => Ok(plan.rule.unwrap().route.to_owned()),
    })
}

#[test]
fn a_request_belongs_to_the_most_specific_listener_and_to_no_other() {
    let routes = routes(json!({
        "routes": [route("any", json!([])), route("foo", json!(["foo.example.com"])), route("other", json!(["*.com"]))],
        "listeners": [
            { "hostname": "*.example.com", "routes": ["ns/other"] },
            { "hostname": "foo.example.com", "routes": ["ns/foo"] },
            { "hostname": "bar.example.com", "routes": [] },
            { "routes": ["ns/any", "ns/foo"] },
        ],
        "misdirected": ["*.admin.example.com", "other.org"],
    }));
    assert_eq!(winner(&routes, "Foo.Example.com:81"), Ok("ns/foo".into()));
    assert_eq!(winner(&routes, "x.example.com"), Ok("ns/other".into()));
    assert_eq!(winner(&routes, "bar.example.com"), Err(NoRule::Unmatched), "its listener has no routes");
    assert_eq!(winner(&routes, "example.com"), Ok("ns/any".into()));
    assert_eq!(winner(&routes, "a.admin.example.com"), Err(NoRule::Misdirected), "more specific elsewhere");
    assert_eq!(winner(&routes, "admin.example.com"), Ok("ns/other".into()));
    assert_eq!(winner(&routes, "other.org"), Err(NoRule::Misdirected));
}

#[test]
fn a_listener_without_a_hostname_in_another_chain_serves_what_none_here_does() {
    let routes = routes(json!({
        "routes": [route("any", json!([]))],
        "listeners": [{ "hostname": "*.example.com" }],
        "misdirected": [""],
    }));
    assert_eq!(winner(&routes, "a.example.com"), Ok("ns/any".into()));
    assert_eq!(winner(&routes, "other.org"), Err(NoRule::Misdirected));
}

#[test]
fn the_route_with_the_more_specific_hostname_comes_first_and_the_others_after_it() {
    let mut exact = route("exact", json!(["a.b.com"]));
    exact["spec"]["rules"][0]["matches"] = json!([{ "path": { "value": "/only" } }]);
    let routes = routes(
        json!({ "routes": [route("wide", json!(["*.com"])), exact, route("narrow", json!(["*.b.com"]))] }),
    );
    assert_eq!(winner(&routes, "a.b.com"), Ok("ns/narrow".into()));
    assert_eq!(get(&routes, "http://a.b.com/only", |plan| plan.rule.unwrap().route), "ns/exact");
    assert_eq!(winner(&routes, "c.com"), Ok("ns/wide".into()));
}

#[test]
fn requests_that_belong_to_no_rule() {
    let routes = routes(json!({ "routes": [route("a", json!(["a"]))], "unmatched": "pass" }));
    assert_eq!(status(&routes, "http://b/"), 200);
    assert_eq!(status(&routes, "http://a/x/../y"), 400);
    assert_eq!(status(&routes, "http://user@a/"), 400, "another proxy would see the host a");
    get(&routes, "http://b/", |plan| {
        assert!(plan.passes(Kinds::ALL, Some(Unmatched::Pass)));
        assert_eq!(plan.reply(Kinds::ALL, None).unwrap().status, 404);
        assert_eq!(plan.reply(Kinds::HEADERS, None), None, "not the business of a single kind");
        assert_eq!(plan.reply(Kinds::HEADERS, Some(Unmatched::Reject)).unwrap().status, 404);
    });
    get(&routes, "http://a/x/../y", |plan| assert_eq!(plan.reply(Kinds::REWRITE, None), None));
}

#[test]
fn a_single_kind_answers_500_only_for_what_is_wrong_in_its_own() {
    let (routes, _) = crate::testing::decode(one_rule(json!({
        "filters": [{ "type": "RequestMirror", "requestMirror": {} }],
        "backendRefs": [{ "name": "svc", "port": 80 }],
    })));
    get(&routes, "http://a/", |plan| {
        assert_eq!(plan.reply(Kinds::ALL, None).unwrap().status, 500);
        assert_eq!(plan.reply(Kinds::MIRROR, None).unwrap().status, 500);
        assert_eq!(plan.reply(Kinds::HEADERS, None), None);
        assert_eq!(plan.reply(Kinds::BACKENDS, None), None);
    });
}

#[test]
fn a_resumed_decision_is_the_same_plan_even_when_the_request_has_changed() {
    let mirror = json!({ "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "m", "port": 80 }, "percent": 50 } });
    let routes = routes(one_rule(json!({
        "matches": [{ "path": { "value": "/a" } }],
        "filters": [mirror],
        "backendRefs": [{ "name": "x", "port": 80 }, { "name": "y", "port": 80 }],
    })));
    for seed in 0..100 {
        let headers = [(&b":path"[..], &b"/a"[..])];
        let plan = routes.plan(&RequestView::new(&headers, &|| None), &mut Draw::seeded(seed));
        let headers = [(&b":path"[..], &b"/rewritten"[..])];
        let resumed = routes.resume(plan.decision, &RequestView::new(&headers, &|| None)).unwrap();
        assert_eq!(format!("{plan:?}"), format!("{resumed:?}"));
    }
    let other = Decision::Rule { listener: None, rule: 9, matched: 0, seed: 0 };
    assert!(routes.resume(other, &RequestView::new(&[], &|| None)).is_none());
}

#[test]
fn every_match_is_named_in_the_order_of_precedence_with_the_first_reason_why_it_lost() {
    let backend = json!([{ "name": "b", "port": 80 }]);
    let rule = |entry: Value| json!({ "matches": [entry], "backendRefs": backend });
    let routes = routes(json!({ "routes": [
        { "metadata": { "namespace": "ns", "name": "other" }, "spec": { "hostnames": ["b.com"], "rules": [rule(json!({}))] } },
        { "metadata": { "namespace": "ns", "name": "main" }, "spec": { "rules": [
            rule(json!({})),
            rule(json!({ "path": { "value": "/a" } })),
            rule(json!({ "path": { "value": "/a" }, "method": "PUT" })),
            rule(json!({ "path": { "value": "/a" }, "headers": [{ "name": "x", "value": "1" }] })),
            rule(json!({ "path": { "value": "/a" }, "queryParams": [{ "name": "q", "value": "1" }] })),
            rule(json!({ "path": { "type": "Exact", "value": "/b" } })),
            rule(json!({ "path": { "value": "/a" } })),
        ] } },
    ] }));
    let lines: [(&[u8], &[u8]); 3] = [(b":authority", b"a.com"), (b":method", b"GET"), (b":path", b"/a/b")];
    let request = RequestView::new(&lines, &|| None);
    let decision = routes.plan(&request, &mut Draw::seeded(0)).decision;
    let told = routes.contenders(decision, &request).into_iter().map(|contender| {
        let lost = contender.lost.map_or("wins".to_owned(), |lost| lost.to_string());
        format!("{}#{}: {lost}", contender.rule.route, contender.rule.rule)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "ns/main#5: the path does not match",
            "ns/main#2: the method is not PUT",
            "ns/main#3: the header x is missing or has another value",
            "ns/main#4: the query parameter q is missing or has another value",
            "ns/main#1: wins",
            "ns/main#6: it matches, but the winner has an earlier place in the route",
            "ns/main#0: it matches, but the winner has a longer path prefix",
            "ns/other#0: the host is none of the route's hostnames",
        ]
    );
    assert_eq!(routes.shares(decision), [crate::Share { cluster: Some("ns/b/80"), weight: 1 }]);
}

#[test]
fn shares_follow_the_weights() {
    let backend = |name: &str, weight: u32| json!({ "name": name, "port": 80, "weight": weight });
    let mut configuration = one_rule(
        json!({ "backendRefs": [backend("nine", 9), backend("one", 1), backend("zero", 0), backend("gone", 10)] }),
    );
    configuration["unresolved"] = json!({ "/routes/0/spec/rules/0/backendRefs/3": "BackendNotFound" });
    let routes = routes(configuration);
    let headers = [(&b":path"[..], &b"/"[..])];
    let request = RequestView::new(&headers, &|| None);
    let mut counts = [0; 3];
    for seed in 0..20_000 {
        match routes.plan(&request, &mut Draw::seeded(seed)).backend {
            Backend::Cluster("ns/nine/80") => counts[0] += 1,
            Backend::Cluster("ns/one/80") => counts[1] += 1,
            Backend::Unresolved => counts[2] += 1,
            other => panic!("{other:?}"),
        }
    }
    // Four standard deviations.
    for (count, mean, off) in [(counts[0], 9_000, 282), (counts[1], 1_000, 124), (counts[2], 10_000, 283)] {
        assert!(i32::abs(count - mean) < off, "{counts:?}");
    }
}
