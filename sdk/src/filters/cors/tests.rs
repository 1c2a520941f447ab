use serde_json::{Value, json};

use crate::testing::{decode, one_rule, routes, rule_errors};
use crate::{Draw, HeaderLines, Outcome, RequestView, Severity};

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
    let of_backend = ["access-control-allow-origin", "access-control-allow-private-network"];
    let of_backend = of_backend.map(|name| (name.as_bytes().to_vec(), b"https://backend".to_vec()));
    let mut response: HeaderLines = of_backend.into();
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
    let of_backend =
        ["allow-origin: https://backend", "allow-private-network: https://backend", "vary: origin"];
    assert_eq!(plain, (None, of_backend.map(String::from).into()));
}

/// "always send `Access-Control-Allow-Origin` … even for non-CORS requests — and do not use `Vary`": a cache may give the answer
/// to a request without Origin to one with it.
#[test]
fn a_star_is_sent_whatever_the_origin_and_without_one() {
    let cors = json!({ "allowOrigins": ["*"], "exposeHeaders": ["x-c"] });
    let expected = ["allow-origin: *", "expose-headers: x-c"].map(String::from);
    for headers in [&[][..], &[("origin", "file://")], &[("origin", "null")], &[("origin", "nonsense")]] {
        assert_eq!(answer(cors.clone(), "GET", headers), (None, expected.clone().into()), "{headers:?}");
    }
}

#[test]
fn with_credentials_a_file_is_an_origin_as_others_are() {
    let cors = json!({ "allowOrigins": ["*"], "allowCredentials": true });
    let (_, headers) = answer(cors, "GET", &[("origin", "file://")]);
    assert_eq!(headers, ["allow-credentials: true", "allow-origin: file://", "vary: origin"]);
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
fn of_a_rule_and_its_backend_the_rule_has_the_word_for_preflights_and_requests() {
    let cors = |origin| json!({ "type": "CORS", "cors": { "allowOrigins": [origin] } });
    let configuration = one_rule(json!({
        "filters": [cors("https://a.com")],
        "backendRefs": [{ "name": "a", "port": 80, "filters": [cors("https://b.com")] }],
    }));
    let (routes, problems) = decode(configuration);
    let found: Vec<_> = problems.iter().map(|p| (p.severity, &*p.pointer, p.code)).collect();
    let place = "/routes/0/spec/rules/0/backendRefs/0/filters/0";
    assert_eq!(found, [(Severity::Warning, place, "ConflictingCors")]);
    for method in ["GET", "OPTIONS"] {
        for (origin, allowed) in [("https://a.com", true), ("https://b.com", false)] {
            let lines = [(":method", method), ("origin", origin), ("access-control-request-method", "GET")]
                .map(|(name, value)| (name.as_bytes(), value.as_bytes()));
            let plan = routes.plan(&RequestView::new(&lines, &|| None), &mut Draw::seeded(0));
            let mut response = HeaderLines::new();
            plan.respond(&mut response).unwrap();
            let allows = response.iter().any(|(name, _)| name == b"access-control-allow-origin");
            assert_eq!(allows, allowed, "{method} {origin}");
        }
    }
}

#[test]
fn a_preflight_reaches_no_backend_where_only_some_of_them_have_cors() {
    let cors = json!([{ "type": "CORS", "cors": { "allowOrigins": ["*"] } }]);
    let (routes, problems) = decode(one_rule(json!({
        "matches": [{ "method": "GET" }],
        "backendRefs": [{ "name": "a", "port": 80, "filters": cors }, { "name": "b", "port": 80 }],
    })));
    let found: Vec<_> = problems.iter().map(|p| (p.severity, &*p.pointer, p.code)).collect();
    assert_eq!(found, [(Severity::Warning, "/routes/0/spec/rules/0/backendRefs", "ConflictingCors")]);
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
