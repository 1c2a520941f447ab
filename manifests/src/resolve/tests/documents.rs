//! Manifests of which parts are wrong, repeated or missing.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{ObjectName, Options, resolve};
use super::*;

fn shop() -> Vec<Value> {
    vec![
        gateway("infra/public", json!([http("web", 80, None), https("tls", 443, Some("a.com"), "cert")])),
        gateway("infra/other", json!([http("web", 8080, Some("*.b.com"))])),
        secret("infra/cert"),
        plain_route("shop/cart", json!({ "hostnames": ["a.com"] })),
        plain_route("shop/admin", json!({ "rules": [{ "backendRefs": [{ "name": "gone", "port": 80 }] }] })),
        plain_route("blog/posts", json!({ "parentRefs": [{ "namespace": "infra", "name": "other" }] })),
        service("shop/svc", json!({ "port": 80 })),
        service("blog/svc", json!({ "port": 80 })),
    ]
}

#[test]
fn the_order_of_the_documents_changes_nothing() {
    let mut manifests = shop();
    let forwards = resolved(&manifests);
    manifests.reverse();
    let backwards = resolved(&manifests);
    assert_eq!(forwards.chains, backwards.chains);
    assert_eq!(forwards.clusters, backwards.clusters);
    let names = |resolution: &Resolution| {
        let gateways = resolution.gateways.iter().map(|gateway| gateway.name.to_string());
        let routes = resolution.routes.iter().map(|route| route.name.to_string());
        gateways.chain(routes).collect::<Vec<_>>()
    };
    assert_eq!(names(&forwards), ["infra/other", "infra/public", "blog/posts", "shop/admin", "shop/cart"]);
    assert_eq!(names(&forwards), names(&backwards));
    assert_eq!(resolved(&manifests), backwards);
}

#[test]
fn what_says_nothing_of_requests_changes_no_configuration() {
    let mut manifests = shop();
    let before = resolved(&manifests).chains;
    manifests[3]["status"] = json!({ "parents": [] });
    manifests[3]["metadata"]["managedFields"] = json!([{ "manager": "kubectl" }]);
    manifests[3]["metadata"]["resourceVersion"] = json!("123");
    assert_eq!(resolved(&manifests).chains, before);
}

#[test]
fn a_later_object_of_the_same_name_takes_the_place_of_the_earlier() {
    let mut manifests = shop();
    manifests.push(plain_route("shop/cart", json!({ "hostnames": ["later.com"] })));
    let resolution = resolved(&manifests);
    let replaced: Vec<_> =
        resolution.warnings.iter().filter(|warning| warning.code == "DuplicateName").collect();
    assert_eq!(replaced.len(), 1);
    assert_eq!(replaced[0].document, Some(manifests.len() - 1));
    assert!(replaced[0].message.contains("HTTPRoute shop/cart is written twice"), "{}", replaced[0].message);
    assert_eq!(answer(&resolution, "http-80", "later.com", "/"), "shop/svc/80");
}

#[test]
fn objects_without_a_namespace_are_in_that_of_the_options() {
    let manifests = [
        gateway("/public", json!([http("web", 80, None)])),
        route(
            "/cart",
            json!({ "parentRefs": [{ "name": "public" }], "rules": [{ "backendRefs": [{ "name": "svc", "port": 80 }] }] }),
        ),
        service("/svc", json!({ "port": 80 })),
    ];
    for namespace in ["default", "shop"] {
        let options = Options { namespace: namespace.into(), ..Options::default() };
        let resolution = resolved_with(&options, &manifests);
        assert_eq!(answer(&resolution, "http-80", "a.com", "/"), format!("{namespace}/svc/80"));
        assert_eq!(
            resolution.chains[0].configuration["listeners"][0]["gateway"],
            format!("{namespace}/public")
        );
    }
}

#[test]
fn only_the_gateways_that_are_wanted_are_served() {
    let mut manifests = shop();
    manifests[0]["spec"]["gatewayClassName"] = json!("envoy");
    let other = ObjectName::new("infra", "other");
    let by_name = Options { gateways: BTreeSet::from([other]), ..Options::default() };
    let by_class = Options { gateway_classes: BTreeSet::from(["envoy".to_owned()]), ..Options::default() };
    for (options, chains) in [(by_name, vec!["http-8080"]), (by_class, vec!["http-80", "https-443-a.com"])] {
        let resolution = resolved_with(&options, &manifests);
        let names: Vec<_> = resolution.chains.iter().map(|chain| chain.name.as_str()).collect();
        assert_eq!(names, chains);
        assert_eq!(resolution.gateways.len(), 1);
        // A route of a Gateway that is not served has no status, and nothing is wrong with it.
        assert!(
            resolution
                .warnings
                .iter()
                .all(|warning| ["BackendNotFound", "CertificateForOtherHost"].contains(&warning.code)),
            "{:?}",
            resolution.warnings
        );
    }
}

