//! Requests that the module answers by itself.

use super::*;

const REDIRECT: &str = r#"{"filters":[
    {"type":"ResponseHeaderModifier","responseHeaderModifier":{"set":[{"name":"x-resp","value":"1"}]}},
    {"type":"RequestRedirect","requestRedirect":{"scheme":"https","hostname":"b.example","statusCode":301}}]}"#;

#[test]
fn each_reason_has_its_status_body_details_and_counter() {
    let rule = |filters_and_backends: &str| rules(&format!("{{{filters_and_backends}}}"));
    let dear = r#""matches":[{"path":{"type":"RegularExpression","value":"/.*(a?){1,6000}!"}}]"#;
    let long = format!("/{}", "a".repeat(1000));
    let cases = [
        (rule(dear), &*long, 400, "httproute_too_costly", "too_costly"),
        (rule(r#""matches":[{"path":{"value":"/x"}}]"#), "/", 404, "httproute_no_rule", "unmatched"),
        (rule(r#""backendRefs":[]"#), "/", 500, "httproute_no_backend", "no_backend"),
        (rule(""), "/../x", 400, "httproute_dot_segment", "bad_path"),
        (rule(r#""filters":[{"type":"Nonsense"}]"#), "/", 500, "httproute_broken_rule", "broken_rule"),
        (
            rules_and(
                r#"{"backendRefs":[{"name":"one","port":80}]}"#,
                r#","unresolved":{"/routes/0/spec/rules/0/backendRefs/0":"BackendNotFound"}"#,
            ),
            "/",
            500,
            "httproute_unresolved_backend",
            "unresolved_backend",
        ),
        (
            rules_and("{}", r#","misdirected":["a.example"]"#),
            "/",
            421,
            "httproute_misdirected",
            "misdirected",
        ),
    ];
    for (configuration, path, status, details, counter) in cases {
        let proxy = Proxy::new(COMBINED, &configuration);
        let (mut stream, action) = proxy.begin(&get(path, &[]), true);
        assert_eq!(action, Action::Pause, "{details}");
        let reply = proxy.host.reply().unwrap();
        assert_eq!((reply.0, reply.3.as_str()), (status, details));
        assert_eq!(reply.1, memory::text(&lines(&[("content-type", "text/plain")])), "{details}");
        assert!(reply.2.ends_with('\n'));
        assert_eq!(proxy.metric(&format!("httproute.httproute.requests.{counter}")), 1);
        assert_eq!(proxy.host.trace(), ["header_map", "reply"], "nothing is changed");
        assert_eq!(proxy.response(&mut stream, &[(":status", "500")]).len(), 1, "no rule's changes");
    }
}

#[test]
fn a_redirect_has_a_location_and_no_body() {
    let proxy = Proxy::new(COMBINED, &rules(REDIRECT));
    let (mut stream, action) = proxy.begin(&get("/p?q", &[]), true);
    assert_eq!(action, Action::Pause);
    let location = [("location", "https://b.example/p?q")];
    let expected = (301, memory::text(&lines(&location)), String::new(), "httproute_redirect".to_owned());
    assert_eq!(proxy.host.reply().unwrap(), expected);
    assert_eq!(proxy.metric("httproute.httproute.requests.redirected"), 1);
    let response = proxy.response(&mut stream, &[(":status", "301"), ("location", "x")]);
    assert_eq!(response.last().unwrap().0, "x-resp", "its response phase sees the answer");
}

#[test]
fn the_redirect_module_makes_the_response_changes_that_no_later_module_can() {
    let proxy = Proxy::new(single(Kinds::REDIRECT), &rules(REDIRECT));
    let (mut stream, _) = proxy.begin(&get("/p", &[]), true);
    let (_, headers, ..) = proxy.host.reply().unwrap();
    assert_eq!(headers, memory::text(&lines(&[("location", "https://b.example/p"), ("x-resp", "1")])));
    assert_eq!(proxy.response(&mut stream, &[(":status", "301")]).len(), 1, "but once");
}

#[test]
fn a_redirect_without_port_asks_the_proxy_on_which_it_listens() {
    let rule = r#"{"filters":[{"type":"RequestRedirect","requestRedirect":{"hostname":"b.example"}}]}"#;
    let proxy = Proxy::new(COMBINED, &rules(rule));
    proxy.host.new_request(lines(&get("/", &[])));
    proxy.host.set_property_before("destination.port", &8080_i64.to_le_bytes());
    proxy.headers(true);
    assert_eq!(proxy.host.trace(), ["header_map", "property destination.port", "reply"]);
    assert_eq!(proxy.host.reply().unwrap().1[0].1, "http://b.example:8080/");
    for port in [&b""[..], &[1], &(-1_i64).to_le_bytes(), &70_000_i64.to_le_bytes()] {
        proxy.host.new_request(lines(&get("/", &[])));
        proxy.host.set_property_before("destination.port", port);
        proxy.headers(true);
        assert_eq!(proxy.host.reply().unwrap().0, 302, "{port:?} is no port, and no panic");
    }
}

#[test]
fn a_module_that_chooses_no_backend_answers_only_for_what_is_wrong_in_its_own_kind() {
    let broken_header = r#"{"filters":[{"type":"RequestHeaderModifier",
        "requestHeaderModifier":{"set":[{"name":"a b","value":"1"}]}}],"backendRefs":[]}"#;
    for kinds in [Kinds::REDIRECT, Kinds::MIRROR, Kinds::REWRITE] {
        let proxy = Proxy::new(single(kinds), &rules(broken_header));
        assert_eq!(proxy.request(&get("/", &[])), Action::Continue, "{kinds:?}");
    }
    let proxy = Proxy::new(single(Kinds::HEADERS), &rules(broken_header));
    assert_eq!(proxy.request(&get("/", &[])), Action::Pause);
    assert_eq!(proxy.host.reply().unwrap().3, "httproute_broken_rule");
}

#[test]
fn a_redirect_of_a_broken_rule_is_none() {
    let rule = r#"{"filters":[{"type":"RequestRedirect","requestRedirect":{"hostname":"b.example"}},
        {"type":"RequestHeaderModifier","requestHeaderModifier":{"set":[{"name":"a b","value":"1"}]}}]}"#;
    for module in [COMBINED, single(Kinds::REDIRECT)] {
        let proxy = Proxy::new(module, &rules(rule));
        assert_eq!(proxy.request(&get("/", &[])), Action::Pause);
        assert_eq!(proxy.host.reply().unwrap().3, "httproute_broken_rule", "{}", module.name);
    }
}
