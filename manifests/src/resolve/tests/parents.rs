//! Parents that are no Gateways, or none that are there.

use serde_json::json;

use super::*;

#[test]
fn other_parents_have_no_status_but_a_warning() {
    for (parent, code) in [
        (json!({ "group": "", "kind": "Service", "name": "svc" }), "UnsupportedParent"),
        (json!({ "kind": "ListenerSet", "name": "public" }), "UnsupportedParent"),
        (json!({ "group": "a.com", "name": "public" }), "UnsupportedParent"),
        (json!({ "name": "public" }), "UnknownParent"),
        (json!({ "namespace": "infra", "name": "gone" }), "UnknownParent"),
        (json!({}), "UnknownParent"),
    ] {
        let resolution = resolved(&[
            gateway("infra/public", json!([http("web", 80, None)])),
            plain_route("shop/cart", json!({ "parentRefs": [parent] })),
        ]);
        assert_eq!(resolution.routes[0].parents, [], "{parent}");
        let warning = resolution.warnings.iter().find(|warning| warning.code == code).unwrap();
        assert_eq!((warning.document, warning.pointer.as_str()), (Some(1), "/spec/parentRefs/0"), "{parent}");
        assert_eq!(answer(&resolution, "http-80", "a.com", "/"), "404", "{parent}");
    }
}

#[test]
fn a_route_without_parents_is_served_by_nobody() {
    let resolution = resolved(&[
        gateway("infra/public", json!([http("web", 80, None)])),
        plain_route("shop/cart", json!({ "parentRefs": [] })),
    ]);
    assert_eq!(codes(&resolution), ["NoParent"]);
    assert_eq!(resolution.routes[0].parents, []);
}

/// What people forget most, and what a message must name.
#[test]
fn hints_say_where_to_look() {
    for (spec, message, hint) in [
        (
            json!({ "parentRefs": [{ "name": "public" }] }),
            "there is no Gateway shop/public",
            "there is one in namespace infra: add namespace: infra",
        ),
        (json!({ "parentRefs": [{ "name": "gone" }] }), "there is no Gateway shop/gone", "add its manifest"),
        (
            json!({ "parentRefs": [{ "name": "public", "namespace": "infra", "sectionName": "wep", "port": 80 }] }),
            "Gateway infra/public has no listener named \"wep\" on port 80",
            "it has web on port 80",
        ),
        (
            json!({ "hostnames": ["b.com", "c.com"] }),
            "Gateway infra/public has no listener for a host of b.com, c.com",
            "there is a.com",
        ),
        (
            json!({ "rules": [{ "backendRefs": [{ "name": "blog", "port": 80 }] }] }),
            "there is no Service shop/blog",
            "there is one in namespace blog: add namespace: blog and a ReferenceGrant",
        ),
        (
            json!({ "rules": [{ "backendRefs": [{ "name": "svc", "port": 8080 }] }] }),
            "Service shop/svc has no TCP port 8080",
            "it has 80",
        ),
    ] {
        let resolution = resolved(&[
            gateway("infra/public", json!([http("web", 80, Some("a.com"))])),
            plain_route("shop/cart", spec.clone()),
            service("shop/svc", json!({ "port": 80 })),
            service("blog/blog", json!({ "port": 80 })),
        ]);
        let warning = &resolution.warnings[0];
        assert_eq!((warning.message.as_str(), warning.hint.as_str()), (message, hint), "{spec}");
    }
}
