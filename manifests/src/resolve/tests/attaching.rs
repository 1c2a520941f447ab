//! To which listeners a route is attached: one test for each rule of the specification.

use serde_json::{Value, json};

use super::*;

/// The listeners that `spec` attaches a route of `namespace` to, and the condition Accepted of its first parent.
fn attached(gateway: &Value, others: &[Value], namespace: &str, spec: Value) -> (Vec<String>, String) {
    let mut manifests = vec![gateway.clone(), plain_route(&format!("{namespace}/r"), spec)];
    manifests.extend_from_slice(others);
    let resolution = resolved(&manifests);
    let parent = &resolution.routes[0].parents[0];
    let listeners: Vec<String> = parent.listeners.iter().map(|listener| listener.name.clone()).collect();
    let counted = resolution.gateways[0].listeners.iter().filter(|listener| listener.attached_routes == 1);
    assert_eq!(counted.map(|listener| listener.name.name.clone()).collect::<Vec<_>>(), listeners);
    let accepted = told(&parent.conditions, "Accepted");
    // What is wrong is warned of, too.
    let reason = accepted.rsplit(' ').next().unwrap();
    assert!(reason == "Accepted" || codes(&resolution).contains(&reason), "{reason}");
    (listeners, accepted)
}

fn parent(members: Value) -> Value {
    let mut parent = json!({ "namespace": "infra", "name": "public" });
    parent.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    json!({ "parentRefs": [parent] })
}

#[test]
fn section_name_and_port_choose_listeners() {
    let gateway = gateway(
        "infra/public",
        json!([http("a", 80, None), http("b", 8080, None), http("c", 80, Some("c.com"))]),
    );
    for (members, listeners) in [
        (json!({}), vec!["a", "b", "c"]),
        (json!({ "sectionName": "b" }), vec!["b"]),
        (json!({ "sectionName": "" }), vec!["a", "b", "c"]),
        (json!({ "port": 80 }), vec!["a", "c"]),
        (json!({ "sectionName": "c", "port": 80 }), vec!["c"]),
        (json!({ "group": "gateway.networking.k8s.io", "kind": "Gateway" }), vec!["a", "b", "c"]),
        // "both specified values" must match.
        (json!({ "sectionName": "b", "port": 80 }), vec![]),
        (json!({ "sectionName": "d" }), vec![]),
        (json!({ "port": 81 }), vec![]),
        (json!({ "sectionName": 3 }), vec![]),
        (json!({ "port": "80" }), vec![]),
    ] {
        let (found, accepted) = attached(&gateway, &[], "shop", parent(members.clone()));
        assert_eq!(found, listeners, "{members}");
        let expected =
            if listeners.is_empty() { "Accepted=False NoMatchingParent" } else { "Accepted=True Accepted" };
        assert_eq!(accepted, expected, "{members}");
    }
}

#[test]
fn a_listener_says_from_which_namespaces() {
    let labelled = object("v1", "Namespace", "/shop", json!({ "metadata": { "labels": { "team": "a" } } }));
    for (allowed, from_shop, from_infra) in [
        (Value::Null, false, true),
        (json!({}), false, true),
        (json!({ "namespaces": {} }), false, true),
        (json!({ "namespaces": { "from": "Same" } }), false, true),
        (json!({ "namespaces": { "from": "All" } }), true, true),
        (json!({ "namespaces": { "from": "None" } }), false, false),
        (
            json!({ "namespaces": { "from": "Selector", "selector": { "matchLabels": { "team": "a" } } } }),
            true,
            false,
        ),
        (
            json!({ "namespaces": { "from": "Selector", "selector": { "matchLabels": { "kubernetes.io/metadata.name": "infra" } } } }),
            false,
            true,
        ),
        (json!({ "namespaces": { "from": "Selector", "selector": {} } }), true, true),
        (json!({ "namespaces": { "from": "Selector" } }), false, false),
        // "This field is ignored for other values of From".
        (
            json!({ "namespaces": { "from": "Same", "selector": { "matchLabels": { "team": "a" } } } }),
            false,
            true,
        ),
    ] {
        let mut listener = http("web", 80, None);
        listener["allowedRoutes"] = allowed.clone();
        let gateway = gateway("infra/public", json!([listener]));
        for (namespace, attaches) in [("shop", from_shop), ("infra", from_infra)] {
            let (_, accepted) = attached(&gateway, std::slice::from_ref(&labelled), namespace, json!({}));
            let expected =
                if attaches { "Accepted=True Accepted" } else { "Accepted=False NotAllowedByListeners" };
            assert_eq!(accepted, expected, "{allowed} {namespace}");
        }
    }
}

#[test]
fn a_listener_says_of_which_kinds() {
    for (kinds, attaches) in [
        (json!([]), true),
        (json!([{ "kind": "HTTPRoute" }]), true),
        (json!([{ "group": "gateway.networking.k8s.io", "kind": "HTTPRoute" }]), true),
        (json!([{ "kind": "TLSRoute" }]), false),
        (json!([{ "group": "", "kind": "HTTPRoute" }]), false),
    ] {
        let mut listener = http("web", 80, None);
        listener["allowedRoutes"]["kinds"] = kinds.clone();
        let (_, accepted) = attached(&gateway("infra/public", json!([listener])), &[], "shop", json!({}));
        let expected =
            if attaches { "Accepted=True Accepted" } else { "Accepted=False NotAllowedByListeners" };
        assert_eq!(accepted, expected, "{kinds}");
    }
}

