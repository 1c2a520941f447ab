//! Listeners: which are distinct, which can be served, and what a cluster would say of them.

use serde_json::{Value, json};

use super::super::{Addresses, CertificateSource, Options};
use super::*;

#[test]
fn a_sound_gateway() {
    let resolution = resolved(&[
        gateway(
            "infra/public",
            json!([http("web", 80, None), https("tls", 443, Some("a.example.com"), "cert")]),
        ),
        secret("infra/cert"),
    ]);
    assert_eq!(
        of_gateway(&resolution),
        ["Accepted=True Accepted", "Programmed=True Programmed", "ResolvedRefs=True ResolvedRefs"]
    );
    for name in ["web", "tls"] {
        let conditions = of_listener(&resolution, name);
        let told: Vec<String> = conditions.iter().map(ToString::to_string).collect();
        let sound = [
            "Accepted=True Accepted",
            "Conflicted=False NoConflicts",
            "Programmed=True Programmed",
            "ResolvedRefs=True ResolvedRefs",
        ];
        assert_eq!(told, sound, "{name}");
    }
    assert_eq!(resolution.warnings, []);
    assert_eq!(resolution.gateways[0].listeners[0].supported_kinds[0].kind, "HTTPRoute");
}

#[test]
fn a_listener_that_cannot_be_served_is_not_accepted() {
    for (listener, reason) in [
        (but(http("l", 80, None), json!({ "protocol": "TCP" })), "UnsupportedProtocol"),
        (but(http("l", 80, None), json!({ "protocol": "UDP" })), "UnsupportedProtocol"),
        (but(http("l", 80, None), json!({ "protocol": "example.com/bar" })), "UnsupportedProtocol"),
        (
            json!({ "name": "l", "port": 443, "protocol": "TLS", "tls": { "mode": "Passthrough" } }),
            "UnsupportedProtocol",
        ),
        (but(https("l", 443, None, "cert"), json!({ "tls": { "mode": "Passthrough" } })), "UnsupportedValue"),
        (but(https("l", 443, None, "cert"), json!({ "protocol": "HTTP" })), "UnsupportedValue"),
        (http("l", 80, Some("A.com")), "UnsupportedValue"),
        (but(http("l", 80, None), json!({ "hostname": 3 })), "UnsupportedValue"),
        (
            but(http("l", 80, None), json!({ "allowedRoutes": { "namespaces": { "from": "Some" } } })),
            "UnsupportedValue",
        ),
    ] {
        let manifests = [
            gateway("infra/public", json!([listener])),
            secret("infra/cert"),
            plain_route("infra/r", json!({})),
        ];
        let resolution = resolved(&manifests);
        let conditions = of_listener(&resolution, "l");
        assert_eq!(told(&conditions, "Accepted"), format!("Accepted=False {reason}"), "{listener}");
        assert_eq!(told(&conditions, "Programmed"), "Programmed=False Invalid", "{listener}");
        // "The Gateway itself should only be Accepted if at least one of its listeners is accepted."
        assert_eq!(
            of_gateway(&resolution)[..2],
            ["Accepted=False ListenersNotValid", "Programmed=False Invalid"],
            "{listener}"
        );
        assert_eq!(resolution.chains, [], "{listener}");
        assert!(codes(&resolution).contains(&reason), "{listener}");
        let supported = &resolution.gateways[0].listeners[0].supported_kinds;
        assert_eq!(supported.is_empty(), reason == "UnsupportedProtocol", "{listener}");

        let mut spec = manifests.to_vec();
        spec[0]["spec"]["listeners"].as_array_mut().unwrap().push(http("sound", 8080, None));
        let resolution = resolved(&spec);
        assert_eq!(
            of_gateway(&resolution)[..2],
            ["Accepted=True ListenersNotValid", "Programmed=True Programmed"],
            "{listener}"
        );
    }
}

