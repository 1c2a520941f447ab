//! What is wrong with routes and with whole documents.

use serde_json::json;

use super::rule;
use crate::extension::Registry;
use crate::testing::{decode, one_rule, status};
use crate::{Routes, Severity};

#[test]
fn problems_of_a_route() {
    let backend = json!([{ "backendRefs": [{ "name": "svc", "port": 80 }] }]);
    for (route, pointer, code) in [
        (json!([]), "/routes/0", "WrongType"),
        (json!({ "kind": "GRPCRoute" }), "/routes/0", "UnsupportedKind"),
        (json!({ "apiVersion": "gateway.networking.k8s.io/v1alpha2" }), "/routes/0", "UnsupportedVersion"),
        (
            json!({ "apiVersion": "gateway.networking.k8s.io/v1beta1", "metadata": { "name": "r" }, "spec": { "rules": backend } }),
            "/routes/0",
            "OldVersion",
        ),
        (json!({ "metadata": { "name": "r" } }), "/routes/0", "Missing"),
        (json!({ "metadata": { "name": "r" }, "spec": { "rules": [] } }), "/routes/0/spec", "Missing"),
        (
            json!({ "metadata": { "name": "r" }, "spec": { "rules": backend, "hostnames": ["A.b"] } }),
            "/routes/0/spec/hostnames/0",
            "InvalidHostname",
        ),
        (
            json!({ "metadata": { "name": "r", "creationTimestamp": "now" }, "spec": { "rules": backend } }),
            "/routes/0/metadata/creationTimestamp",
            "InvalidTimestamp",
        ),
        (
            json!({ "metadata": { "name": "r" }, "spec": { "rules": backend, "hostname": "a" } }),
            "/routes/0/spec/hostname",
            "UnknownField",
        ),
        (json!({ "spec": { "rules": backend } }), "/routes/0", "Missing"),
        (
            json!({ "metadata": { "name": "r", "namespace": 5 }, "spec": { "rules": backend } }),
            "/routes/0/metadata/namespace",
            "WrongType",
        ),
    ] {
        let (_, problems) = decode(json!({ "routes": [route] }));
        let found: Vec<_> = problems.iter().map(|p| (p.pointer.as_str(), p.code)).collect();
        assert_eq!(found, [(pointer, code)], "{route}");
    }
}

#[test]
fn a_hostname_that_is_not_valid_is_answered_with_500_and_never_stands_for_all() {
    let backend = json!([{ "backendRefs": [{ "name": "svc", "port": 80 }] }]);
    let (routes, _) = decode(
        json!({ "routes": [{ "spec": { "hostnames": ["WWW.Example.com:80", "good.com"], "rules": backend } }] }),
    );
    assert_eq!(status(&routes, "http://www.example.com/"), 500);
    assert_eq!(status(&routes, "http://good.com/"), 200);
    assert_eq!(status(&routes, "http://other.com/"), 404);
    // What cannot be read counts as no hostname, and comes before those that have none.
    for hostnames in [json!([5]), json!(["a b"]), json!(5), json!({}), json!(vec!["a"; 17])] {
        let (routes, _) = decode(json!({ "routes": [
            { "spec": { "hostnames": hostnames, "rules": backend } },
            { "spec": { "hostnames": ["good.com"], "rules": backend } },
            { "metadata": { "name": "a" }, "spec": { "rules": [
                { "matches": [{ "path": { "type": "Exact", "value": "/a" } }], "backendRefs": [{ "name": "a", "port": 80 }] },
            ] } },
        ] }));
        assert_eq!(status(&routes, "http://other.com/a"), 500, "{hostnames}");
        assert_eq!(status(&routes, "http://other.com/"), 500, "{hostnames}");
        assert_eq!(status(&routes, "http://good.com/"), 200, "{hostnames}");
    }
    let (routes, _) =
        decode(json!({ "routes": [], "listeners": [{ "hostname": "a b" }, { "hostname": "c", "port": 0 }] }));
    assert_eq!(status(&routes, "http://c/"), 500);
    assert_eq!(status(&routes, "http://d/"), 500);
}

