//! Requests that go on.

use super::*;

const ROUTING: &str = r#"{"matches":[{"path":{"value":"/a"}}],
    "filters":[{"type":"RequestHeaderModifier","requestHeaderModifier":{
        "set":[{"name":"X-Set","value":"1"},{"name":"x-httproute-cluster","value":"evil/one/1"}],
        "add":[{"name":"x-add","value":"2"}],"remove":["x-gone"]}},
      {"type":"URLRewrite","urlRewrite":{"hostname":"b.example",
        "path":{"type":"ReplacePrefixMatch","replacePrefixMatch":"/b"}}}],
    "backendRefs":[{"name":"one","port":80}]}"#;

#[test]
fn the_combined_module_makes_all_changes_and_chooses_the_upstream_last() {
    let proxy = Proxy::new(COMBINED, &rules(ROUTING));
    let action = proxy.request(&get("/a/x?q=1", &[("x-gone", "1"), ("x-add", "1")]));
    assert_eq!(action, Action::Continue);
    let expected = [
        (":method", "GET"),
        (":scheme", "http"),
        ("x-add", "1"),
        ("x-set", "1"),
        ("x-add", "2"),
        (":path", "/b/x?q=1"),
        (":authority", "b.example"),
        ("x-httproute-cluster", "ns/one/80"),
    ];
    assert_eq!(proxy.host.sent(), memory::text(&lines(&expected)));
    assert_eq!(
        proxy.host.trace(),
        [
            "header_map",
            "set x-set",
            "add x-add",
            "remove x-gone",
            "set :path",
            "set :authority",
            "set x-httproute-cluster"
        ],
        "one call to read, one for each change, and no other"
    );
}

