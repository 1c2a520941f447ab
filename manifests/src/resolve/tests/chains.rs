//! Filter chains, the configuration of the module in each, and upstreams.

use serde_json::{Value, json};

use super::super::{BackendName, CertificateSource, ObjectName, Options};
use super::*;

#[test]
fn one_chain_for_each_port_and_server_name() {
    let resolution = resolved(&[
        gateway(
            "infra/public",
            json!([
                http("web", 80, None),
                http("web-a", 80, Some("a.com")),
                http("alt", 8080, None),
                https("tls", 443, None, "cert"),
                https("tls-a", 443, Some("*.a.com"), "cert-a"),
            ]),
        ),
        gateway("infra/second", json!([http("web-b", 80, Some("b.com"))])),
        secret("infra/cert"),
        secret("infra/cert-a"),
        plain_route(
            "shop/cart",
            json!({ "parentRefs": [
            { "namespace": "infra", "name": "public", "sectionName": "web-a" },
            { "namespace": "infra", "name": "public", "sectionName": "tls-a" },
        ] }),
        ),
        service("shop/svc", json!({ "port": 80 })),
    ]);
    let told: Vec<_> = resolution
        .chains
        .iter()
        .map(|chain| {
            let listeners: Vec<String> = chain.listeners.iter().map(ToString::to_string).collect();
            let certificates: Vec<&str> =
                chain.certificates.iter().map(|found| found.secret.name.as_str()).collect();
            (
                chain.name.as_str(),
                chain.port,
                chain.https,
                chain.server_name.as_deref(),
                listeners.join(" "),
                certificates,
            )
        })
        .collect();
    let at_80 = "infra/public/web infra/public/web-a infra/second/web-b".to_owned();
    assert_eq!(
        told,
        [
            ("http-80", 80, false, None, at_80, vec![]),
            ("https-443", 443, true, None, "infra/public/tls".to_owned(), vec!["cert"]),
            (
                "https-443-*.a.com",
                443,
                true,
                Some("*.a.com"),
                "infra/public/tls-a".to_owned(),
                vec!["cert-a"]
            ),
            ("http-8080", 8080, false, None, "infra/public/alt".to_owned(), vec![]),
        ]
    );
    assert_eq!(resolution.chains[0].routes, [ObjectName::new("shop", "cart")]);
    assert_eq!(resolution.chains[1].routes, []);
}

#[test]
fn a_module_gets_what_it_needs_and_no_more() {
    let mut route =
        plain_route("shop/cart", json!({ "rules": [{ "backendRefs": [{ "name": "gone", "port": 80 }] }] }));
    route["metadata"]["creationTimestamp"] = json!("2026-01-31T12:00:00Z");
    route["metadata"]["uid"] = json!("1");
    route["apiVersion"] = json!("gateway.networking.k8s.io/v1beta1");
    route["status"] = json!({ "parents": [] });
    let spec = route["spec"].clone();
    let resolution = resolved(&[
        gateway("infra/public", json!([http("web", 80, Some("a.com")), http("rest", 80, None)])),
        route,
        plain_route("shop/other", json!({ "parentRefs": [] })),
        service("shop/svc", json!({ "port": 80 })),
    ]);
    assert_eq!(
        resolution.chains[0].configuration,
        json!({
            "version": 1,
            "routes": [{
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "HTTPRoute",
                "metadata": { "namespace": "shop", "name": "cart", "creationTimestamp": "2026-01-31T12:00:00Z" },
                "spec": spec,
            }],
            "listeners": [
                { "gateway": "infra/public", "name": "web", "port": 80, "protocol": "HTTP", "hostname": "a.com", "routes": ["shop/cart"] },
                { "gateway": "infra/public", "name": "rest", "port": 80, "protocol": "HTTP", "routes": ["shop/cart"] },
            ],
            "unresolved": { "/routes/0/spec/rules/0/backendRefs/0": "BackendNotFound" },
            "mirrorHeader": "x-httproute-mirror-{n}",
        })
    );
}

#[test]
fn options_are_handed_on() {
    let template = "outbound|{port}||{name}.{namespace}.svc.cluster.local";
    let options = Options { cluster_name: Some(template.into()), mirror_header: None, ..Options::default() };
    let resolution = resolved_with(
        &options,
        &[
            gateway("infra/public", json!([http("web", 80, None)])),
            plain_route("shop/cart", json!({})),
            service("shop/svc", json!({ "port": 80 })),
        ],
    );
    let configuration = &resolution.chains[0].configuration;
    assert_eq!(
        (&configuration["clusterName"], &configuration["mirrorHeader"]),
        (&json!(template), &Value::Null)
    );
    assert_eq!(resolution.clusters[0].name, "outbound|80||svc.shop.svc.cluster.local");
    assert_eq!(answer(&resolution, "http-80", "a.com", "/"), resolution.clusters[0].name);
}