/// Its requests do not go to a route whose hostname is less specific, nor to one of the same name that is younger.
#[test]
fn a_hostname_that_is_not_valid_keeps_its_rank() {
    let backend = json!([{ "backendRefs": [{ "name": "svc", "port": 80 }] }]);
    for hostname in [json!(["A.Example.com"]), json!("a.example.com"), json!(["a.example.com:80"])] {
        let (routes, _) = decode(json!({ "routes": [
            { "metadata": { "name": "a" }, "spec": { "hostnames": hostname, "rules": backend } },
            { "metadata": { "name": "b" }, "spec": { "hostnames": ["a.example.com", "*.example.com"], "rules": backend } },
        ] }));
        assert_eq!(status(&routes, "http://a.example.com/"), 500, "{hostname}");
        assert_eq!(status(&routes, "http://b.example.com/"), 200, "{hostname}");
    }
    // A hostname that is written twice is there if one of them is valid.
    let (routes, _) = decode(
        json!({ "routes": [{ "metadata": { "name": "a" }, "spec": { "hostnames": ["A.com", "a.com"], "rules": backend } }] }),
    );
    assert_eq!(status(&routes, "http://a.com/"), 200);
}

/// "A rule whose matches cannot be read" and all that is above it: the requests for the route's hostnames do not go to other rules.
#[test]
fn what_cannot_be_read_of_a_route_keeps_its_requests() {
    let backend = json!([{ "name": "svc", "port": 80 }]);
    let sound = json!({ "backendRefs": backend });
    for spec in [
        json!({ "rules": {} }),
        json!({ "rules": [5] }),
        json!({ "rulez": [] }),
        json!({ "rules": [{ "matches": "text", "backendRefs": backend }] }),
        json!({ "rules": [{ "matches": [5], "backendRefs": backend }] }),
        json!({ "rules": [{ "match": [{ "path": { "value": "/a" } }], "backendRefs": backend }] }),
        json!({ "rules": [{ "matches": [{ "pathPrefix": "/a" }], "backendRefs": backend }] }),
        json!({ "rules": [{ "matches": [{ "path": "/a" }], "backendRefs": backend }] }),
        json!({ "rules": [{ "matches": [{ "path": { "vlaue": "/a" } }], "backendRefs": backend }] }),
        json!({ "rules": [{ "matches": [{ "path": { "value": "/a/../b" } }], "backendRefs": backend }] }),
        json!({ "rules": [{ "matches": vec![json!({ "path": { "value": "/a" } }); 65], "backendRefs": backend }] }),
    ] {
        let mut named = spec.clone();
        named["hostnames"] = json!(["a.com", "*.b.com"]);
        let others = json!({ "metadata": { "name": "z" }, "spec": { "hostnames": ["a.com", "x.b.com", "c.com"], "rules": [
            sound, { "matches": [{ "path": { "type": "Exact", "value": "/a" }, "method": "GET" }], "backendRefs": backend },
        ] } });
        let any = json!({ "metadata": { "name": "any" }, "spec": { "rules": [sound] } });
        let (routes, problems) = decode(json!({ "routes": [{ "spec": named }, others, any] }));
        for (url, expected) in [
            ("http://a.com/a", 500),
            ("http://a.com/x", 500),
            ("http://y.b.com/", 500),
            ("http://x.b.com/", 200),
            ("http://c.com/a", 200),
            ("http://d.com/", 200),
        ] {
            assert_eq!(status(&routes, url), expected, "{spec} {url}");
        }
        let says = problems.iter().any(|problem| problem.hint.contains("until then the route answers 500"));
        assert!(says || spec.get("rulez").is_some(), "{spec}: {problems:?}");
        let (routes, _) = decode(json!({ "routes": [{ "spec": spec }, others, any] }));
        assert_eq!(
            (status(&routes, "http://d.com/"), status(&routes, "http://c.com/")),
            (500, 200),
            "{spec}"
        );
    }
    for route in [
        json!({ "kind": "GRPCRoute", "spec": { "hostnames": ["a.com"] } }),
        json!({ "apiVersion": "gateway.networking.k8s.io/v9", "spec": { "hostnames": ["a.com"] } }),
        json!({ "kind": 5, "spec": { "hostnames": ["a.com"], "rules": [sound] } }),
        json!({ "metadata": 5, "spec": { "hostnames": ["a.com"], "rules": [sound] } }),
        json!({ "metadata": { "name": "r", "namespace": 5 }, "spec": { "hostnames": ["a.com"], "rules": [sound] } }),
        json!({ "metadata": { "name": ["r"] }, "spec": { "hostnames": ["a.com"], "rules": [sound] } }),
    ] {
        let (routes, _) = decode(json!({ "routes": [route, { "spec": { "rules": [sound] } }] }));
        assert_eq!(
            (status(&routes, "http://a.com/"), status(&routes, "http://d.com/")),
            (500, 200),
            "{route}"
        );
    }
    for route in [
        json!(5),
        json!({}),
        json!({ "spec": [] }),
        json!({ "spec": { "hostname": ["a.com"], "rules": [sound] } }),
    ] {
        let (routes, _) =
            decode(json!({ "routes": [route, { "spec": { "hostnames": ["b.com"], "rules": [sound] } }] }));
        assert_eq!(
            (status(&routes, "http://a.com/"), status(&routes, "http://b.com/")),
            (500, 200),
            "{route}"
        );
    }
}

