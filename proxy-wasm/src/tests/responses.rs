//! The response phase.

use super::*;

const CHANGES: &str = r#""filters":[{"type":"ResponseHeaderModifier","responseHeaderModifier":{
    "set":[{"name":"x-set","value":"1"}],"add":[{"name":"x-add","value":"2"}],"remove":["server"]}}]"#;

fn changed() -> Vec<(String, String)> {
    memory::text(&lines(&[(":status", "200"), ("x-add", "1"), ("x-set", "1"), ("x-add", "2")]))
}

const RESPONSE: [(&str, &str); 3] = [(":status", "200"), ("x-add", "1"), ("server", "b")];

#[test]
fn the_changes_of_the_matched_rule_are_made_on_any_response() {
    let configuration = rules(&format!(r#"{{{CHANGES},"backendRefs":[{{"name":"one","port":80}}]}}"#));
    for module in [COMBINED, single(Kinds::HEADERS)] {
        let proxy = Proxy::new(module, &configuration);
        let (mut stream, _) = proxy.begin(&get("/", &[]), true);
        assert_eq!(proxy.response(&mut stream, &RESPONSE), changed());
    }
    let proxy = Proxy::new(single(Kinds::BACKENDS), &configuration);
    let (mut stream, _) = proxy.begin(&get("/", &[]), true);
    assert_eq!(proxy.response(&mut stream, &RESPONSE).len(), 3, "it leaves headers alone");
}

#[test]
fn a_stream_keeps_the_configuration_that_it_began_with() {
    let proxy =
        Proxy::new(COMBINED, &rules(&format!(r#"{{{CHANGES},"backendRefs":[{{"name":"one","port":80}}]}}"#)));
    let (mut running, _) = proxy.begin(&get("/", &[]), true);
    assert!(proxy.configure(&rules(r#"{"backendRefs":[{"name":"two","port":80}]}"#)));
    assert_eq!(proxy.response(&mut running, &RESPONSE), changed());
    proxy.request(&get("/", &[]));
    assert_eq!(proxy.host.sent_header("x-httproute-cluster").as_deref(), Some("ns/two/80"));
    assert!(!proxy.configure("no JSON"));
    proxy.request(&get("/", &[]));
    assert_eq!(
        proxy.host.sent_header("x-httproute-cluster").as_deref(),
        Some("ns/two/80"),
        "the last good one"
    );
}

#[test]
fn the_500_of_a_rule_that_is_broken_elsewhere_carries_no_changes() {
    let configuration =
        rules(&format!(r#"{{{CHANGES},"backendRefs":[{{"name":"one","port":80,"weight":-1}}]}}"#));
    let proxy = Proxy::new(single(Kinds::HEADERS), &configuration);
    let (mut stream, action) = proxy.begin(&get("/", &[]), true);
    assert_eq!(action, Action::Continue, "the weight is another module's");
    proxy.host.set_property_before("response.code_details", b"httproute_broken_rule");
    assert_eq!(proxy.response(&mut stream, &RESPONSE).len(), 3);
    // Where no other module answers for the rule, the response is the backend's.
    let (mut stream, _) = proxy.begin(&get("/", &[]), true);
    proxy.host.set_property_before("response.code_details", b"via_upstream");
    assert_eq!(proxy.response(&mut stream, &RESPONSE), changed());
}

#[test]
fn the_500_for_a_backend_that_cannot_be_resolved_carries_the_changes() {
    let configuration = rules_and(
        &format!(r#"{{{CHANGES},"backendRefs":[{{"name":"one","port":80}}]}}"#),
        r#","unresolved":{"/routes/0/spec/rules/0/backendRefs/0":"BackendNotFound"}"#,
    );
    let proxy = Proxy::new(COMBINED, &configuration);
    let (mut stream, _) = proxy.begin(&get("/", &[]), true);
    assert_eq!(proxy.host.reply().unwrap().0, 500);
    assert_eq!(proxy.response(&mut stream, &RESPONSE), changed());
}

#[test]
fn a_change_that_the_proxy_refuses_is_counted_and_the_others_are_made() {
    let proxy =
        Proxy::new(COMBINED, &rules(&format!(r#"{{{CHANGES},"backendRefs":[{{"name":"one","port":80}}]}}"#)));
    let (mut stream, _) = proxy.begin(&get("/", &[]), true);
    proxy.host.fail_after(Some(1));
    assert!(proxy.response(&mut stream, &RESPONSE).contains(&("x-set".to_owned(), "1".to_owned())));
    assert_eq!(proxy.metric("httproute.httproute.responses.host_failure"), 2);
}