#[test]
fn without_a_gateway_routes_are_served_only_where_that_is_wanted() {
    let manifests = [
        plain_route("shop/cart", json!({ "parentRefs": [{ "name": "gone", "sectionName": "web" }] })),
        route(
            "shop/lone",
            json!({ "hostnames": ["lone.com"], "rules": [{ "backendRefs": [{ "name": "svc", "port": 80 }] }] }),
        ),
        service("shop/svc", json!({ "port": 80 })),
    ];
    let without = resolved(&manifests);
    assert_eq!((without.chains.len(), without.clusters.len()), (0, 0));
    assert!(codes(&without).contains(&"NoGateway"));

    let options = Options { implicit_gateway: Some(8080), ..Options::default() };
    let with = resolved_with(&options, &manifests);
    assert_eq!(codes(&with), ["NoGateway"]);
    assert_eq!(with.chains[0].name, "http-8080");
    assert_eq!(answer(&with, "http-8080", "a.com", "/"), "shop/svc/80");
    assert_eq!(with.gateways[0].document, None);
    assert_eq!(with.gateways[0].listeners[0].attached_routes, 2);
    for route in &with.routes {
        assert_eq!(told(&route.parents[0].conditions, "Accepted"), "Accepted=True Accepted");
    }

    // Where there is a Gateway, the option changes nothing.
    let mut manifests = manifests.to_vec();
    manifests.push(gateway("infra/public", json!([http("web", 80, None)])));
    assert_eq!(resolved_with(&options, &manifests), resolved(&manifests));
}

#[test]
fn objects_of_another_version_or_without_a_name_are_left_out() {
    for (place, pointer, value) in [
        (0, "/apiVersion", json!("gateway.networking.k8s.io/v1alpha2")),
        (0, "/apiVersion", json!("example.com/v1")),
        (0, "/kind", json!(3)),
        (0, "/metadata/name", json!("")),
        (0, "/metadata", Value::Null),
    ] {
        let mut manifests = shop();
        *manifests[place].pointer_mut(pointer).unwrap() = value.clone();
        let resolution = resolved(&manifests);
        assert_eq!(resolution.gateways.len(), 1, "{pointer} {value}");
    }
}

/// Every place of `value`, as pointers.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    found.push(pointer.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| places(member, &format!("{pointer}/{key}"), found));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| places(item, &format!("{pointer}/{index}"), found));
        }
        _ => {}
    }
}

/// Whatever part of the manifests is replaced by whatever, there is a result, and modules take its configurations.
#[test]
fn no_value_anywhere_makes_it_fail() {
    let filters = json!([
        { "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "gone", "port": 80 } } },
        { "type": "ExtensionRef", "extensionRef": { "group": "a.com", "kind": "B", "name": "c" } },
    ]);
    let backends = json!([{ "name": "gone", "namespace": "other", "port": 80, "filters": filters }]);
    let mut manifests = shop();
    manifests[3] =
        plain_route("shop/cart", json!({ "rules": [{ "filters": filters, "backendRefs": backends }] }));
    manifests.push(grant(
        "other",
        json!({ "group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop" }),
        json!({ "group": "", "kind": "Service" }),
    ));
    let all = json!(manifests);
    let mut found = Vec::new();
    places(&all, "", &mut found);
    let values = [Value::Null, json!(-1.5), json!(""), json!("x/~"), json!([[]]), json!({ "": 1 })];
    for place in found.iter().filter(|place| !place.is_empty()) {
        for value in &values {
            let mut changed = all.clone();
            *changed.pointer_mut(place).unwrap() = value.clone();
            resolved(changed.as_array().unwrap());
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let words = ["v1", "Service", "Gateway", "HTTPRoute", "spec", "name", "a", "*.a.com", "HTTP", "/"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..70_000i64).prop_map(Value::from),
        prop::sample::select(words.to_vec()).prop_map(Value::from),
    ];
    let keys = [
        "apiVersion",
        "kind",
        "metadata",
        "name",
        "namespace",
        "spec",
        "rules",
        "listeners",
        "parentRefs",
        "backendRefs",
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(
                prop::sample::select(keys.to_vec()).prop_map(str::to_owned),
                inner,
                0..5
            )
            .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_documents_make_it_fail(specs in prop::collection::vec((0usize..4, any_json()), 1..4)) {
        let kinds = ["Gateway", "HTTPRoute", "ReferenceGrant", "BackendTLSPolicy"];
        let manifests: Vec<Value> = specs
            .into_iter()
            .map(|(kind, spec)| object("gateway.networking.k8s.io/v1", kinds[kind], "a/a", json!({ "spec": spec })))
            .collect();
        let resolution = resolve(&documents(&manifests), &Options { implicit_gateway: Some(80), ..Options::default() });
        prop_assert!(resolution.warnings.is_sorted());
    }
}
