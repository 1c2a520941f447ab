use serde_json::{Value, json};

use crate::testing::{one_rule, routes, rule_errors};
use crate::{Draw, HeaderLines, Outcome, RequestView};

fn rule(cors: Value) -> Value {
    json!({
        "matches": [{ "method": "GET" }],
        "filters": [{ "type": "CORS", "cors": cors }],
        "backendRefs": [{ "name": "svc", "port": 80 }],
    })
}

/// What a request is answered with: `None` where it is forwarded, and the CORS headers of the response, in order of name.
fn answer(cors: Value, method: &str, headers: &[(&str, &str)]) -> (Option<u16>, Vec<String>) {
    let routes = routes(one_rule(rule(cors)));
    let mut lines: Vec<(&[u8], &[u8])> = vec![(b":method", method.as_bytes()), (b":path", b"/")];
    lines.extend(headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    let request = RequestView::new(&lines, &|| None);
    let plan = routes.plan(&request, &mut Draw::seeded(0));
    let status = match plan.outcome(&request, routes.settings()) {
        Outcome::Answered(reply) => Some(reply.status),
        Outcome::Forwarded { .. } => None,
    };
    // A backend's own word on CORS does not count.
    let mut response: HeaderLines =
        vec![(b"access-control-allow-origin".to_vec(), b"https://backend".to_vec())];
    plan.respond(&mut response).unwrap();
    let text = |(name, value): (Vec<u8>, Vec<u8>)| {
        let name = String::from_utf8(name).unwrap().replace("access-control-", "");
        format!("{name}: {}", String::from_utf8(value).unwrap())
    };
    let mut headers: Vec<_> = response.into_iter().map(text).collect();
    headers.sort();
    (status, headers)
}

fn preflight(cors: Value, headers: &[(&str, &str)]) -> Vec<String> {
    let mut all = vec![("origin", "https://a.com"), ("access-control-request-method", "PUT")];
    all.retain(|(name, _)| !headers.iter().any(|(other, _)| other == name));
    all.extend_from_slice(headers);
    let get = [("access-control-request-method", "GET")];
    // The rule matches GET only, so the browser asks about GET.
    all.retain(|(name, _)| *name != "access-control-request-method");
    all.extend(get);
    let (status, headers) = answer(cors, "OPTIONS", &all);
    assert_eq!(status, Some(204));
    headers
}

#[test]
fn a_preflight_is_answered_also_where_the_rule_matches_another_method() {
    let cors = json!({ "allowOrigins": ["https://*.com"], "allowMethods": ["GET", "PUT"], "allowHeaders": ["x-a", "X-B"],
                       "exposeHeaders": ["x-c"], "allowCredentials": true, "maxAge": 60 });
    let mut cors_exact = cors.clone();
    cors_exact["allowOrigins"] = json!(["https://a.com"]);
    let expected = [
        "allow-credentials: true",
        "allow-headers: x-a,X-B",
        "allow-methods: GET,PUT",
        "allow-origin: https://a.com",
        "expose-headers: x-c",
        "max-age: 60",
        "vary: origin",
    ];
    assert_eq!(preflight(cors_exact.clone(), &[]), expected);
    assert_eq!(
        preflight(cors_exact, &[("origin", "https://evil.com")]),
        ["vary: origin"],
        "no CORS header for others"
    );
    assert_eq!(preflight(cors, &[("origin", "https://b.com")]).len(), 7);
    assert_eq!(preflight(json!({}), &[]), ["vary: origin"]);
}

#[test]
fn credentials_never_stand_beside_a_star() {
    let any = |credentials: bool| {
        json!({ "allowOrigins": ["*"], "allowMethods": ["*"], "allowHeaders": ["*"],
                                          "exposeHeaders": ["*"], "allowCredentials": credentials })
    };
    assert_eq!(
        preflight(any(false), &[("access-control-request-headers", "x-a, x-b")]),
        ["allow-headers: *", "allow-methods: *", "allow-origin: *", "expose-headers: *", "max-age: 5"]
    );
    assert_eq!(
        preflight(any(true), &[("access-control-request-headers", "x-a, x-b")]),
        [
            "allow-credentials: true",
            "allow-headers: x-a, x-b",
            "allow-methods: GET",
            "allow-origin: https://a.com",
            "max-age: 5",
            "vary: access-control-request-headers",
            "vary: access-control-request-method",
            "vary: origin",
        ]
    );
    let without = preflight(any(true), &[]);
    assert!(
        !without.iter().any(|line| line.starts_with("allow-headers")),
        "omitted where the request names none: {without:?}"
    );
    let split = preflight(any(true), &[("access-control-request-headers", "x\r\ny: z")]);
    assert!(!split.iter().any(|line| line.starts_with("allow-headers")), "{split:?}");
}

#[test]
fn an_actual_request_is_forwarded_whatever_its_origin() {
    let cors =
        json!({ "allowOrigins": ["https://a.com"], "allowMethods": ["GET"], "exposeHeaders": ["x-c"] });
    let from = |origin| answer(cors.clone(), "GET", &[("origin", origin)]);
    assert_eq!(
        from("https://a.com"),
        (
            None,
            ["allow-origin: https://a.com", "expose-headers: x-c", "vary: origin"].map(String::from).into()
        )
    );
    assert_eq!(from("https://b.com"), (None, vec!["vary: origin".to_owned()]));
    let plain = answer(cors, "GET", &[]);
    assert_eq!(plain, (None, ["allow-origin: https://backend", "vary: origin"].map(String::from).into()));
}

#[test]
fn an_options_request_that_is_no_preflight_is_matched_as_such() {
    let (status, _) = answer(json!({ "allowOrigins": ["*"] }), "OPTIONS", &[("origin", "https://a.com")]);
    assert_eq!(status, Some(404), "the rule matches GET only");
}

#[test]
fn what_is_wrong_in_a_cors_filter() {
    for (cors, place, code) in [
        (json!({ "allowOrigins": ["a.com"] }), "/allowOrigins/0", "InvalidOrigin"),
        (json!({ "allowOrigins": ["*", "https://a.com"] }), "/allowOrigins", "WildcardNotAlone"),
        (json!({ "allowMethods": ["*", "GET"] }), "/allowMethods", "WildcardNotAlone"),
        (json!({ "allowMethods": ["get"] }), "/allowMethods/0", "UnsupportedValue"),
        (json!({ "allowHeaders": ["a b"] }), "/allowHeaders/0", "InvalidHeaderName"),
        (json!({ "maxAge": 0 }), "/maxAge", "OutOfRange"),
        (json!({ "allowCredentials": "true" }), "/allowCredentials", "WrongType"),
        (json!({ "allowOrigin": [] }), "/allowOrigin", "UnknownField"),
    ] {
        assert_eq!(rule_errors(rule(cors.clone())), [(format!("/filters/0/cors{place}"), code)], "{cors}");
    }
}

#[test]
fn a_preflight_reaches_no_backend_where_only_some_of_them_have_cors() {
    let cors = json!([{ "type": "CORS", "cors": { "allowOrigins": ["*"] } }]);
    let routes = routes(one_rule(json!({
        "matches": [{ "method": "GET" }],
        "backendRefs": [{ "name": "a", "port": 80, "filters": cors }, { "name": "b", "port": 80 }],
    })));
    let lines: [(&[u8], &[u8]); 3] =
        [(b":method", b"OPTIONS"), (b"origin", b"https://a.com"), (b"access-control-request-method", b"GET")];
    let request = RequestView::new(&lines, &|| None);
    for seed in 0..50 {
        let plan = routes.plan(&request, &mut Draw::seeded(seed));
        assert!(matches!(plan.outcome(&request, routes.settings()), Outcome::Answered(_)));
    }
}

#[test]
fn without_a_module_for_cors_a_preflight_goes_to_the_backend() {
    let routes = routes(one_rule(json!({
        "filters": [{ "type": "CORS", "cors": {} }], "backendRefs": [{ "name": "svc", "port": 80 }],
    })));
    let lines: [(&[u8], &[u8]); 3] =
        [(b":method", b"OPTIONS"), (b"origin", b"https://a.com"), (b"access-control-request-method", b"GET")];
    let plan = routes.plan(&RequestView::new(&lines, &|| None), &mut Draw::seeded(0));
    assert_eq!(plan.reply(crate::Kinds::BACKENDS, None), None);
    assert_eq!(plan.reply(crate::Kinds::ALL, None).unwrap().status, 204);
}
