//! Certificates, and what else HTTPS listeners ask for.

use serde_json::json;

use super::super::{CertificateSource, Options};
use super::*;

#[test]
fn certificates_are_found_or_the_listener_is_not_programmed() {
    let to_secret = || json!({ "group": "", "kind": "Secret", "name": "cert" });
    let from_gateway =
        || json!({ "group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "infra" });
    let mut opaque = secret("infra/cert");
    opaque["type"] = json!("Opaque");
    let mut malformed = secret("infra/cert");
    malformed["stringData"]["tls.crt"] = json!("Hello world");
    let elsewhere = json!({ "name": "cert", "namespace": "certs" });
    for (reference, others, reason) in [
        (json!({ "name": "cert" }), vec![secret("infra/cert")], None),
        (json!({ "name": "cert", "group": "", "kind": "Secret" }), vec![secret("infra/cert")], None),
        (elsewhere.clone(), vec![secret("certs/cert"), grant("certs", from_gateway(), to_secret())], None),
        (json!({ "name": "cert" }), vec![], Some("InvalidCertificateRef")),
        (json!({ "name": "cert" }), vec![opaque], Some("InvalidCertificateRef")),
        (json!({ "name": "cert" }), vec![malformed], Some("InvalidCertificateRef")),
        (
            json!({ "name": "cert", "kind": "ConfigMap" }),
            vec![secret("infra/cert")],
            Some("InvalidCertificateRef"),
        ),
        (
            json!({ "name": "cert", "group": "a.com" }),
            vec![secret("infra/cert")],
            Some("InvalidCertificateRef"),
        ),
        (json!({}), vec![], Some("InvalidCertificateRef")),
        (json!("cert"), vec![], Some("InvalidCertificateRef")),
        (elsewhere.clone(), vec![secret("certs/cert")], Some("RefNotPermitted")),
        // Whether it exists is not for everybody to know.
        (elsewhere.clone(), vec![], Some("RefNotPermitted")),
        (
            elsewhere.clone(),
            vec![
                secret("certs/cert"),
                grant(
                    "certs",
                    json!({ "group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "infra" }),
                    to_secret(),
                ),
            ],
            Some("RefNotPermitted"),
        ),
        (
            elsewhere,
            vec![
                secret("certs/cert"),
                grant("certs", from_gateway(), json!({ "group": "", "kind": "Secret", "name": "other" })),
            ],
            Some("RefNotPermitted"),
        ),
    ] {
        let listener = but(https("l", 443, None, ""), json!({ "tls": { "certificateRefs": [reference] } }));
        let mut manifests =
            vec![gateway("infra/public", json!([listener])), plain_route("shop/cart", json!({}))];
        manifests.extend(others);
        let resolution = resolved(&manifests);
        let conditions = of_listener(&resolution, "l");
        // "Listener or Route status does not impact successful attachment".
        assert_eq!(resolution.gateways[0].listeners[0].attached_routes, 1);
        assert_eq!(told(&conditions, "Accepted"), "Accepted=True Accepted");
        match reason {
            None => {
                assert_eq!(told(&conditions, "ResolvedRefs"), "ResolvedRefs=True ResolvedRefs", "{listener}");
                let certificate = &resolution.chains[0].certificates[0];
                assert_eq!(
                    (certificate.chain.as_str(), certificate.private_key.as_str()),
                    (CERTIFICATE, KEY)
                );
            }
            Some(reason) => {
                assert_eq!(
                    told(&conditions, "ResolvedRefs"),
                    format!("ResolvedRefs=False {reason}"),
                    "{listener}"
                );
                assert_eq!(told(&conditions, "Programmed"), "Programmed=False Invalid", "{listener}");
                assert_eq!(
                    of_gateway(&resolution)[2],
                    "ResolvedRefs=False ListenersNotResolved",
                    "{listener}"
                );
                assert_eq!(resolution.chains, [], "{listener}");
            }
        }
    }
}

#[test]
fn a_second_certificate_that_is_missing_does_not_take_the_first_away() {
    let tls = json!({ "certificateRefs": [{ "name": "gone" }, { "name": "cert" }] });
    let listener = but(https("l", 443, None, ""), json!({ "tls": tls }));
    let resolution = resolved(&[gateway("infra/public", json!([listener])), secret("infra/cert")]);
    assert_eq!(
        told(&of_listener(&resolution, "l"), "ResolvedRefs"),
        "ResolvedRefs=False InvalidCertificateRef"
    );
    assert_eq!(told(&of_listener(&resolution, "l"), "Programmed"), "Programmed=True Programmed");
    assert_eq!(resolution.chains[0].certificates.len(), 1);
}

#[test]
fn https_listeners_that_serve_the_same_hosts_are_told() {
    let listeners = json!([
        https("a", 443, Some("foo.example.com"), "cert"),
        https("b", 443, Some("foo.example.org"), "cert"),
        https("c", 443, Some("*.example.com"), "cert"),
        https("d", 8443, Some("foo.example.com"), "cert"),
        http("e", 80, Some("foo.example.com")),
        http("f", 80, Some("*.example.com")),
    ]);
    let resolution = resolved(&[gateway("infra/public", listeners), secret("infra/cert")]);
    for (name, overlaps) in [("a", true), ("b", false), ("c", true), ("d", false), ("e", false), ("f", false)]
    {
        let expected = if overlaps { "OverlappingTLSConfig=True OverlappingHostnames" } else { "" };
        assert_eq!(told(&of_listener(&resolution, name), "OverlappingTLSConfig"), expected, "{name}");
    }
}

/// Serving such a listener without asking for a certificate would let anybody in.
#[test]
fn listeners_that_demand_certificates_of_clients_are_not_accepted() {
    let validation = json!({ "validation": { "caCertificateRefs": [{ "name": "ca" }] } });
    for (frontend, refused) in [
        (json!({ "default": validation }), [true, true]),
        (json!({ "default": {} }), [false, false]),
        (json!({ "default": {}, "perPort": [{ "port": 8443, "tls": validation }] }), [false, true]),
        (json!({ "default": validation, "perPort": [{ "port": 8443, "tls": {} }] }), [true, false]),
    ] {
        let listeners =
            json!([https("a", 443, None, "cert"), https("b", 8443, None, "cert"), http("c", 80, None)]);
        let mut gateway = gateway("infra/public", listeners);
        gateway["spec"]["tls"] = json!({ "frontend": frontend });
        let resolution = resolved(&[gateway, secret("infra/cert")]);
        for (name, refused) in ["a", "b", "c"].into_iter().zip([refused[0], refused[1], false]) {
            let expected = if refused { "Accepted=False UnsupportedValue" } else { "Accepted=True Accepted" };
            assert_eq!(told(&of_listener(&resolution, name), "Accepted"), expected, "{frontend} {name}");
        }
    }
}

#[test]
fn a_secret_that_is_not_among_the_manifests_can_count_as_good() {
    let options = Options { certificates: CertificateSource::SecretsIfPresent, ..Options::default() };
    let listener = |references| {
        but(https("l", 443, Some("a.com"), ""), json!({ "tls": { "certificateRefs": references } }))
    };
    let resolution =
        resolved_with(&options, &[gateway("infra/public", json!([listener(json!([{ "name": "gone" }]))]))]);
    assert_eq!(told(&of_listener(&resolution, "l"), "Programmed"), "Programmed=True Programmed");
    assert_eq!(told(&of_listener(&resolution, "l"), "ResolvedRefs"), "ResolvedRefs=True ResolvedRefs");
    assert_eq!(resolution.chains[0].missing_secrets[0].to_string(), "infra/gone");
    assert_eq!(codes(&resolution), ["MissingSecret"]);

    // What is there and wrong, or not permitted, is no better for it.
    let mut broken = secret("infra/cert");
    broken["stringData"]["tls.key"] = json!("");
    for reference in [json!({ "name": "cert" }), json!({ "name": "cert", "namespace": "elsewhere" })] {
        let manifests = [gateway("infra/public", json!([listener(json!([reference]))])), broken.clone()];
        assert_eq!(resolved_with(&options, &manifests).chains, []);
    }
    // One that is there needs no stand-in beside it.
    let both = json!([{ "name": "gone" }, { "name": "cert" }]);
    let resolution =
        resolved_with(&options, &[gateway("infra/public", json!([listener(both)])), secret("infra/cert")]);
    assert_eq!((resolution.chains[0].certificates.len(), resolution.chains[0].missing_secrets.len()), (1, 0));
    assert!(codes(&resolution).contains(&"InvalidCertificateRef"));
}

#[test]
fn a_certificate_that_clients_will_not_like_is_served_with_a_warning() {
    let warnings = |hostname: Option<&str>, now: Option<i64>| {
        let listener = https("l", 443, hostname, "cert");
        let manifests = [gateway("infra/public", json!([listener])), secret("infra/cert")];
        let resolution = resolved_with(&Options { now, ..Options::default() }, &manifests);
        assert_eq!(resolution.chains.len(), 1);
        codes(&resolution).join(" ")
    };
    let (long_ago, far_away) = (Some(0), Some(10_000_000_000));
    assert_eq!(warnings(None, None), "");
    assert_eq!(warnings(Some("a.example.com"), Some(2_000_000_000)), "");
    assert_eq!(warnings(Some("*.example.com"), None), "");
    assert_eq!(warnings(Some("b.example.com"), None), "CertificateForOtherHost");
    assert_eq!(warnings(None, long_ago), "CertificateOutOfDate");
    assert_eq!(warnings(None, far_away), "CertificateOutOfDate");
}
