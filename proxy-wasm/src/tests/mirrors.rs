//! Copies that the module sends.

use super::*;
use crate::outbox::MAX_CALLS;

/// A rule with mirrors to these services, to the backend `one`.
fn mirroring(services: &[&str], more: &str) -> String {
    let filters: Vec<_> = services
        .iter()
        .map(|name| {
            format!(
                r#"{{"type":"RequestMirror","requestMirror":{{"backendRef":{{"name":"{name}","port":80}}}}}}"#
            )
        })
        .collect();
    rules_and(
        &format!(r#"{{"filters":[{}],"backendRefs":[{{"name":"one","port":80}}]}}"#, filters.join(",")),
        more,
    )
}

fn post<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut request =
        vec![(":authority", "a.example"), (":path", "/p"), (":method", "POST"), (":scheme", "http")];
    request.extend_from_slice(more);
    request
}

const M: &str = "httproute.httproute.mirrors";

#[test]
fn a_request_without_body_is_copied_at_once_without_what_is_the_connections_or_private() {
    let proxy = Proxy::new(COMBINED, &mirroring(&["m"], ""));
    let mut request = lines(&get("/p?q", &[("x-httproute-cluster", "evil"), ("te", "trailers")]));
    request.extend(lines(&[("expect", "100-continue"), ("connection", "keep-alive"), ("upgrade", "h2c")]));
    request.push((b"x-bytes".to_vec(), b"\xff\xfe".to_vec()));
    proxy.host.new_request(request);
    assert_eq!(proxy.headers(true).1, Action::Continue);
    let calls = proxy.host.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(&*calls[0].cluster, "ns/m/80");
    let mut expected = lines(&get("/p?q", &[]));
    expected.push((b"x-bytes".to_vec(), b"\xff\xfe".to_vec()));
    assert_eq!(calls[0].headers, expected);
    assert_eq!(proxy.host.context(), 2, "the callback goes on as the stream's");
    assert_eq!(proxy.host.sent_header("x-httproute-cluster").as_deref(), Some("ns/one/80"));
    assert_eq!(proxy.metric(&format!("{M}.sent")), 1);
}

#[test]
fn the_body_is_copied_while_it_streams_by_and_shared_by_all_copies() {
    let proxy = Proxy::new(COMBINED, &mirroring(&["m", "n"], ""));
    let (mut stream, action) = proxy.begin(&post(&[("content-length", "8")]), false);
    assert_eq!(action, Action::Continue);
    proxy.body(&mut stream, b"hello", false);
    proxy.body(&mut stream, b"abc", false);
    assert_eq!(proxy.host.calls(), [], "not before it is complete");
    proxy.body(&mut stream, b"", true);
    let calls = proxy.host.calls();
    assert_eq!(calls.iter().map(|call| &*call.cluster).collect::<Vec<_>>(), ["ns/m/80", "ns/n/80"]);
    for call in &calls {
        assert_eq!(*call.body, b"helloabc");
        assert!(call.headers.contains(&(b"content-length".to_vec(), b"8".to_vec())));
    }
    assert!(Rc::ptr_eq(&calls[0].body, &calls[1].body));
}

#[test]
fn a_body_that_trailers_follow_is_sent_with_them() {
    let proxy = Proxy::new(COMBINED, &mirroring(&["m"], ""));
    let (mut stream, _) = proxy.begin(&post(&[]), false);
    proxy.body(&mut stream, b"hello", false);
    proxy.host.set_trailers(vec![(b"x-sum".to_vec(), b"1\xff".to_vec())]);
    assert_eq!(stream.on_http_request_trailers(1), Action::Continue);
    let calls = proxy.host.calls();
    assert_eq!(*calls[0].body, b"hello");
    assert_eq!(*calls[0].trailers, [(b"x-sum".to_vec(), b"1\xff".to_vec())]);
    assert!(calls[0].headers.contains(&(b"content-length".to_vec(), b"5".to_vec())), "now it is known");
    drop(stream);
    assert_eq!(proxy.metric(&format!("{M}.aborted")), 0);
}

