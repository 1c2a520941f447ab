//! Routes of which rules are wrong.

use serde_json::{Value, json};

use super::*;

fn rule(path: &str, members: Value) -> Value {
    let mut rule = json!({
        "matches": [{ "path": { "value": path } }],
        "backendRefs": [{ "name": "svc", "port": 80 }],
    });
    rule.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    rule
}

fn with_rules(rules: Value) -> Resolution {
    resolved(&[
        gateway("infra/public", json!([http("web", 80, None)])),
        plain_route("shop/cart", json!({ "rules": rules })),
        service("shop/svc", json!({ "port": 80 })),
    ])
}

#[test]
fn a_route_is_accepted_where_one_of_its_rules_is_carried_out() {
    let unknown_match = json!({ "matches": [{ "path": { "type": "Glob", "value": "/bad" } }] });
    let incompatible = json!({ "backendRefs": [], "filters": [
        { "type": "RequestRedirect", "requestRedirect": {} },
        { "type": "URLRewrite", "urlRewrite": {} },
    ] });
    let no_prefix = json!({
        "matches": [{ "path": { "type": "Exact", "value": "/bad" } }],
        "filters": [{ "type": "URLRewrite", "urlRewrite": { "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": "/" } } }],
    });
    let unknown_filter = json!({ "filters": [{ "type": "ExternalAuth", "externalAuth": {} }] });
    for (members, reason) in [
        (unknown_match, "UnsupportedValue"),
        (incompatible, "IncompatibleFilters"),
        (no_prefix, "UnsupportedValue"),
        (unknown_filter, "UnsupportedValue"),
    ] {
        let bad = || rule("/bad", members.clone());
        let alone = with_rules(json!([bad()]));
        let conditions = &alone.routes[0].parents[0].conditions;
        assert_eq!(told(conditions, "Accepted"), format!("Accepted=False {reason}"), "{members}");
        assert_eq!(told(conditions, "PartiallyInvalid"), "", "{members}");
        assert_eq!(alone.gateways[0].listeners[0].attached_routes, 0, "{members}");
        // Its requests must not go to a route that they are not meant for.
        assert_eq!(alone.chains[0].routes.len(), 1, "{members}");

        let mixed = with_rules(json!([rule("/good", json!({})), bad()]));
        let conditions = &mixed.routes[0].parents[0].conditions;
        assert_eq!(told(conditions, "Accepted"), "Accepted=True Accepted", "{members}");
        let partial = condition(conditions, "PartiallyInvalid").unwrap();
        assert!(partial.status && partial.reason == "UnsupportedValue", "{members}");
        assert!(
            partial.message.starts_with("Dropped Rule 1, answered with 500: /spec/rules/1/"),
            "{}",
            partial.message
        );
        assert_eq!(mixed.gateways[0].listeners[0].attached_routes, 1, "{members}");
        assert!(codes(&mixed).contains(&"PartiallyInvalid"), "{members}");
        // A match of an unknown type may be meant for any path.
        let good = if members.pointer("/matches/0/path/type") == Some(&json!("Glob")) {
            "500"
        } else {
            "shop/svc/80"
        };
        assert_eq!(answer(&mixed, "http-80", "a.com", "/good"), good, "{members}");
        assert_eq!(answer(&mixed, "http-80", "a.com", "/bad"), "500", "{members}");
    }
}

#[test]
fn a_route_that_is_attached_nowhere_is_not_partially_invalid() {
    let rules = json!([
        rule("/good", json!({})),
        rule("/bad", json!({ "matches": [{ "path": { "type": "Glob" } }] }))
    ]);
    let resolution = resolved(&[
        gateway("infra/public", json!([http("web", 80, Some("a.com"))])),
        plain_route("shop/cart", json!({ "hostnames": ["b.com"], "rules": rules })),
    ]);
    let conditions = &resolution.routes[0].parents[0].conditions;
    assert_eq!(told(conditions, "Accepted"), "Accepted=False NoMatchingListenerHostname");
    assert_eq!(told(conditions, "PartiallyInvalid"), "");
}

#[test]
fn what_is_wrong_with_the_route_as_a_whole() {
    for (spec, accepted) in [
        (json!({ "rules": [] }), "Accepted=False UnsupportedValue"),
        (json!({ "rules": "none" }), "Accepted=False UnsupportedValue"),
        // "rules absent ⇒ one rule with PathPrefix /"
        (json!({ "rules": null }), "Accepted=True Accepted"),
        // A hostname that is wrong takes none of the others away.
        (json!({ "hostnames": ["A_b.com", "a.com"] }), "Accepted=True Accepted"),
    ] {
        let resolution = resolved(&[
            gateway("infra/public", json!([http("web", 80, None)])),
            plain_route("shop/cart", spec.clone()),
        ]);
        assert_eq!(told(&resolution.routes[0].parents[0].conditions, "Accepted"), accepted, "{spec}");
    }
}

/// "500 unless a filter produces the response"
#[test]
fn rules_without_backends() {
    let redirect = json!([{ "type": "RequestRedirect", "requestRedirect": { "hostname": "b.com" } }]);
    let rules = json!([
        rule("/none", json!({ "backendRefs": null })),
        rule("/redirect", json!({ "backendRefs": [], "filters": redirect }))
    ]);
    let resolution = with_rules(rules);
    assert_eq!(answer(&resolution, "http-80", "a.com", "/none"), "500");
    assert_eq!(answer(&resolution, "http-80", "a.com", "/redirect"), "302");
    assert_eq!(answer(&resolution, "http-80", "a.com", "/other"), "404");
    assert_eq!(
        told(&resolution.routes[0].parents[0].conditions, "ResolvedRefs"),
        "ResolvedRefs=True ResolvedRefs"
    );
}
