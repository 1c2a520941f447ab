//! Modules that share one decision.

use httproute_sdk::{Decision, NoRule};

use super::*;
use crate::chain::PROPERTY;

/// A rewrite to a path that another rule matches.
const REWRITE: &str = r#"
    {"matches":[{"path":{"value":"/a"}}],"backendRefs":[{"name":"one","port":80}],
     "filters":[{"type":"URLRewrite","urlRewrite":{"path":{"type":"ReplacePrefixMatch","replacePrefixMatch":"/b"}}}]},
    {"matches":[{"path":{"value":"/b"}}],"backendRefs":[{"name":"two","port":80}]}"#;

#[test]
fn a_later_module_goes_by_the_decision_of_the_first() {
    let first = Proxy::new(single(Kinds::REWRITE), &rules(REWRITE));
    first.request(&get("/a/x", &[]));
    let decision = first.host.kept(PROPERTY).unwrap();
    assert_eq!(first.host.sent_header(":path").as_deref(), Some("/b/x"));

    let last = Proxy::new(single(Kinds::BACKENDS), &rules(REWRITE));
    last.host.new_request(lines(&get("/b/x", &[])));
    last.host.set_property_before(PROPERTY, &decision);
    last.headers(true);
    assert_eq!(last.host.sent_header("x-httproute-cluster").as_deref(), Some("ns/one/80"));
    assert_eq!(
        last.host.trace(),
        ["header_map", "property httproute_decision", "set x-httproute-cluster"],
        "and keeps it as it is"
    );
}

#[test]
fn the_decision_that_no_rule_matches_travels_too() {
    let last = Proxy::new(single(Kinds::BACKENDS), &rules(REWRITE));
    last.request(&get("/c", &[]));
    let decision = last.host.kept(PROPERTY).unwrap();
    last.host.new_request(lines(&get("/b", &[])));
    last.host.set_property_before(PROPERTY, &decision);
    last.headers(true);
    assert_eq!(last.host.reply().unwrap().0, 404);
}

#[test]
fn what_another_configuration_decided_is_overwritten() {
    let proxy = Proxy::new(single(Kinds::BACKENDS), &rules(REWRITE));
    let foreign = Decision::NoRule(NoRule::Unmatched).to_bytes(0).to_vec();
    for kept in [foreign, b"nonsense".to_vec(), Vec::new()] {
        proxy.host.new_request(lines(&get("/b", &[])));
        proxy.host.set_property_before(PROPERTY, &kept);
        proxy.headers(true);
        assert_eq!(proxy.host.sent_header("x-httproute-cluster").as_deref(), Some("ns/two/80"));
        assert_ne!(proxy.host.kept(PROPERTY), Some(kept));
    }
}

#[test]
fn all_modules_of_a_chain_draw_alike() {
    let split =
        r#"{"backendRefs":[{"name":"one","port":80,"weight":1},{"name":"two","port":80,"weight":1}]}"#;
    let (first, second) = (
        Proxy::new(single(Kinds::BACKENDS), &rules(split)),
        Proxy::new(single(Kinds::BACKENDS), &rules(split)),
    );
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..100 {
        first.request(&get("/", &[]));
        second.host.new_request(lines(&get("/", &[])));
        second.host.set_property_before(PROPERTY, &first.host.kept(PROPERTY).unwrap());
        second.headers(true);
        let cluster = first.host.sent_header("x-httproute-cluster");
        assert_eq!(cluster, second.host.sent_header("x-httproute-cluster"));
        seen.insert(cluster);
    }
    assert_eq!(seen.len(), 2, "and not always the same");
}

#[test]
fn the_combined_module_neither_reads_nor_keeps_a_decision() {
    let proxy = Proxy::new(COMBINED, &rules(REWRITE));
    proxy.request(&get("/b", &[]));
    assert_eq!(proxy.host.kept(PROPERTY), None);
    assert_eq!(proxy.host.trace(), ["header_map", "set x-httproute-cluster"]);
}