#[test]
fn the_copy_shows_what_the_filters_before_the_mirror_did_and_no_more() {
    let rule = r#"{"backendRefs":[{"name":"one","port":80}],"filters":[
        {"type":"URLRewrite","urlRewrite":{"hostname":"b.example","path":{"type":"ReplaceFullPath","replaceFullPath":"/new"}}},
        {"type":"RequestMirror","requestMirror":{"backendRef":{"name":"m","port":80}}},
        {"type":"RequestHeaderModifier","requestHeaderModifier":{"set":[{"name":"x-late","value":"1"}]}}]}"#;
    let configuration = rules_and(rule, r#","mirrorHeader":"x-m-{n}""#);
    let proxy = Proxy::new(COMBINED, &configuration);
    proxy.request(&get("/old", &[("x-m-1", "evil")]));
    let calls = proxy.host.calls();
    assert_eq!(calls.len(), 1, "the proxy cannot carry it: a later filter changes the request");
    let mut expected = get("/new", &[]);
    expected[0].1 = "b.example";
    assert_eq!(calls[0].headers, lines(&expected));
    assert_eq!(proxy.host.sent_header("x-m-1"), None);
    assert_eq!(proxy.host.sent_header("x-late").as_deref(), Some("1"));

    let alone = Proxy::new(single(Kinds::MIRROR), &configuration);
    alone.request(&get("/old", &[]));
    assert_eq!(
        alone.host.calls()[0].headers,
        lines(&get("/old", &[])),
        "it copies the request as it gets it"
    );
}