#[test]
fn listeners_that_are_not_distinct_are_conflicted_all_of_them() {
    for (a, b, reason) in [
        (http("a", 80, None), http("b", 80, None), Some("HostnameConflict")),
        // An empty hostname is none.
        (http("a", 80, None), http("b", 80, Some("")), Some("HostnameConflict")),
        (http("a", 80, Some("a.com")), http("b", 80, Some("a.com")), Some("HostnameConflict")),
        // "Listeners that _only_ differ on TLS config will still conflict in all cases."
        (https("a", 443, None, "cert"), https("b", 443, None, "cert-2"), Some("HostnameConflict")),
        (http("a", 443, Some("a.com")), https("b", 443, Some("b.com"), "cert"), Some("ProtocolConflict")),
        (http("a", 80, None), http("b", 80, Some("a.com")), None),
        (http("a", 80, Some("*.com")), http("b", 80, Some("a.com")), None),
        (http("a", 80, None), http("b", 81, None), None),
        // "If an implementation does not support TCP Protocol Listeners, then the previous rule does not apply".
        (http("a", 80, None), json!({ "name": "b", "port": 80, "protocol": "TCP" }), None),
    ] {
        let resolution = resolved(&[
            gateway("infra/public", json!([a, b, http("c", 8080, None)])),
            secret("infra/cert"),
            secret("infra/cert-2"),
        ]);
        for name in ["a", "b"] {
            let conditions = of_listener(&resolution, name);
            match reason {
                Some(reason) => {
                    for (kind, status) in
                        [("Conflicted", "True"), ("Accepted", "False"), ("Programmed", "False")]
                    {
                        assert_eq!(told(&conditions, kind), format!("{kind}={status} {reason}"), "{a} {b}");
                    }
                }
                None => {
                    assert_eq!(told(&conditions, "Conflicted"), "Conflicted=False NoConflicts", "{a} {b}")
                }
            }
        }
        if reason.is_some() {
            let accepted = condition(&resolution.gateways[0].conditions, "Accepted").unwrap();
            assert_eq!(
                accepted.to_string(),
                "Accepted=True ListenersNotValid: accepted listeners: c; not accepted: a, b"
            );
            assert_eq!(resolution.chains.len(), 1);
        }
    }
}

/// Where Gateways share the addresses of a proxy, the older one keeps its listener.
#[test]
fn of_listeners_of_several_gateways_that_cannot_be_told_apart_the_oldest_is_served() {
    let created = |mut gateway: Value, time: &str| {
        gateway["metadata"]["creationTimestamp"] = json!(time);
        gateway
    };
    let to = |gateway: &str| json!({ "parentRefs": [{ "namespace": "infra", "name": gateway }] });
    let of = |resolution: &Resolution, gateway: &str| {
        let mut gateways = resolution.gateways.iter();
        let gateway = gateways.find(|found| found.name.name == gateway).unwrap();
        let listener = &gateway.listeners[0].conditions;
        ["Conflicted", "Accepted", "Programmed"].map(|kind| told(listener, kind))
    };
    let stays = ["Conflicted=False NoConflicts", "Accepted=True Accepted", "Programmed=True Programmed"]
        .map(str::to_owned);
    let yields = |reason: &str| {
        ["Conflicted=True", "Accepted=False", "Programmed=False"].map(|status| format!("{status} {reason}"))
    };
    let web = || json!([http("web", 80, None)]);
    let (a, b) = (gateway("infra/a", web()), gateway("infra/b", web()));
    let old = |gateway: &Value| created(gateway.clone(), "2025-01-01T00:00:00Z");
    let young = |gateway: &Value| created(gateway.clone(), "2026-01-01T00:00:00+01:00");
    let apart = Options { addresses: Addresses::PerGateway, ..Options::default() };
    for (first, second, winner, loser) in [
        // By name, where neither has been created.
        (a.clone(), b.clone(), "a", "b"),
        (young(&a), old(&b), "b", "a"),
        (old(&a), old(&b), "a", "b"),
        // What has not been created yet is the youngest.
        (a.clone(), young(&b), "b", "a"),
    ] {
        let manifests = [first, second, plain_route("shop/on-a", to("a")), plain_route("shop/on-b", to("b"))];
        let shared = resolved(&manifests);
        assert_eq!(of(&shared, winner), stays);
        assert_eq!(of(&shared, loser), yields("HostnameConflict"));
        let conflict = shared.warnings.iter().find(|warning| warning.code == "HostnameConflict").unwrap();
        let document = &manifests[conflict.document.unwrap()];
        assert_eq!(document["metadata"]["name"], loser);
        assert_eq!(shared.chains.len(), 1);
        let routes: Vec<String> = shared.chains[0].routes.iter().map(ToString::to_string).collect();
        assert_eq!(routes, [format!("shop/on-{winner}")]);
        let listeners = shared.chains[0].configuration["listeners"].as_array().unwrap();
        assert_eq!(listeners.len(), 1, "the other one must not hide it");

        let own = resolved_with(&apart, &manifests);
        assert_eq!((of(&own, "a"), of(&own, "b")), (stays.clone(), stays.clone()));
        let names: Vec<_> = own.chains.iter().map(|chain| chain.name.as_str()).collect();
        assert_eq!(names, ["infra/a/http-80", "infra/b/http-80"]);
    }

    // With another protocol, and with a hostname that only one of them has.
    let secure = gateway("infra/b", json!([https("web", 80, None, "cert"), http("more", 8080, None)]));
    let resolution = resolved(&[a.clone(), secure, secret("infra/cert")]);
    assert_eq!(of(&resolution, "a"), stays);
    assert_eq!(of(&resolution, "b"), yields("ProtocolConflict"));
    let other_host = gateway("infra/b", json!([http("web", 80, Some("a.com"))]));
    let resolution = resolved(&[a, other_host, plain_route("shop/on-b", to("b"))]);
    assert_eq!(of(&resolution, "b"), stays);
    assert_eq!(answer(&resolution, "http-80", "a.com", "/"), "shop/svc/80");

    // One that two older ones keep from being served takes no port away from a third.
    let third = gateway("infra/c", json!([http("web", 80, Some("c.com"))]));
    let second = gateway("infra/b", json!([https("web", 80, None, "cert")]));
    let first = gateway("infra/a", json!([http("web", 80, Some("a.com"))]));
    let resolution = resolved(&[first, second, third, secret("infra/cert")]);
    assert_eq!((of(&resolution, "a"), of(&resolution, "c")), (stays.clone(), stays));
    assert_eq!(of(&resolution, "b"), yields("ProtocolConflict"));
}

