//! References to backends: one test for each way in which they are invalid, and what becomes of requests.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::{BackendName, ObjectName, Options, Protocol};
use super::*;

/// A route shop/cart with this reference among its backends, and with these other manifests.
fn with_reference(options: &Options, reference: &Value, others: &[Value]) -> Resolution {
    let mut manifests = vec![
        gateway("infra/public", json!([http("web", 80, None)])),
        plain_route("shop/cart", json!({ "rules": [{ "backendRefs": [reference] }] })),
        // So that Services are looked up.
        service("other/svc", json!({ "port": 80 })),
    ];
    manifests.extend_from_slice(others);
    resolved_with(options, &manifests)
}

fn grant_to_shop(to: Value) -> Value {
    grant(
        "blog",
        json!({ "group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop" }),
        to,
    )
}

#[test]
fn a_reference_is_resolved_or_its_share_is_answered_with_500() {
    let local = || json!({ "name": "svc", "port": 80 });
    let blog = || json!({ "name": "svc", "namespace": "blog", "port": 80 });
    let external = object(
        "v1",
        "Service",
        "shop/svc",
        json!({ "spec": { "type": "ExternalName", "externalName": "a.com", "ports": [{ "port": 80 }] } }),
    );
    let policy = |section: Value| {
        let targets = json!([{ "group": "", "kind": "Service", "name": "svc", "sectionName": section }]);
        object(
            "gateway.networking.k8s.io/v1",
            "BackendTLSPolicy",
            "shop/tls",
            json!({ "spec": { "targetRefs": targets } }),
        )
    };
    let in_shop = |port: Value| service("shop/svc", port);
    let in_blog = || service("blog/svc", json!({ "port": 80 }));
    for (reference, others, expected) in [
        (local(), vec![in_shop(json!({ "port": 80 }))], Ok(Protocol::Http1)),
        (
            json!({ "name": "svc", "port": 80.0, "group": "", "kind": "Service" }),
            vec![in_shop(json!({ "port": 80, "protocol": "TCP" }))],
            Ok(Protocol::Http1),
        ),
        (
            local(),
            vec![in_shop(json!({ "port": 80, "targetPort": 8080, "appProtocol": "http" }))],
            Ok(Protocol::Http1),
        ),
        (
            local(),
            vec![in_shop(json!({ "port": 80, "appProtocol": "example.com/mine" }))],
            Ok(Protocol::Http1),
        ),
        (
            local(),
            vec![in_shop(json!({ "port": 80, "appProtocol": "kubernetes.io/h2c" }))],
            Ok(Protocol::H2c),
        ),
        (
            local(),
            vec![in_shop(json!({ "port": 80, "appProtocol": "kubernetes.io/ws" }))],
            Ok(Protocol::WebSocket),
        ),
        (
            local(),
            vec![in_shop(json!({ "port": 80, "appProtocol": "kubernetes.io/wss" }))],
            Err("UnsupportedProtocol"),
        ),
        (local(), vec![in_shop(json!({ "port": 80, "appProtocol": "https" }))], Err("UnsupportedProtocol")),
        (local(), vec![], Err("BackendNotFound")),
        // "the Service port, not targetPort"
        (local(), vec![in_shop(json!({ "port": 8080, "targetPort": 80 }))], Err("BackendNotFound")),
        (local(), vec![in_shop(json!({ "port": 80, "protocol": "UDP" }))], Err("BackendNotFound")),
        (local(), vec![external], Err("UnsupportedValue")),
        (
            json!({ "name": "svc", "kind": "ServiceImport", "group": "multicluster.x-k8s.io", "port": 80 }),
            vec![in_shop(json!({ "port": 80 }))],
            Err("InvalidKind"),
        ),
        (json!({ "name": "svc", "kind": "NonExistent" }), vec![], Err("InvalidKind")),
        (
            json!({ "name": "svc", "group": "a.com", "port": 80 }),
            vec![in_shop(json!({ "port": 80 }))],
            Err("InvalidKind"),
        ),
        (blog(), vec![in_blog()], Err("RefNotPermitted")),
        (blog(), vec![], Err("RefNotPermitted")),
        (
            blog(),
            vec![in_blog(), grant_to_shop(json!({ "group": "", "kind": "Service" }))],
            Ok(Protocol::Http1),
        ),
        (
            blog(),
            vec![in_blog(), grant_to_shop(json!({ "group": "", "kind": "Service", "name": "svc" }))],
            Ok(Protocol::Http1),
        ),
        (blog(), vec![grant_to_shop(json!({ "group": "", "kind": "Service" }))], Err("BackendNotFound")),
        (
            blog(),
            vec![in_blog(), grant_to_shop(json!({ "group": "", "kind": "Service", "name": "other" }))],
            Err("RefNotPermitted"),
        ),
        (
            blog(),
            vec![in_blog(), grant_to_shop(json!({ "group": "", "kind": "Service", "name": 3 }))],
            Err("RefNotPermitted"),
        ),
        (blog(), vec![in_blog(), grant_to_shop(json!({ "kind": "Service" }))], Err("RefNotPermitted")),
        (
            blog(),
            vec![in_blog(), grant_to_shop(json!({ "group": "", "kind": "Secret" }))],
            Err("RefNotPermitted"),
        ),
        // A grant in the wrong namespace, of the wrong kind, for the wrong namespace.
        (
            blog(),
            vec![
                in_blog(),
                grant(
                    "shop",
                    json!({ "group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop" }),
                    json!({ "group": "", "kind": "Service" }),
                ),
                grant(
                    "blog",
                    json!({ "group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "shop" }),
                    json!({ "group": "", "kind": "Service" }),
                ),
            ],
            Err("RefNotPermitted"),
        ),
        (
            blog(),
            vec![
                in_blog(),
                grant(
                    "blog",
                    json!({ "group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "other" }),
                    json!({ "group": "", "kind": "Service" }),
                ),
            ],
            Err("RefNotPermitted"),
        ),
        (local(), vec![in_shop(json!({ "port": 80 })), policy(Value::Null)], Err("UnsupportedProtocol")),
        (
            local(),
            vec![in_shop(json!({ "port": 80, "name": "web" })), policy(json!("web"))],
            Err("UnsupportedProtocol"),
        ),
        (
            local(),
            vec![in_shop(json!({ "port": 80, "name": "web" })), policy(json!("tls"))],
            Ok(Protocol::Http1),
        ),
    ] {
        let resolution = with_reference(&Options::default(), &reference, &others);
        let conditions = &resolution.routes[0].parents[0].conditions;
        assert_eq!(told(conditions, "Accepted"), "Accepted=True Accepted", "{reference}");
        let resolved = told(conditions, "ResolvedRefs");
        let place = "/routes/0/spec/rules/0/backendRefs/0";
        let unresolved = &resolution.chains[0].configuration["unresolved"][place];
        match expected {
            Ok(protocol) => {
                assert_eq!(resolved, "ResolvedRefs=True ResolvedRefs", "{reference} {others:?}");
                assert_eq!(resolution.clusters[0].protocol, protocol, "{reference} {others:?}");
                assert_eq!(answer(&resolution, "http-80", "a.com", "/"), resolution.clusters[0].name);
                assert_eq!(resolution.warnings, []);
            }
            Err(reason) => {
                assert_eq!(resolved, format!("ResolvedRefs=False {reason}"), "{reference} {others:?}");
                assert_eq!(unresolved, reason, "{reference} {others:?}");
                assert_eq!(resolution.clusters, [], "{reference} {others:?}");
                assert_eq!(answer(&resolution, "http-80", "a.com", "/"), "500", "{reference} {others:?}");
                let warning = &resolution.warnings[0];
                assert_eq!((warning.code, warning.pointer.as_str()), (reason, "/spec/rules/0/backendRefs/0"));
            }
        }
    }
}

/// A module answers 500 by itself where a reference is no reference, and would find fault with a pointer to it.
#[test]
fn references_that_cannot_be_read_are_left_to_the_module() {
    for reference in [
        json!({ "name": "gone" }),
        json!({ "name": "gone", "port": 0 }),
        json!({ "name": "gone", "port": "80" }),
        json!({ "name": "", "port": 80 }),
        json!({ "name": "gone", "port": 80, "namespace": "a.b" }),
        json!({ "name": "gone", "port": 80, "group": "A" }),
        json!({ "name": "gone", "port": 80, "kind": 3 }),
        json!("gone"),
    ] {
        let resolution = with_reference(&Options::default(), &reference, &[]);
        assert_eq!(resolution.chains[0].configuration.get("unresolved"), None, "{reference}");
        assert_eq!(answer(&resolution, "http-80", "a.com", "/"), "500", "{reference}");
        let accepted = told(&resolution.routes[0].parents[0].conditions, "Accepted");
        assert_eq!(accepted, "Accepted=False UnsupportedValue", "{reference}");
    }
}

#[test]
fn a_backend_of_which_the_user_says_where_it_is_exists() {
    let overridden = BackendName { service: ObjectName::new("shop", "svc"), port: 80 };
    let options = Options { overridden: BTreeSet::from([overridden]), ..Options::default() };
    let reference = json!({ "name": "svc", "port": 80 });
    let external = object("v1", "Service", "shop/svc", json!({ "spec": { "type": "ExternalName" } }));
    for (others, protocol) in [
        (vec![], Protocol::Http1),
        (vec![external], Protocol::Http1),
        (vec![service("shop/svc", json!({ "port": 8080 }))], Protocol::Http1),
        // What it speaks is still for the Service to say.
        (vec![service("shop/svc", json!({ "port": 80, "appProtocol": "kubernetes.io/h2c" }))], Protocol::H2c),
    ] {
        let resolution = with_reference(&options, &reference, &others);
        assert_eq!((resolution.clusters[0].protocol, resolution.clusters[0].overridden), (protocol, true));
        assert_eq!(resolution.warnings, []);
    }
    // Another port is another backend, and a grant is needed all the same.
    for (reference, reason) in [
        (json!({ "name": "svc", "port": 81 }), "BackendNotFound"),
        (json!({ "name": "svc", "namespace": "blog", "port": 80 }), "RefNotPermitted"),
    ] {
        let resolution = with_reference(&options, &reference, &[]);
        assert_eq!(resolution.warnings[0].code, reason);
    }
}

#[test]
fn without_any_service_references_count_as_resolved() {
    let manifests =
        [gateway("infra/public", json!([http("web", 80, None)])), plain_route("shop/cart", json!({}))];
    let resolution = resolved(&manifests);
    assert_eq!(codes(&resolution), ["NoServices"]);
    assert_eq!(
        told(&resolution.routes[0].parents[0].conditions, "ResolvedRefs"),
        "ResolvedRefs=True ResolvedRefs"
    );
    assert_eq!(resolution.clusters[0].host, "svc.shop.svc.cluster.local");
    // A grant is needed nevertheless.
    let mut manifests = manifests.to_vec();
    manifests[1]["spec"]["rules"][0]["backendRefs"][0]["namespace"] = json!("blog");
    assert_eq!(codes(&resolved(&manifests)), ["RefNotPermitted"]);
}