#[test]
fn hostnames_must_intersect() {
    let listeners = json!([
        http("exact", 80, Some("very.specific.com")),
        http("wildcard", 80, Some("*.wildcard.io")),
        http("other", 80, Some("*.anotherwildcard.io")),
    ]);
    let gateway = gateway("infra/public", listeners);
    for (hostnames, listeners) in [
        (json!([]), vec!["exact", "wildcard", "other"]),
        (json!(["non.matching.com", "very.specific.com"]), vec!["exact"]),
        (json!(["*.specific.com"]), vec!["exact"]),
        (json!(["foo.wildcard.io", "foo.bar.wildcard.io"]), vec!["wildcard"]),
        (json!(["*.wildcard.io", "*.anotherwildcard.io"]), vec!["wildcard", "other"]),
        (json!(["*.foo.wildcard.io"]), vec!["wildcard"]),
        // "not `example.com`"
        (json!(["wildcard.io"]), vec![]),
        (json!(["specific.com", "wildcard.io", "foo.specific.com"]), vec![]),
        // A list that holds nothing but mistakes is not an empty one.
        (json!([3]), vec![]),
    ] {
        let (found, accepted) = attached(&gateway, &[], "shop", json!({ "hostnames": hostnames }));
        assert_eq!(found, listeners, "{hostnames}");
        let expected = if listeners.is_empty() {
            "Accepted=False NoMatchingListenerHostname"
        } else {
            "Accepted=True Accepted"
        };
        assert_eq!(accepted, expected, "{hostnames}");
    }
}

/// "non-intersecting route hostnames MUST be ignored": the requests that the listener and the route both match are served.
#[test]
fn only_hosts_of_both_are_served() {
    let listeners =
        json!([http("exact", 80, Some("very.specific.com")), http("wildcard", 80, Some("*.wildcard.io"))]);
    let hostnames = json!(["*.specific.com", "a.wildcard.io", "*.b.wildcard.io", "other.com"]);
    let resolution = resolved(&[
        gateway("infra/public", listeners),
        plain_route("shop/cart", json!({ "hostnames": hostnames })),
        service("shop/svc", json!({ "port": 80 })),
    ]);
    for (host, expected) in [
        ("very.specific.com", "shop/svc/80"),
        ("very.specific.com:8080", "shop/svc/80"),
        ("Very.Specific.com", "shop/svc/80"),
        ("non.specific.com", "404"),
        ("a.wildcard.io", "shop/svc/80"),
        ("x.b.wildcard.io", "shop/svc/80"),
        ("c.wildcard.io", "404"),
        ("other.com", "404"),
    ] {
        assert_eq!(answer(&resolution, "http-80", host, "/"), expected, "{host}");
    }
}

/// "a request to "foo.example.com" SHOULD only be routed using routes attached to the "foo.example.com" Listener (and not the
/// "*.example.com" Listener)."
#[test]
fn listeners_are_isolated_from_each_other() {
    let names = [
        ("empty", None),
        ("wide", Some("*.example.com")),
        ("narrow", Some("*.foo.example.com")),
        ("exact", Some("abc.foo.example.com")),
    ];
    let listeners: Vec<Value> = names.iter().map(|(name, hostname)| http(name, 80, *hostname)).collect();
    let mut manifests =
        vec![gateway("infra/public", json!(listeners)), service("shop/svc", json!({ "port": 80 }))];
    for (name, _) in names {
        let rules = json!([{ "matches": [{ "path": { "value": format!("/{name}") } }], "backendRefs": [{ "name": "svc", "port": 80 }] }]);
        let mut spec = parent(json!({ "sectionName": name }));
        spec["rules"] = rules;
        manifests.push(plain_route(&format!("shop/{name}"), spec));
    }
    let resolution = resolved(&manifests);
    for (host, listener) in [
        ("bar.com", "empty"),
        ("bar.example.com", "wide"),
        ("bar.foo.example.com", "narrow"),
        ("abc.foo.example.com", "exact"),
    ] {
        for (name, _) in names {
            let expected = if name == listener { "shop/svc/80" } else { "404" };
            assert_eq!(answer(&resolution, "http-80", host, &format!("/{name}")), expected, "{host} /{name}");
        }
    }
}

#[test]
fn each_parent_reference_has_a_status_of_its_own() {
    let reference = |members: Value| parent(members)["parentRefs"][0].clone();
    let parents = json!([
        reference(json!({ "sectionName": "a" })),
        reference(json!({ "sectionName": "gone" })),
        reference(json!({ "sectionName": "b" }))
    ]);
    let resolution = resolved(&[
        gateway("infra/public", json!([http("a", 80, None), http("b", 8080, None), http("c", 8081, None)])),
        plain_route("shop/cart", json!({ "parentRefs": parents })),
    ]);
    let told: Vec<_> = resolution.routes[0]
        .parents
        .iter()
        .map(|parent| {
            (
                parent.pointer.as_str(),
                parent.section_name.as_deref().unwrap(),
                told(&parent.conditions, "Accepted"),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("/spec/parentRefs/0", "a", "Accepted=True Accepted".to_owned()),
            ("/spec/parentRefs/1", "gone", "Accepted=False NoMatchingParent".to_owned()),
            ("/spec/parentRefs/2", "b", "Accepted=True Accepted".to_owned()),
        ]
    );
    assert_eq!(answer(&resolution, "http-8080", "a.com", "/"), "shop/svc/80");
    assert_eq!(answer(&resolution, "http-8081", "a.com", "/"), "404");
}