/// The cases of the conformance test HTTPRouteHTTPSListenerDetectMisdirectedRequests, by the chain that the server name leads to.
#[test]
fn misdirected_requests_are_told_from_unknown_hosts() {
    let names = [
        ("https", None),
        ("second", Some("second-example.org")),
        ("wildcard", Some("*.wildcard.org")),
        ("fourth", Some("fourth-example.wildcard.org")),
    ];
    let listeners: Vec<Value> =
        names.iter().map(|(name, hostname)| https(name, 443, *hostname, "cert")).collect();
    let mut manifests = vec![
        gateway("infra/public", json!(listeners)),
        secret("infra/cert"),
        service("shop/svc", json!({ "port": 80 })),
    ];
    for (name, hostname) in names {
        let hostnames = if hostname.is_none() { json!(["example.org"]) } else { json!([]) };
        let parents = json!([{ "namespace": "infra", "name": "public", "sectionName": name }]);
        manifests.push(plain_route(
            &format!("shop/{name}"),
            json!({ "parentRefs": parents, "hostnames": hostnames }),
        ));
    }
    let resolution = resolved(&manifests);
    for (chain, misdirected) in [
        ("https-443", json!(["*.wildcard.org", "fourth-example.wildcard.org", "second-example.org"])),
        ("https-443-second-example.org", json!(["", "*.wildcard.org", "fourth-example.wildcard.org"])),
        ("https-443-*.wildcard.org", json!(["", "fourth-example.wildcard.org", "second-example.org"])),
    ] {
        let found = resolution.chains.iter().find(|found| found.name == chain).unwrap();
        assert_eq!(found.configuration["misdirected"], misdirected, "{chain}");
    }
    for (chain, host, expected) in [
        ("https-443", "example.org", "shop/svc/80"),
        ("https-443", "second-example.org", "421"),
        ("https-443", "unknown-example.org", "404"),
        ("https-443-second-example.org", "second-example.org", "shop/svc/80"),
        ("https-443-*.wildcard.org", "third-example.wildcard.org", "shop/svc/80"),
        ("https-443-*.wildcard.org", "fith-example.wildcard.org", "shop/svc/80"),
        ("https-443-*.wildcard.org", "fourth-example.wildcard.org", "421"),
        ("https-443-*.wildcard.org", "second-example.org", "421"),
        ("https-443-fourth-example.wildcard.org", "fourth-example.wildcard.org", "shop/svc/80"),
        ("https-443-fourth-example.wildcard.org", "fith-example.wildcard.org", "421"),
    ] {
        assert_eq!(answer(&resolution, chain, host, "/"), expected, "{chain} {host}");
    }
}

/// "If no other Listener matches the Host, the Gateway MUST return a 404."
#[test]
fn a_host_that_no_listener_serves_is_answered_with_404() {
    let listeners = json!([
        https("a", 443, Some("a.com"), "cert"),
        https("b", 443, Some("b.com"), "cert"),
        https("c", 8443, Some("c.com"), "cert")
    ]);
    let resolution = resolved(&[
        gateway("infra/public", listeners),
        secret("infra/cert"),
        plain_route("shop/cart", json!({})),
    ]);
    for (host, expected) in [("a.com", "shop/svc/80"), ("b.com", "421"), ("c.com", "404"), ("d.com", "404")] {
        assert_eq!(answer(&resolution, "https-443-a.com", host, "/"), expected, "{host}");
    }
}

#[test]
fn the_hosts_of_a_listener_without_certificate_are_served_by_no_other() {
    let listeners = json!([
        https("a", 443, Some("a.example.com"), "gone"),
        https("rest", 443, Some("*.example.com"), "cert")
    ]);
    let resolution = resolved(&[
        gateway("infra/public", listeners),
        secret("infra/cert"),
        plain_route("shop/cart", json!({})),
    ]);
    assert_eq!(resolution.chains.len(), 1);
    assert_eq!(answer(&resolution, "https-443-*.example.com", "a.example.com", "/"), "421");
    assert_eq!(answer(&resolution, "https-443-*.example.com", "b.example.com", "/"), "shop/svc/80");
}