#[test]
fn a_client_cannot_choose_the_upstream_whatever_becomes_of_the_request() {
    let forged = [("x-httproute-cluster", "evil/one/1"), ("X-HTTPROUTE-CLUSTER", "evil/two/1")];
    let matched = Proxy::new(COMBINED, &rules(ROUTING));
    matched.request(&get("/a", &forged));
    assert_eq!(matched.host.sent_header("x-httproute-cluster").as_deref(), Some("ns/one/80"));

    let unmatched = Proxy::new(COMBINED, &rules_and(ROUTING, r#","unmatched":"pass""#));
    assert_eq!(unmatched.request(&get("/other", &forged)), Action::Continue);
    assert_eq!(unmatched.host.sent(), memory::text(&lines(&get("/other", &[]))));
    assert_eq!(unmatched.metric("httproute.httproute.requests.passed"), 1);

    for rule in [
        r#"{"backendRefs":[{"name":"one","port":80,"weight":-1}]}"#,
        r#"{"backendRefs":[{"name":"one","port":80,"weight":0}]}"#,
        r#"{"backendRefs":[]}"#,
    ] {
        let answered = Proxy::new(COMBINED, &rules(rule));
        assert_eq!(answered.request(&get("/", &forged)), Action::Pause, "{rule}");
        assert_eq!(answered.host.reply().unwrap().0, 500, "{rule}");
    }
}

#[test]
fn a_request_that_carries_nothing_private_costs_no_call_to_remove_it() {
    let proxy =
        Proxy::new(COMBINED, &rules_and(ROUTING, r#","unmatched":"pass","mirrorHeader":"x-mirror-{n}""#));
    proxy.request(&get("/other", &[]));
    assert_eq!(proxy.host.trace(), ["header_map"]);
}

#[test]
fn a_module_leaves_other_kinds_alone() {
    let cases = [
        (Kinds::HEADERS, vec!["set x-set", "add x-add", "remove x-gone"]),
        (Kinds::REWRITE, vec!["set :path", "set :authority"]),
        (Kinds::BACKENDS, vec!["set x-httproute-cluster"]),
        (Kinds::REDIRECT, vec![]),
        (Kinds::MIRROR, vec![]),
    ];
    for (kinds, changes) in cases {
        let proxy = Proxy::new(single(kinds), &rules(ROUTING));
        assert_eq!(proxy.request(&get("/a", &[])), Action::Continue);
        let trace = proxy.host.trace();
        let expected =
            ["header_map", "property httproute_decision", "set_property httproute_decision"].into_iter();
        assert_eq!(trace, expected.chain(changes).collect::<Vec<_>>(), "{kinds:?}");
    }
}

#[test]
fn mirror_headers_are_set_or_removed_on_every_path() {
    let rule = r#"{"matches":[{"path":{"value":"/two"}}],"backendRefs":[{"name":"one","port":80}],"filters":[
        {"type":"RequestMirror","requestMirror":{"backendRef":{"name":"m1","port":80}}},
        {"type":"RequestMirror","requestMirror":{"backendRef":{"name":"m2","port":80}}}]},
        {"matches":[{"path":{"value":"/none"}}],"backendRefs":[{"name":"one","port":80}]}"#;
    let configuration = rules_and(rule, r#","mirrorHeader":"x-m-{n}","unmatched":"pass""#);
    let forged = [("x-m-1", "evil"), ("x-m-2", "evil"), ("x-m-3", "evil"), ("x-m-4", "evil")];
    for module in [COMBINED, single(Kinds::MIRROR)] {
        let proxy = Proxy::new(module, &configuration);
        proxy.request(&get("/two", &forged));
        let mirrors: Vec<_> = proxy.host.sent().into_iter().filter(|(n, _)| n.starts_with("x-m-")).collect();
        assert_eq!(mirrors, memory::text(&lines(&[("x-m-1", "ns/m1/80"), ("x-m-2", "ns/m2/80")])));
        for path in ["/none", "/unmatched"] {
            proxy.request(&get(path, &forged));
            assert!(proxy.host.sent().iter().all(|(n, _)| !n.starts_with("x-m-")), "{path}");
        }
        assert_eq!(proxy.host.calls(), [], "the proxy carries them");
    }
}

#[test]
fn half_a_change_is_never_forwarded() {
    let proxy = Proxy::new(COMBINED, &rules(ROUTING));
    for changes in 0..6 {
        proxy.host.fail_after(Some(changes));
        assert_eq!(proxy.request(&get("/a", &[])), Action::Pause, "after {changes} changes");
        let (status, _, body, details) = proxy.host.reply().unwrap();
        assert_eq!((status, details.as_str()), (500, "httproute_host_failure"));
        assert_eq!(body, "the request could not be processed\n");
    }
    proxy.host.fail_after(Some(6));
    assert_eq!(proxy.request(&get("/a", &[])), Action::Continue);
    assert_eq!(proxy.metric("httproute.httproute.requests.host_failure"), 6);

    proxy.host.fail_after(Some(0));
    proxy.host.fail_replies();
    assert_eq!(proxy.request(&get("/a", &[])), Action::Pause);
    assert_eq!(proxy.host.resets(), 1, "a client is not left waiting");
}

#[test]
fn a_request_that_cannot_be_read_is_answered() {
    let proxy = Proxy::new(COMBINED, &rules(ROUTING));
    proxy.host.set_malformed(Some(vec![9, 0, 0, 0, 1]));
    assert_eq!(proxy.request(&get("/a", &[])), Action::Pause);
    assert_eq!(proxy.host.reply().unwrap().3, "httproute_host_failure");

    let unconfigured = Proxy::unconfigured(COMBINED, MemoryHost::default());
    assert_eq!(unconfigured.request(&get("/a", &[])), Action::Pause);
    assert_eq!(unconfigured.host.reply().unwrap().0, 500);
}

#[test]
fn bytes_that_are_not_utf8_pass_through() {
    let proxy = Proxy::new(COMBINED, &rules(r#"{"backendRefs":[{"name":"one","port":80}]}"#));
    let mut request = lines(&get("/", &[]));
    request[1].1 = b"/caf\xe9?\xff".to_vec();
    request.push((b"x-bytes".to_vec(), b"\xc3\x28".to_vec()));
    proxy.host.new_request(request);
    assert_eq!(proxy.headers(true).1, Action::Continue);
    assert_eq!(proxy.host.trace(), ["header_map", "set x-httproute-cluster"]);
}
