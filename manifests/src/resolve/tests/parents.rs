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