#[test]
fn one_chain_serves_all_https_listeners_of_a_port_where_the_proxy_has_one_module_for_it() {
    let options = Options {
        https_chains: crate::HttpsChains::PerPort,
        certificates: CertificateSource::Proxy,
        ..Options::default()
    };
    let listeners = json!([
        https("any", 443, None, "nowhere"),
        https("wild", 443, Some("*.example.com"), "nowhere"),
        https("one", 443, Some("twice.example.com"), "nowhere"),
        https("two", 443, Some("twice.example.com"), "nowhere"),
    ]);
    let parents = |section: &str| json!([{ "name": "public", "namespace": "infra", "sectionName": section }]);
    let manifests = [
        gateway("infra/public", listeners),
        route("shop/any", json!({ "parentRefs": parents("any") })),
        route("shop/wild", json!({ "parentRefs": parents("wild") })),
    ];
    let resolution = resolved_with(&options, &manifests);
    let [chain] = resolution.chains.as_slice() else { panic!("{:?}", resolution.chains) };
    assert_eq!((chain.name.as_str(), chain.server_name.as_deref()), ("https-443", None));
    assert_eq!(chain.configuration["misdirected"], Value::Null);
    let served: Vec<Value> = chain.configuration["listeners"]
        .as_array()
        .unwrap()
        .iter()
        .map(|listener| json!([listener["hostname"], listener["routes"]]))
        .collect();
    // Nobody serves the hosts of listeners in conflict, not even those that take more.
    let expected = json!([[null, ["shop/any"]], ["*.example.com", ["shop/wild"]], ["twice.example.com", []]]);
    assert_eq!(Value::Array(served), expected);
}

#[test]
fn clusters_are_those_that_served_routes_refer_to() {
    let rules = json!([{ "backendRefs": [
        { "name": "svc", "port": 80 },
        { "name": "svc", "port": 8080 },
        { "name": "canary", "port": 80, "weight": 0 },
        { "name": "gone", "port": 80 },
    ] }]);
    let mirror = json!({ "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "shadow", "port": 80 } } });
    let ports = json!({ "spec": { "ports": [{ "port": 80 }, { "port": 8080 }] } });
    let resolution = resolved(&[
        gateway("infra/public", json!([http("web", 80, None)])),
        plain_route("shop/a", json!({ "rules": rules })),
        plain_route(
            "shop/b",
            json!({ "rules": [{ "filters": [mirror], "backendRefs": [{ "name": "svc", "port": 80 }] }] }),
        ),
        plain_route(
            "shop/nowhere",
            json!({ "parentRefs": [], "rules": [{ "backendRefs": [{ "name": "unused", "port": 80 }] }] }),
        ),
        object("v1", "Service", "shop/svc", ports),
        service("shop/canary", json!({ "port": 80 })),
        service("shop/shadow", json!({ "port": 80 })),
        service("shop/unused", json!({ "port": 80 })),
    ]);
    let told: Vec<_> = resolution
        .clusters
        .iter()
        .map(|cluster| {
            let used_by: Vec<&str> = cluster.used_by.iter().map(|route| route.name.as_str()).collect();
            (cluster.name.as_str(), used_by)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("shop/canary/80", vec!["a"]),
            ("shop/shadow/80", vec!["b"]),
            ("shop/svc/80", vec!["a", "b"]),
            ("shop/svc/8080", vec!["a"]),
        ]
    );
    let copies: Vec<bool> = resolution.clusters.iter().map(|cluster| cluster.for_copies).collect();
    assert_eq!(copies, [false, true, false, false]);
    assert_eq!(
        resolution.clusters[0].backend,
        BackendName { service: ObjectName::new("shop", "canary"), port: 80 }
    );
}

/// A mirror that hangs must not take connections of requests for the same backend.
#[test]
fn copies_have_upstreams_of_their_own_if_a_template_names_them() {
    let mirror =
        json!({ "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "svc", "port": 80 } } });
    let options = Options {
        mirror_cluster_name: Some("mirror/{namespace}/{name}/{port}".into()),
        ..Options::default()
    };
    let rules = json!([{ "filters": [mirror], "backendRefs": [{ "name": "svc", "port": 80 }] }]);
    let resolution = resolved_with(
        &options,
        &[
            gateway("infra/public", json!([http("web", 80, None)])),
            plain_route("shop/cart", json!({ "rules": rules })),
            service("shop/svc", json!({ "port": 80 })),
        ],
    );
    let clusters: Vec<_> =
        resolution.clusters.iter().map(|cluster| (cluster.name.as_str(), cluster.for_copies)).collect();
    assert_eq!(clusters, [("mirror/shop/svc/80", true), ("shop/svc/80", false)]);
    assert_eq!(resolution.clusters[0].backend, resolution.clusters[1].backend);
    let configuration = &resolution.chains[0].configuration;
    assert_eq!(configuration["mirrorClusterName"], json!("mirror/{namespace}/{name}/{port}"));
}

#[test]
fn backends_that_a_template_does_not_tell_apart_are_told() {
    let options = Options { cluster_name: Some("{name}".into()), ..Options::default() };
    let resolution = resolved_with(
        &options,
        &[
            gateway("infra/public", json!([http("web", 80, None)])),
            plain_route("shop/cart", json!({})),
            plain_route("blog/posts", json!({})),
        ],
    );
    assert_eq!(codes(&resolution), ["NoServices", "SameClusterName", "NeverWins"]);
    assert_eq!(resolution.clusters.len(), 1);
}
