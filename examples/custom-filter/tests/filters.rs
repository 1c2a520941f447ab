//! The filters without a proxy: what a configuration decides about requests.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::collections::BTreeMap;

use custom_filter::filters;
use httproute_sdk::{Backend, Draw, Outcome, RequestView, Routes};

/// A configuration whose one rule has one filter: an object of this `kind` with this `spec`.
fn routes(kind: &str, spec: &str, weights: [u32; 2]) -> Routes {
    let [stable, canary] = weights;
    let configuration = format!(
        r#"{{
            "extensions": [ {{ "apiVersion": "example.com/v1", "kind": "{kind}",
                "metadata": {{ "namespace": "shop", "name": "mine" }}, "spec": {spec} }} ],
            "routes": [ {{ "metadata": {{ "namespace": "shop", "name": "cart" }}, "spec": {{ "rules": [ {{
                "filters": [ {{ "type": "ExtensionRef",
                    "extensionRef": {{ "group": "example.com", "kind": "{kind}", "name": "mine" }} }} ],
                "backendRefs": [ {{ "name": "stable", "port": 80, "weight": {stable} }},
                                 {{ "name": "canary", "port": 80, "weight": {canary} }} ] }} ] }} }} ] }}"#
    );
    let (routes, problems) = Routes::decode_with(configuration.as_bytes(), &filters()).unwrap();
    assert_eq!(problems, []);
    routes
}

/// The status of the answer to a request with these headers; 200 where it goes on.
fn status(routes: &Routes, more: &[(&str, &str)]) -> u16 {
    with_request(more, |request| {
        match routes.plan(request, &mut Draw::seeded(1)).outcome(request, routes.settings()) {
            Outcome::Answered(reply) => reply.status,
            Outcome::Forwarded { .. } => 200,
        }
    })
}

/// The upstream of a request with these headers, where chance begins with `seed`.
fn upstream(routes: &Routes, more: &[(&str, &str)], seed: u64) -> String {
    with_request(more, |request| match routes.plan(request, &mut Draw::seeded(seed)).backend {
        Backend::Cluster(name) => name.to_owned(),
        other => panic!("{other:?}"),
    })
}

fn with_request<T>(more: &[(&str, &str)], look: impl FnOnce(&RequestView<'_>) -> T) -> T {
    let mut headers = vec![(":method", "GET"), (":authority", "shop.example.com"), (":path", "/")];
    headers.extend(more);
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    look(&RequestView::new(&headers, &|| None))
}

#[test]
fn a_key_that_is_empty_lets_nobody_in() {
    let routes = routes("ApiKeyPolicy", r#"{ "keys": [ { "value": "", "owner": "ada" } ] }"#, [1, 0]);
    assert_eq!(status(&routes, &[]), 401);
    assert_eq!(status(&routes, &[("x-api-key", "")]), 401);
}

#[test]
fn only_who_brings_a_key_is_let_in() {
    let routes = routes("ApiKeyPolicy", r#"{ "keys": [ { "value": "s3cret", "owner": "ada" } ] }"#, [1, 0]);
    assert_eq!(status(&routes, &[]), 401);
    assert_eq!(status(&routes, &[("x-api-key", "s3cre7")]), 401);
    assert_eq!(status(&routes, &[("x-api-key", "s3cret")]), 200);
    with_request(&[("x-api-key", "s3cret"), ("x-caller", "me")], |request| {
        let plan = routes.plan(request, &mut Draw::seeded(1));
        let Outcome::Forwarded { headers, .. } = plan.outcome(request, routes.settings()) else { panic!() };
        let headers: BTreeMap<_, _> = headers.into_iter().collect();
        assert_eq!(headers.get(&b"x-caller"[..]), Some(&b"ada".to_vec()));
        assert_eq!(headers.get(&b"x-api-key"[..]), None);
        let mut response = Vec::new();
        plan.respond(&mut response).unwrap();
        assert_eq!(response, [(b"vary".to_vec(), b"x-api-key".to_vec())]);
    });
}

#[test]
fn a_request_beyond_its_budget_is_refused() {
    let routes = routes("HeaderBudget", r#"{ "maxBytes": 20, "maxLines": 2 }"#, [1, 0]);
    assert_eq!(status(&routes, &[("x-a", "12345678901234567")]), 200);
    assert_eq!(status(&routes, &[("x-a", "123456789012345678")]), 431);
    assert_eq!(status(&routes, &[("a", "1"), ("b", "1"), ("c", "1")]), 431);
}

#[test]
fn users_are_split_by_the_weights_and_each_has_one_backend() {
    let routes = routes("StickyCanary", r#"{ "header": "x-user" }"#, [90, 10]);
    let users: Vec<String> = (0..10_000).map(|n| format!("user-{n}")).collect();
    let canary = |user: &&String| upstream(&routes, &[("x-user", user)], 1) == "shop/canary/80";
    let canaries = users.iter().filter(canary).count();
    // Four standard deviations.
    assert!((880..=1120).contains(&canaries), "{canaries} of 10000");
    for user in users.iter().take(50) {
        let first = upstream(&routes, &[("x-user", user)], 1);
        assert!((2..20).all(|seed| upstream(&routes, &[("x-user", user)], seed) == first));
    }
    let unknown = (0..1000).filter(|seed| upstream(&routes, &[], *seed) == "shop/canary/80").count();
    assert!((62..=138).contains(&unknown), "{unknown} of 1000 are drawn");
}

#[test]
fn where_a_weight_changes_only_the_share_moves_that_must() {
    let spec = r#"{ "cookie": "session" }"#;
    let (before, after) = (routes("StickyCanary", spec, [90, 10]), routes("StickyCanary", spec, [80, 20]));
    let (mut moved, mut back) = (0, 0);
    for n in 0..10_000 {
        let cookie = format!("theme=dark; session={n}");
        let was = upstream(&before, &[("cookie", &cookie)], 1);
        let is = upstream(&after, &[("cookie", &cookie)], 1);
        moved += usize::from(was == "shop/stable/80" && is == "shop/canary/80");
        back += usize::from(was == "shop/canary/80" && is == "shop/stable/80");
    }
    assert!((880..=1120).contains(&moved), "{moved} of 10000");
    assert_eq!(back, 0);
}