#[test]
fn an_unresolved_pointer_that_leads_nowhere_is_an_error() {
    let mut configuration = one_rule(rule(json!({})));
    configuration["unresolved"] = json!({ "/routes/0/spec/rules/0/backendRefs/7": "BackendNotFound" });
    let (_, problems) = decode(configuration);
    assert_eq!(
        problems.iter().map(|p| (p.severity, p.code)).collect::<Vec<_>>(),
        [(Severity::Error, "UnusedPointer")]
    );
}

#[test]
fn only_a_document_that_is_none_is_refused_as_a_whole() {
    for (text, code, says) in [
        ("", "NotJson", "it is empty"),
        ("  \n", "NotJson", "it is empty"),
        ("routes: []", "NotJson", "line 1 column 1"),
        ("{\"routes\": [", "NotJson", "EOF"),
        ("\u{feff}{}", "NotJson", "expected value"),
        ("[]", "NotOfThisForm", "must be an object"),
        ("null", "NotOfThisForm", "must be an object"),
        ("{}", "NotOfThisForm", "\"routes\" is missing"),
        ("{\"routes\": {}}", "NotOfThisForm", "routes must be a list"),
        ("{\"route\": []}", "NotOfThisForm", "did you mean \"routes\"?"),
        ("{\"spec\": {}}", "NotOfThisForm", "needs \"kind\": \"HTTPRoute\""),
        ("{\"kind\": \"Gateway\"}", "NotOfThisForm", "\"Gateway\""),
        ("{\"kind\": \"List\", \"items\": [], \"version\": 7}", "NotOfThisForm", "no place beside"),
        ("{\"kind\": \"List\"}", "NotOfThisForm", "no items"),
        ("{\"version\": 2, \"rutes\": []}", "NewerVersion", "version 2"),
        ("{\"version\": \"1\", \"routes\": []}", "NotOfThisForm", "version must be a number"),
        ("{\"version\": 0, \"routes\": []}", "NotOfThisForm", "version must be 1"),
        ("{\"routes\": [], \"unmatched\": \"drop\"}", "NotOfThisForm", "\"reject\" or \"pass\""),
        ("{\"routes\": [], \"clusterName\": \"{nam}\"}", "NotOfThisForm", "{nam}"),
        (
            "{\"routes\": [], \"mirrorClusterName\": \"one\"}",
            "NotOfThisForm",
            "mirrorClusterName \"one\" has no {name}",
        ),
        ("{\"routes\": [], \"clusterHeader\": \":path\"}", "NotOfThisForm", "no header name"),
        ("{\"routes\": [], \"mirrorHeader\": \"x-mirror\"}", "NotOfThisForm", "{n}"),
        ("{\"routes\": [], \"mirrorBodyLimit\": -1}", "NotOfThisForm", "-1"),
        ("{\"routes\": [], \"ruleProperty\": \"a b\"}", "NotOfThisForm", "no name"),
        ("{\"routes\": [], \"listeners\": {}}", "NotOfThisForm", "listeners must be a list"),
        ("{\"routes\": [], \"unresolved\": [\"/a\"]}", "NotOfThisForm", "unresolved must be"),
    ] {
        let refusal = Routes::decode(text.as_bytes()).unwrap_err();
        assert_eq!(refusal.code, code, "{text}: {refusal}");
        assert!(refusal.message.contains(says), "{text}: {refusal}");
        assert!(!refusal.to_string().contains('\n'), "one line: {refusal}");
    }
    assert_eq!(Routes::decode(b"{\"routes\": [\xff]}").unwrap_err().code, "NotJson");
}

