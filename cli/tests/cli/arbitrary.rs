//! Whatever bytes a file holds, a command ends with a sentence, not with a panic.

use proptest::prelude::*;

use crate::run::{Directory, route};

const GATEWAY: &str = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: public, namespace: shop}\n\
    spec: {gatewayClassName: istio, listeners: [{name: web, port: 80, protocol: HTTP}]}\n";

/// Ends in one of the documented ways.
fn ends_well(content: &[u8]) {
    let directory = Directory::with("gateway.yaml", GATEWAY);
    for arguments in [
        &["check", "-f", "-", "--status"][..],
        &["check", "-f", "-", "-o", "json"],
        &["explain", "-f", "-", "http://shop.example.com/cart?a=b"],
        &["explain", "-f", "-", "-o", "json", "https://shop.example.com/"],
        &["render", "istio", "-f", "gateway.yaml", "-f", "-", "--image", "a/b:1"],
        &["render", "envoy-gateway", "-f", "gateway.yaml", "-f", "-", "--image", "a/{module}:1"],
    ] {
        let ran = directory.run_with(arguments, content);
        assert!(matches!(ran.code, Some(0 | 1)), "{arguments:?} {ran:?}");
        assert!(!ran.stderr.contains("panicked"), "{ran:?}");
        if arguments.contains(&"json") {
            ran.json();
        }
    }
}

/// Bytes that begin like a manifest.
fn damaged_manifest() -> impl Strategy<Value = Vec<u8>> {
    let spec = "spec:\n  parentRefs: [{name: public}]\n  hostnames: [\"*.example.com\"]\n  rules:\n  - matches: [{path: {value: /cart}, headers: [{name: a, value: b}]}]\n    \
                filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]\n    \
                backendRefs: [{name: cart, port: 80, weight: 1}]\n";
    let whole = route(spec).into_bytes();
    let length = whole.len();
    (0..length, 0..20usize, prop::collection::vec(any::<u8>(), 0..8)).prop_map(move |(at, gone, new)| {
        let mut damaged = whole.clone();
        damaged.splice(at..(at + gone).min(length), new);
        damaged
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn any_bytes_are_survived(content in prop::collection::vec(any::<u8>(), 0..200)) {
        ends_well(&content);
    }

    #[test]
    fn any_damage_is_survived(content in damaged_manifest()) {
        ends_well(&content);
    }
}

#[test]
fn deep_and_wide_manifests_are_survived() {
    ends_well("{\"a\":".repeat(20_000).as_bytes());
    ends_well("- ".repeat(20_000).as_bytes());
    ends_well(format!("kind: \"{}\"\n", "x".repeat(1 << 20)).as_bytes());
    ends_well(
        route("spec: {rules: [1, {matches: [2]}, {matches: 3}, {backendRefs: [4, {}]}, null]}\n").as_bytes(),
    );
    ends_well(route("spec: {rules: 1, hostnames: 2, parentRefs: 3}\n").as_bytes());
    ends_well(b"kind: Gateway\napiVersion: gateway.networking.k8s.io/v1\nmetadata: 1\nspec: {listeners: [1, {name: 2}]}\n");
}
