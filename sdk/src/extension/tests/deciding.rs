//! The request phase.

use super::*;

fn header(name: &str, value: &str) -> Value {
    json!({ "type": "RequestHeaderModifier", "requestHeaderModifier": { "set": [{ "name": name, "value": value }] } })
}

fn mirror(name: &str) -> Value {
    json!({ "type": "RequestMirror", "requestMirror": { "backendRef": { "name": name, "port": 80 }, "percent": 50 } })
}

#[test]
fn a_filter_sees_the_whole_request() {
    let routes = scripted(json!([{ "see": "x-seen" }, { "copy": ["x-bytes", "x-copy"] }]), json!([]));
    let seen = sent(&routes, &[("cookie", "a=b; session=42;c=d")], "x-seen").unwrap();
    assert_eq!(seen, r#"GET a.example /p Some("q=1") ns/r#0 Some("42") [(Some("ns/svc/80"), 1)]"#);
    let (_, headers) = outcome(&routes, &[]).unwrap();
    assert!(headers.contains(&(b"x-copy".to_vec(), b"\xff\xfe".to_vec())), "bytes stay bytes");
}

#[test]
fn a_filter_changes_headers_path_and_authority() {
    let steps = json!([
        { "set": ["X-Set", "1"] }, { "add": ["x-add", "2"] }, { "remove": "x-gone" },
        { "path": "/new?r=2" }, { "authority": "b.example:8080" },
    ]);
    let routes = scripted(steps, json!([]));
    let (cluster, headers) = outcome(&routes, &[("x-gone", "1"), ("x-add", "1"), ("x-set", "0")]).unwrap();
    assert_eq!(cluster, "ns/svc/80");
    let lines: Vec<_> = headers.iter().map(|(n, v)| (str::from_utf8(n).unwrap(), v.as_slice())).collect();
    for expected in [
        ("x-set", &b"1"[..]),
        ("x-add", b"1"),
        ("x-add", b"2"),
        (":path", b"/new?r=2"),
        (":authority", b"b.example:8080"),
    ] {
        assert!(lines.contains(&expected), "{expected:?} {lines:?}");
    }
    assert_eq!(lines.iter().filter(|(name, _)| ["x-set", "x-gone"].contains(name)).count(), 1);
}

#[test]
fn filters_run_in_the_order_of_the_rule_and_each_sees_what_those_before_it_changed() {
    let rule = json!({
        "filters": [
            header("x-first", "modifier"),
            reference("copies"),
            reference("sees"),
            { "type": "URLRewrite", "urlRewrite": { "hostname": "later.example" } },
        ],
        "backendRefs": [{ "name": "svc", "port": 80 }],
    });
    let copies = json!({ "request": [
        { "copy": ["x-first", "x-second"] }, { "copy": ["x-second", "x-third"] }, { "path": "/one" }, { "authority": "one.example" },
    ] });
    let objects =
        json!([object("copies", copies), object("sees", json!({ "request": [{ "see": "x-seen" }] }))]);
    let routes = routes(rule, objects);
    assert_eq!(sent(&routes, &[], "x-third").as_deref(), Some("modifier"), "its own changes too");
    assert!(sent(&routes, &[], "x-seen").unwrap().starts_with("GET one.example /one None"));
    assert_eq!(
        sent(&routes, &[], ":authority").as_deref(),
        Some("later.example"),
        "the later has the last word"
    );
}

#[test]
fn a_filter_of_the_rule_chooses_among_its_backends_and_theirs_run_after_it() {
    let backends = json!([
        { "name": "a", "port": 80, "weight": 99 },
        { "name": "none", "port": 80, "weight": 0 },
        { "name": "b", "port": 80, "weight": 1, "filters": [header("x-backend", "b"), reference("of-b")] },
    ]);
    let objects = |choice: usize, of_b: Value| {
        json!([
            object("chooses", json!({ "request": [{ "choose": choice }] })),
            object("of-b", json!({ "request": of_b }))
        ])
    };
    let rule = json!({ "filters": [reference("chooses")], "backendRefs": backends });
    let chosen = |choice, of_b| outcome(&routes(rule.clone(), objects(choice, of_b)), &[]);
    assert_eq!(chosen(0, json!([])).unwrap().0, "ns/a/80");
    let (cluster, headers) = chosen(1, json!([{ "copy": ["x-backend", "x-copy"] }])).unwrap();
    assert_eq!(cluster, "ns/b/80", "weight 0 is not counted");
    assert!(headers.contains(&(b"x-copy".to_vec(), b"b".to_vec())));
    assert_eq!(chosen(2, json!([])).unwrap_err(), (500, "httproute_extension_failed"), "there are two");
    assert_eq!(chosen(1, json!([{ "choose": 0 }])).unwrap_err().0, 500, "that backend is settled");
}

#[test]
fn an_answer_ends_the_request() {
    let rule = json!({
        "filters": [reference("answers"), reference("fails")],
        "backendRefs": [{ "name": "svc", "port": 80, "filters": [reference("fails")] }],
    });
    let objects = json!([
        object("answers", json!({ "request": [{ "set": ["x-a", "1"] }, { "answer": [429, "slowly\n"] }] })),
        object("fails", json!({ "request": [{ "fail": "must not run" }] })),
    ]);
    plan(&routes(rule, objects), &[], 1, |plan, request| {
        let Outcome::Answered(reply) = plan.outcome(request, &crate::Settings::default()) else { panic!() };
        assert_eq!((reply.status, reply.body, reply.details), (429, &b"slowly\n"[..], "httproute_extension"));
        assert_eq!(reply.headers, [(b"x-why".to_vec(), b"script".to_vec())]);
        assert!(reply.is_by_a_filter());
    });
    for status in [0, 101, 600] {
        let routes = scripted(json!([{ "answer": [status, ""] }]), json!([]));
        assert_eq!(outcome(&routes, &[]).unwrap_err(), (500, "httproute_extension_failed"), "{status}");
    }
}

#[test]
fn an_error_makes_a_500_and_leaves_nothing_behind_but_a_line_in_the_log() {
    let rule = json!({
        "filters": [
            { "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "copy", "port": 80 } } },
            { "type": "ResponseHeaderModifier", "responseHeaderModifier": { "set": [{ "name": "x-r", "value": "1" }] } },
            reference("fails"),
        ],
        "backendRefs": [{ "name": "svc", "port": 80 }],
    });
    let fails = json!({ "request": [{ "set": ["x-a", "1"] }, { "fail": "no\nclaim" }], "response": [{ "set": ["x-b", "1"] }] });
    let routes = routes(rule, json!([object("fails", fails)]));
    plan(&routes, &[], 1, |plan, request| {
        let Outcome::Answered(reply) = plan.outcome(request, routes.settings()) else { panic!() };
        assert_eq!((reply.status, reply.details), (500, "httproute_extension_failed"));
        assert!(plan.is_failed() && plan.request_headers.is_empty());
        assert_eq!(plan.copies(request, routes.settings()), []);
        let mut response = HeaderLines::new();
        assert_eq!(plan.respond(&mut response), Ok(()));
        assert!(response.is_empty(), "{response:?}");
        let line = "Script ns/fails: a request of ns/r#0 is answered with 500: no claim";
        assert_eq!(plan.extensions.unwrap().notes.log, [(Level::Error, line.to_owned())]);
    });
}

#[test]
fn what_could_split_a_header_leave_the_path_or_choose_an_upstream_is_an_error() {
    for step in [
        json!({ "set": ["x-httproute-cluster", "other"] }),
        json!({ "remove": "X-HTTPRoute-Cluster" }),
        json!({ "set": ["Host", "b"] }),
        json!({ "set": [":path", "/"] }),
        json!({ "set": ["x y", "1"] }),
        json!({ "set": ["x-a", "1\r\nx-b: 2"] }),
        json!({ "set": ["x-a", "1\u{0}"] }),
        json!({ "set": ["Content-Length", "3"] }),
        json!({ "add": ["transfer-encoding", "chunked"] }),
        json!({ "path": "a" }),
        json!({ "path": "//a" }),
        json!({ "path": "/a/../b" }),
        json!({ "path": "/a/%2e%2E/b" }),
        json!({ "path": "/a b" }),
        json!({ "path": "/a#b" }),
        json!({ "authority": "user@host" }),
        json!({ "authority": "" }),
    ] {
        let routes = scripted(json!([step.clone()]), json!([]));
        assert_eq!(outcome(&routes, &[]).unwrap_err(), (500, "httproute_extension_failed"), "{step}");
    }
}

#[test]
fn draws_follow_from_the_seed_and_the_place_and_shift_nothing() {
    let backends = json!([{ "name": "a", "port": 80 }, { "name": "b", "port": 80 }]);
    let draws = json!({ "request": [{ "draw": "x-draw" }, { "draw": "x-again" }] });
    let with = routes(
        json!({ "filters": [reference("d"), mirror("m"), reference("e")], "backendRefs": backends }),
        json!([object("d", draws), object("e", json!({ "request": [{ "draw": "x-other" }] }))]),
    );
    let without = routes(json!({ "filters": [mirror("m")], "backendRefs": backends }), json!([]));
    let drawn = |seed| {
        plan(&with, &[], seed, |plan, request| {
            let Outcome::Forwarded { headers, .. } = plan.outcome(request, with.settings()) else { panic!() };
            headers
                .into_iter()
                .filter(|(name, _)| name.starts_with(b"x-"))
                .map(|(_, value)| value)
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(drawn(7), drawn(7));
    let mut all: Vec<_> = (0..50).flat_map(|seed| drawn(seed).split_off(1)).collect();
    all.sort();
    all.dedup();
    assert!(all.len() > 145, "they differ by seed, place and turn: {}", all.len());
    for seed in 0..200 {
        let decided =
            |routes| plan(routes, &[], seed, |plan, _| (format!("{:?}", plan.backend), plan.mirrors.len()));
        assert_eq!(decided(&with), decided(&without));
    }
}

#[test]
fn a_preflight_and_a_redirect_before_it_pass_a_filter_by() {
    let cors = json!({ "type": "CORS", "cors": { "allowOrigins": ["*"] } });
    let backends = json!([{ "name": "svc", "port": 80 }]);
    let fails = json!([object("s", json!({ "request": [{ "fail": "must not run" }] }))]);
    let routes = routes(json!({ "filters": [reference("s"), cors], "backendRefs": backends }), fails);
    let headers: [(&[u8], &[u8]); 4] = [
        (b":method", b"OPTIONS"),
        (b":path", b"/"),
        (b"origin", b"null"),
        (b"access-control-request-method", b"GET"),
    ];
    let request = RequestView::new(&headers, &|| None);
    let plan = routes.plan(&request, &mut Draw::seeded(1));
    assert!(plan.preflight && plan.extensions.is_none());
}

#[test]
fn a_copy_shows_what_filters_before_the_mirror_did_and_an_answer_sends_those_before_it() {
    let mirror =
        json!({ "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "m", "port": 80 } } });
    let rule = json!({
        "filters": [reference("one"), mirror, reference("two"), mirror],
        "backendRefs": [{ "name": "svc", "port": 80 }],
    });
    let copies = |two: Value| {
        let one = json!({ "request": [{ "set": ["x-one", "1"] }] });
        let routes = routes(rule.clone(), json!([object("one", one), object("two", two)]));
        plan(&routes, &[], 1, |plan, request| {
            let has = |copy: &crate::Copy<'_>, name: &[u8]| copy.headers.iter().any(|(n, _)| n == name);
            let copies = plan.copies(request, routes.settings());
            copies.iter().map(|copy| (has(copy, b"x-one"), has(copy, b"x-two"))).collect::<Vec<_>>()
        })
    };
    assert_eq!(copies(json!({ "request": [{ "set": ["x-two", "1"] }] })), [(true, false), (true, true)]);
    assert_eq!(copies(json!({ "request": [{ "answer": [401, ""] }] })), [(true, false)]);
}

#[test]
fn a_rule_in_which_something_else_is_wrong_does_not_ask_its_filters() {
    let mut configuration =
        one_rule(json!({ "filters": [reference("s")], "backendRefs": [{ "name": "svc", "port": 0 }] }));
    configuration["extensions"] = json!([object("s", json!({ "request": [{ "answer": [200, "fine"] }] }))]);
    let (routes, problems) = decode(&configuration);
    assert_eq!(problems.len(), 1);
    assert_eq!(outcome(&routes, &[]).unwrap_err(), (500, "httproute_broken_rule"));
}

#[test]
fn lines_and_counts_are_data() {
    let routes = scripted(json!([{ "log": "from a client:\r\n\u{1b}[31mred" }]), json!([]));
    plan(&routes, &[], 1, |plan, _| {
        let notes = plan.extensions.unwrap().notes;
        assert_eq!(notes.log, [(Level::Warn, "Script ns/s: from a client:   [31mred".to_owned())]);
        assert_eq!(notes.counts, [("lines", 1)]);
    });
    let routes = scripted(json!([{ "fail": "ü".repeat(60_000) }]), json!([]));
    plan(&routes, &[], 1, |plan, _| {
        let (_, line) = &plan.extensions.unwrap().notes.log[0];
        assert!(line.ends_with("ü…") && line.chars().count() < 1100, "{line}");
    });
}