/// "the implementation MUST NOT pick one conflicting Listener as the winner", nor another one of the port.
#[test]
fn the_hosts_of_conflicted_listeners_are_served_by_nobody() {
    let listeners = json!([http("a", 80, Some("a.com")), http("b", 80, Some("a.com")), http("c", 80, None)]);
    let resolution = resolved(&[gateway("infra/public", listeners), plain_route("shop/cart", json!({}))]);
    assert_eq!(answer(&resolution, "http-80", "a.com", "/"), "404");
    assert_eq!(answer(&resolution, "http-80", "b.com", "/"), "shop/svc/80");
    assert_eq!(resolution.chains[0].listeners.len(), 1);
}

#[test]
fn kinds_of_routes_that_are_not_supported_are_told() {
    for (kinds, supported) in [
        (json!([{ "kind": "InvalidRoute" }]), 0),
        (json!([{ "kind": "InvalidRoute" }, { "kind": "HTTPRoute" }]), 1),
        (json!([{ "kind": "GRPCRoute" }]), 0),
        (json!([{ "kind": "HTTPRoute", "group": "a.com" }]), 0),
    ] {
        let allowed = json!({ "namespaces": { "from": "All" }, "kinds": kinds });
        let listener = but(http("l", 80, None), json!({ "allowedRoutes": allowed }));
        let resolution =
            resolved(&[gateway("infra/public", json!([listener])), plain_route("shop/cart", json!({}))]);
        assert_eq!(
            told(&of_listener(&resolution, "l"), "ResolvedRefs"),
            "ResolvedRefs=False InvalidRouteKinds"
        );
        assert_eq!(resolution.gateways[0].listeners[0].supported_kinds.len(), supported, "{kinds}");
        assert_eq!(resolution.gateways[0].listeners[0].attached_routes, supported, "{kinds}");
    }
}

#[test]
fn what_a_gateway_asks_for_in_vain_is_told() {
    let mut gateway = gateway("infra/public", json!([http("web", 80, None)]));
    gateway["spec"]["addresses"] = json!([{ "value": "10.0.0.1" }]);
    gateway["spec"]["allowedListeners"] = json!({ "namespaces": { "from": "All" } });
    let resolution = resolved(std::slice::from_ref(&gateway));
    assert_eq!(codes(&resolution), ["NotCarriedOut", "NotCarriedOut"]);
    // A control plane gives a Gateway its addresses.
    let controlled = Options { certificates: CertificateSource::Proxy, ..Options::default() };
    assert_eq!(codes(&resolved_with(&controlled, &[gateway])), ["NotCarriedOut"]);
    assert_eq!(of_gateway(&resolution)[0], "Accepted=True Accepted");
}