#[test]
fn a_body_over_the_limit_is_given_up_and_the_request_goes_on() {
    let proxy = Proxy::new(COMBINED, &mirroring(&["m", "n"], r#","mirrorBodyLimit":8"#));
    let (mut told, _) = proxy.begin(&post(&[("content-length", "9")]), false);
    proxy.body(&mut told, b"123456789", true);
    assert!(!proxy.host.trace().contains(&"buffer".to_owned()), "known beforehand: nothing is copied");
    let (mut untold, _) = proxy.begin(&post(&[]), false);
    proxy.body(&mut untold, b"12345678", false);
    proxy.body(&mut untold, b"9", false);
    proxy.body(&mut untold, b"more", true);
    assert_eq!(proxy.host.calls(), []);
    assert_eq!(proxy.metric(&format!("{M}.too_large")), 4);
    let (mut exact, _) = proxy.begin(&post(&[("content-length", "8")]), false);
    proxy.body(&mut exact, b"12345678", true);
    assert_eq!(proxy.host.calls().len(), 2);
    drop((told, untold, exact));
    assert_eq!(proxy.metric(&format!("{M}.aborted")), 0, "given up is not aborted");
}

#[test]
fn a_request_that_ends_before_its_body_sends_nothing_and_frees_what_it_held() {
    let proxy = Proxy::new(COMBINED, &mirroring(&["m", "n"], ""));
    let (mut stream, _) = proxy.begin(&post(&[]), false);
    proxy.body(&mut stream, b"half", false);
    drop(stream);
    assert_eq!(proxy.host.calls(), []);
    assert_eq!(proxy.metric(&format!("{M}.aborted")), 2);
    assert_eq!(proxy.root.borrow().vm().held.get(), 0);
}

#[test]
fn many_bodies_at_once_are_bounded() {
    let proxy = Proxy::new(COMBINED, &mirroring(&["m"], r#","mirrorBodyLimit":16777216"#));
    let chunk = vec![b'x'; 16 << 20];
    let mut held = Vec::new();
    for _ in 0..3 {
        let (mut stream, _) = proxy.begin(&post(&[]), false);
        proxy.body(&mut stream, &chunk, false);
        held.push(stream);
    }
    assert_eq!(proxy.root.borrow().vm().held.get(), httproute_sdk::Settings::MIRROR_BODIES);
    assert_eq!(proxy.metric(&format!("{M}.overloaded")), 1);
    held.clear();
    assert_eq!(proxy.root.borrow().vm().held.get(), 0);
}

#[test]
fn copies_that_wait_for_their_answer_are_bounded() {
    let proxy = Proxy::new(COMBINED, &mirroring(&["m"], ""));
    for _ in 0..MAX_CALLS + 2 {
        proxy.request(&get("/", &[]));
    }
    assert_eq!(proxy.host.calls().len(), MAX_CALLS);
    assert_eq!(proxy.metric(&format!("{M}.overloaded")), 2);
    proxy.answer_call(Some("200"));
    proxy.answer_call(Some("503"));
    proxy.answer_call(None);
    for _ in 0..4 {
        proxy.request(&get("/", &[]));
    }
    assert_eq!(proxy.metric(&format!("{M}.sent")), MAX_CALLS as i64 + 3);
    assert_eq!(proxy.metric(&format!("{M}.completed")), 1);
    assert_eq!(proxy.metric(&format!("{M}.failed")), 2);
}

#[test]
fn an_upstream_that_does_not_exist_or_has_no_host_never_shows_in_the_request() {
    let proxy = Proxy::new(COMBINED, &mirroring(&["unknown", "no-host", "m"], ""));
    assert_eq!(proxy.request(&get("/", &[])), Action::Continue);
    assert_eq!(proxy.host.calls().len(), 1);
    assert_eq!(proxy.metric(&format!("{M}.no_cluster")), 1);
    assert_eq!(proxy.metric(&format!("{M}.failed")), 1);
    assert_eq!(proxy.host.sent_header("x-httproute-cluster").as_deref(), Some("ns/one/80"));
}

#[test]
fn headers_that_the_host_would_drop_silently_are_too_large() {
    let proxy = Proxy::new(COMBINED, &mirroring(&["m"], ""));
    let large = "x".repeat(1 << 20);
    proxy.request(&get("/", &[("x-large", &large)]));
    proxy.request(&get("/", &vec![("x", "y"); 1024]));
    assert_eq!(proxy.host.calls(), []);
    assert_eq!(proxy.metric(&format!("{M}.too_large")), 2);
}

#[test]
fn a_request_that_is_answered_is_copied_by_the_module_where_it_is_complete() {
    let rule = r#"{"filters":[
        {"type":"RequestMirror","requestMirror":{"backendRef":{"name":"m","port":80}}},
        {"type":"RequestRedirect","requestRedirect":{"hostname":"b.example"}}]}"#;
    let proxy = Proxy::new(COMBINED, &rules_and(rule, r#","mirrorHeader":"x-m-{n}""#));
    assert_eq!(proxy.request(&get("/", &[])), Action::Pause);
    assert_eq!(proxy.host.calls().len(), 1);
    assert_eq!(proxy.begin(&post(&[]), false).1, Action::Pause);
    assert_eq!(proxy.host.calls().len(), 1, "its body will never come by");
    assert_eq!(proxy.metric(&format!("{M}.aborted")), 1);
}

#[test]
fn what_the_proxy_would_carry_is_the_modules_where_no_upstream_gets_the_request() {
    let rule = r#"{"filters":[{"type":"RequestMirror","requestMirror":{"backendRef":{"name":"m","port":80}}}],
        "backendRefs":[{"name":"one","port":80}]}"#;
    let configuration = rules_and(
        rule,
        r#","mirrorHeader":"x-m-{n}","unresolved":{"/routes/0/spec/rules/0/backendRefs/0":"BackendNotFound"}"#,
    );
    for module in [COMBINED, single(Kinds::MIRROR)] {
        let proxy = Proxy::new(module, &configuration);
        proxy.request(&get("/", &[]));
        assert_eq!(proxy.host.calls().len(), 1, "{}", module.name);
        assert_eq!(proxy.host.sent_header("x-m-1"), None, "and not a second time");
    }
}

#[test]
fn a_broken_rule_sends_no_copies() {
    let rule = r#"{"filters":[{"type":"RequestMirror","requestMirror":{"backendRef":{"name":"m","port":80}}}],
        "backendRefs":[{"name":"one","port":80,"weight":-1}]}"#;
    let proxy = Proxy::new(COMBINED, &rules(rule));
    assert_eq!(proxy.request(&get("/", &[])), Action::Pause);
    assert_eq!(proxy.host.calls(), []);
    // What is wrong is another module's to answer for, but its request must not reach the mirror either.
    let proxy = Proxy::new(single(Kinds::MIRROR), &rules(rule));
    assert_eq!(proxy.request(&get("/", &[])), Action::Continue);
    assert_eq!(proxy.host.calls(), []);
}

#[test]
fn a_root_that_is_replaced_waits_for_the_answers() {
    let proxy = Proxy::new(COMBINED, &mirroring(&["m", "n"], ""));
    proxy.request(&get("/", &[]));
    assert!(!proxy.root.borrow_mut().on_done(), "else the proxy would reset the calls");
    proxy.answer_call(Some("200"));
    assert_eq!(proxy.host.dones(), 0);
    proxy.answer_call(Some("200"));
    assert_eq!(proxy.host.dones(), 1);
    assert_eq!(proxy.host.metric(&format!("{M}.completed")), 2, "counted, though no tick comes any more");
}
