//! A configuration from anywhere.

use httproute_sdk::extension::Registry;
use httproute_sdk::{Draw, RequestView, Routes};

/// Whatever bytes a configuration consists of, decoding ends with routes or with a refusal, every problem says something, and
/// the routes have an answer to every request.
pub fn decode(bytes: &[u8]) {
    let (routes, problems) = match Routes::decode_shared(bytes, &Registry::new()) {
        Ok(decoded) => decoded,
        Err(refusal) => {
            assert!(!refusal.to_string().is_empty());
            return;
        }
    };
    for problem in &problems {
        assert!(problem.pointer.is_empty() || problem.pointer.starts_with('/'), "{problem}");
        assert!(!problem.code.is_empty() && !problem.message.is_empty(), "{problem}");
    }
    let again = Routes::decode_shared(bytes, &Registry::new());
    assert_eq!(again.map(|(again, _)| again.fingerprint()).ok(), Some(routes.fingerprint()));
    for (method, authority, path) in [
        ("GET", "example.com", "/"),
        ("OPTIONS", "a.example.com:8443", "/cart/1?a=1&b=2"),
        ("POST", "shop.example.com", "/a/b/c"),
    ] {
        let headers = [
            (":method", method),
            (":scheme", "http"),
            (":authority", authority),
            (":path", path),
            ("x-canary", "yes"),
            ("origin", "https://a.example.com"),
            ("access-control-request-method", "POST"),
        ];
        let headers: Vec<(&[u8], &[u8])> =
            headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        let request = RequestView::new(&headers, &|| Some(80));
        let plan = routes.plan(&request, &mut Draw::seeded(7));
        let _ = (plan.outcome(&request, routes.settings()), plan.copies(&request, routes.settings()));
        assert_eq!(
            routes.contenders(plan.decision, &request).iter().any(|contender| contender.lost.is_none()),
            plan.rule.is_some(),
            "the explanation has a winner where the plan has one"
        );
    }
}
