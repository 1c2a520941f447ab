//! What is wrong with routes and with whole documents.

use serde_json::json;

use super::rule;
use crate::extension::Registry;
use crate::settings::Unmatched;
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
    let (routes, _) = decode(json!({ "routes": [{ "spec": { "hostnames": [5], "rules": backend } }] }));
    assert_eq!(status(&routes, "http://other.com/"), 404);
    let (routes, _) =
        decode(json!({ "routes": [], "listeners": [{ "hostname": "a b" }, { "hostname": "c", "port": 0 }] }));
    assert_eq!(status(&routes, "http://c/"), 500);
    assert_eq!(status(&routes, "http://d/"), 404);
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
fn of_two_members_with_the_same_key_the_last_counts() {
    let text = r#"{"routes": 1, "unmatched": "no", "routes": [], "unmatched": "pass", "version": 1}"#;
    let (routes, _) = Routes::decode(text.as_bytes()).unwrap();
    assert_eq!(routes.settings().unmatched, Some(Unmatched::Pass));
    let text = r#"{"routes": [], "unmatched": "pass", "version": 1, "unmatched": "no"}"#;
    assert_eq!(Routes::decode(text.as_bytes()).unwrap_err().code, "NotOfThisForm");
}
