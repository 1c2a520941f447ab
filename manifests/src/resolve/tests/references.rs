//! The places of references: rules, backends and filters.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::Options;
use super::*;

/// The places where a module finds references, as it names them.
#[test]
fn each_place_of_a_reference_is_told_as_modules_name_it() {
    let mirror =
        json!({ "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "gone", "port": 80 } } });
    let header = json!({ "type": "RequestHeaderModifier", "requestHeaderModifier": { "remove": ["a"] } });
    let rules = json!([
        { "backendRefs": [{ "name": "svc", "port": 80 }] },
        {
            "filters": [header, mirror],
            "backendRefs": [{ "name": "svc", "port": 80, "filters": [mirror] }, { "name": "gone", "port": 80 }],
        },
    ]);
    let resolution = resolved(&[
        gateway("infra/public", json!([http("web", 80, None)])),
        plain_route("shop/a", json!({})),
        plain_route("shop/b", json!({ "rules": rules })),
        service("shop/svc", json!({ "port": 80 })),
    ]);
    let unresolved = resolution.chains[0].configuration["unresolved"].as_object().unwrap();
    let mut places: Vec<&str> = unresolved.keys().map(String::as_str).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "/routes/1/spec/rules/1/backendRefs/0/filters/0/requestMirror/backendRef",
            "/routes/1/spec/rules/1/backendRefs/1",
            "/routes/1/spec/rules/1/filters/1/requestMirror/backendRef",
        ]
    );
    let condition = condition(&resolution.routes[1].parents[0].conditions, "ResolvedRefs").unwrap();
    assert!(
        condition
            .message
            .contains("/spec/rules/1/filters/1/requestMirror/backendRef: there is no Service shop/gone")
    );
}

/// "Mirror failure must not touch the primary", and the resolved share of a rule gets its requests.
#[test]
fn a_mirror_that_is_not_resolved_leaves_the_primary_alone() {
    let mirror =
        json!({ "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "gone", "port": 80 } } });
    let resolution = resolved(&[
        gateway("infra/public", json!([http("web", 80, None)])),
        plain_route(
            "shop/a",
            json!({ "rules": [{ "filters": [mirror], "backendRefs": [{ "name": "svc", "port": 80 }] }] }),
        ),
        service("shop/svc", json!({ "port": 80 })),
    ]);
    assert_eq!(answer(&resolution, "http-80", "a.com", "/"), "shop/svc/80");
    assert_eq!(
        told(&resolution.routes[0].parents[0].conditions, "ResolvedRefs"),
        "ResolvedRefs=False BackendNotFound"
    );
}

/// A custom filter that cannot be resolved "MUST NOT be skipped".
#[test]
fn filters_of_extensions_are_found_or_answered_with_500() {
    let filter = json!({ "type": "ExtensionRef", "extensionRef": { "group": "a.com", "kind": "Auth", "name": "mine" } });
    let route = plain_route(
        "shop/cart",
        json!({ "rules": [{ "filters": [filter], "backendRefs": [{ "name": "svc", "port": 80 }] }] }),
    );
    let manifests = vec![
        gateway("infra/public", json!([http("web", 80, None)])),
        route,
        service("shop/svc", json!({ "port": 80 })),
    ];
    let auth = object("a.com/v1", "Auth", "shop/mine", json!({ "spec": { "realm": "shop" } }));
    let mut written = auth.clone();
    written["metadata"]["annotations"] = json!({ "seen": "today" });
    written["status"] = json!({ "seen": "today" });
    let known = Options {
        extensions: BTreeSet::from([("a.com".to_owned(), "Auth".to_owned())]),
        ..Options::default()
    };
    for (options, with_object, expected) in [
        (Options::default(), true, "ResolvedRefs=False InvalidKind"),
        (known.clone(), false, "ResolvedRefs=False BackendNotFound"),
        (known, true, "ResolvedRefs=True ResolvedRefs"),
    ] {
        let mut manifests = manifests.clone();
        if with_object {
            manifests.push(written.clone());
        }
        let resolution = resolved_with(&options, &manifests);
        let conditions = &resolution.routes[0].parents[0].conditions;
        assert_eq!(told(conditions, "ResolvedRefs"), expected);
        assert_eq!(told(conditions, "Accepted"), "Accepted=True Accepted");
        let extensions = &resolution.chains[0].configuration["extensions"];
        if expected.contains("True") {
            assert_eq!(*extensions, json!([auth]));
        } else {
            assert_eq!(*extensions, Value::Null);
            assert_eq!(answer(&resolution, "http-80", "a.com", "/"), "500");
        }
    }
}

/// "the share that would go to the invalid ref MUST get 500 (two equal weights, one invalid ⇒ 50 %)", and one that weighs
/// nothing gets nothing, whether or not it is there.
#[test]
fn the_share_of_a_reference_that_is_not_resolved_is_answered_with_500() {
    for (svc, gone, expected) in [(1, 1, 40..=60), (0, 1, 100..=100), (1, 0, 0..=0), (0, 0, 100..=100)] {
        let backends = json!([{ "name": "svc", "port": 80, "weight": svc }, { "name": "gone", "port": 80, "weight": gone }]);
        let resolution = resolved(&[
            gateway("infra/public", json!([http("web", 80, None)])),
            plain_route("shop/a", json!({ "rules": [{ "backendRefs": backends }] })),
            service("shop/svc", json!({ "port": 80 })),
        ]);
        let answers = answers(&resolution, "http-80", "a.com", "/", 1000);
        let failed = answers.iter().filter(|answer| *answer == "500").count() / 10;
        assert!(expected.contains(&failed), "{svc} {gone}: {failed} %");
    }
}