#[test]
fn what_kubectl_prints_pastes_in() {
    let route = json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": { "name": "r", "namespace": "ns" },
        "spec": { "parentRefs": [{ "name": "gw" }], "rules": [{ "backendRefs": [{ "name": "svc", "port": 80.0, "weight": -1 }] }] },
        "status": { "parents": [] },
    });
    for (document, pointer) in [
        (route.clone(), ""),
        (json!({ "apiVersion": "v1", "kind": "List", "items": [route] }), "/items/0"),
        (json!({ "kind": "HTTPRouteList", "items": [route], "metadata": {} }), "/items/0"),
        (json!({ "version": 1, "routes": [route], "extensions": [] }), "/routes/0"),
    ] {
        let (routes, problems) = decode(document);
        let pointers: Vec<_> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        assert_eq!(pointers, [format!("{pointer}/spec/rules/0/backendRefs/0/weight")]);
        assert_eq!(status(&routes, "http://host/"), 500);
    }
}

/// A protobuf Struct has no order.
#[test]
fn the_order_of_members_is_no_part_of_the_fingerprint() {
    let fingerprint = |text: &str| {
        let (routes, _) = Routes::decode_shared(text.as_bytes(), &Registry::new()).unwrap();
        routes.fingerprint().unwrap()
    };
    let one = r#"{"unresolved": {"/routes/0/spec/rules/0/backendRefs/0": "a", "/b": "c"}, "routes": []}"#;
    let other = r#"{"routes": [], "unresolved": {"/b": "c", "/routes/0/spec/rules/0/backendRefs/0": "a"}}"#;
    assert_eq!(fingerprint(one), fingerprint(other));
    assert_ne!(fingerprint(one), fingerprint(r#"{"routes": [], "unresolved": {"/b": "c"}}"#));
    assert_eq!(Routes::decode(one.as_bytes()).unwrap().0.fingerprint(), None);
}

#[test]
fn what_readers_of_json_may_read_differently_is_refused_as_a_whole_wherever_it_is() {
    let digits = "9".repeat(400);
    let deep = "[".repeat(200) + &"]".repeat(200);
    for (value, says) in [
        ("1e999", "number out of range"),
        ("-1e999", "number out of range"),
        (&*digits, "number out of range"),
        (r#""\ud800""#, "half a surrogate pair"),
        (r#""\udc00x""#, "half a surrogate pair"),
        (r#"{"\ud83d": 1}"#, "half a surrogate pair"),
        (r#"{"a": 1, "b": 2, "\u0061": 3}"#, "the key \"a\" is there twice"),
        (&*deep, "recursion limit"),
    ] {
        for document in [
            r#"{"routes": [{"metadata": {"name": "good"}}, {"metadata": {"labels": VALUE}}]}"#,
            r#"{"routes": [{"spec": {"rules": [{"matches": [{"path": {"value": VALUE}}]}]}}]}"#,
            r#"{"routes": [], "listeners": [{"port": VALUE}]}"#,
            r#"{"routes": [], "extensions": [{"spec": VALUE}]}"#,
            r#"{"routes": [], "misdirected": [VALUE]}"#,
            r#"{"kind": "HTTPRoute", "status": VALUE}"#,
            r#"{"kind": "List", "items": [], "metadata": {"resourceVersion": VALUE}}"#,
        ] {
            let text = document.replace("VALUE", value);
            let refusal = Routes::decode(text.as_bytes()).unwrap_err();
            assert!(refusal.code == "NotJson" && refusal.message.contains(says), "{text}: {refusal}");
        }
    }
    for text in
        [r#"{"routes": [], "routes": []}"#, r#"{"routes": [], "unmatched": "pass", "unmatched": "pass"}"#]
    {
        assert_eq!(Routes::decode(text.as_bytes()).unwrap_err().code, "NotJson");
    }
    // What a protobuf Struct makes of numbers is still one.
    assert!(Routes::decode(br#"{"version": 1.0, "routes": [], "mirrorBodyLimit": 1e3}"#).is_ok());
}

/// A listener cannot name a route without a readable name, and its requests are not for the listener's other routes.
#[test]
fn a_route_whose_name_cannot_be_read_counts_for_every_listener() {
    let spec = |host: &str| json!({ "hostnames": [host], "rules": [{ "backendRefs": [{ "name": "svc", "port": 80 }] }] });
    let (routes, _) = decode(json!({
        "listeners": [{ "name": "web", "routes": ["ns/all", "ns/r"] }],
        "routes": [
            { "metadata": { "namespace": "ns", "name": 5 }, "spec": spec("a.com") },
            { "metadata": { "namespace": "ns", "name": "all" }, "spec": spec("*.com") },
            { "metadata": { "namespace": "ns", "name": "elsewhere" }, "spec": spec("b.com") },
        ],
    }));
    assert_eq!(["a", "b", "c"].map(|host| status(&routes, &format!("http://{host}.com/"))), [500, 200, 200]);
}
