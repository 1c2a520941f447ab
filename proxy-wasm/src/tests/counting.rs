//! Metrics.

use std::time::Duration;

use super::*;

const RULE: &str = r#"{"backendRefs":[{"name":"one","port":80}]}"#;

#[test]
fn nothing_is_told_to_the_proxy_before_the_tick_and_all_of_it_after() {
    let proxy = Proxy::new(COMBINED, &rules(RULE));
    for _ in 0..3 {
        proxy.request(&get("/", &[]));
    }
    assert_eq!(proxy.host.metric("httproute.httproute.requests.forwarded"), 0);
    proxy.root.borrow_mut().on_tick();
    assert_eq!(proxy.host.metric("httproute.httproute.requests.forwarded"), 3);
    proxy.root.borrow_mut().on_tick();
    assert_eq!(proxy.host.metric("httproute.httproute.requests.forwarded"), 3, "nothing twice");
    proxy.request(&get("/", &[]));
    assert!(proxy.root.borrow_mut().on_done());
    assert_eq!(proxy.host.metric("httproute.httproute.requests.forwarded"), 4, "the rest at the end");
}

/// The host of these tests does not let a name be defined twice.
#[test]
fn a_configuration_that_takes_the_place_of_another_goes_on_with_its_metrics() {
    let (ids, host) = (Rc::default(), MemoryHost::default());
    let rule = r#"{"name":"canary","backendRefs":[{"name":"one","port":80}]}"#;
    for _ in 0..3 {
        let proxy = Proxy::in_vm(COMBINED, Rc::clone(&ids), host.clone());
        assert!(proxy.configure(&rules(rule)));
        proxy.request(&get("/", &[]));
        assert!(proxy.root.borrow_mut().on_done());
    }
    assert_eq!(host.metric("httproute.httproute.requests.forwarded"), 3);
    let counter = host.metric_names().into_iter().find(|name| name.contains(".rules.")).unwrap();
    assert_eq!(host.metric(&counter), 3);
}

/// Envoy goes on with the timer of a root context that is gone.
#[test]
fn a_root_context_stops_its_timer_when_it_goes() {
    let proxy = Proxy::new(COMBINED, &rules(RULE));
    assert_eq!(proxy.host.tick_period(), Duration::from_secs(1));
    assert!(proxy.root.borrow_mut().on_done());
    assert_eq!(proxy.host.tick_period(), Duration::ZERO);
}

#[test]
fn a_configuration_that_is_taken_is_told_at_once_and_the_memory_with_it() {
    let proxy = Proxy::new(COMBINED, &rules(RULE));
    assert_eq!(proxy.host.metric("httproute.httproute.configurations.taken"), 1);
    // Where configurations follow each other faster than the timer ticks, nothing else would tell.
    assert_ne!(proxy.host.metric("httproute.httproute.memory.bytes"), 0);
}

#[test]
fn a_module_has_only_the_metrics_that_it_can_have() {
    let names = |kinds| Proxy::new(single(kinds), &rules(RULE)).host.metric_names();
    let redirect = names(Kinds::REDIRECT);
    assert!(redirect.contains(&"httproute.single.requests.redirected".to_owned()));
    assert!(
        redirect.iter().all(|name| !name.contains("mirrors") && !name.contains("no_backend")),
        "{redirect:?}"
    );
    let mirror = names(Kinds::MIRROR);
    assert!(mirror.contains(&"httproute.single.mirrors.sent".to_owned()));
    assert!(mirror.iter().all(|name| !name.contains("redirected")), "{mirror:?}");
    assert!(names(Kinds::ALL).len() > mirror.len());
}

#[test]
fn a_named_rule_has_a_counter_and_its_name_goes_to_the_access_log() {
    let named = rules(r#"{"name":"canary","backendRefs":[{"name":"one","port":80}]}"#).replacen(
        '{',
        r#"{"ruleProperty":"httproute_rule","#,
        1,
    );
    let proxy = Proxy::new(COMBINED, &named);
    proxy.request(&get("/", &[]));
    proxy.request(&get("/", &[]));
    proxy.root.borrow_mut().on_tick();
    let counter = proxy.host.metric_names().into_iter().find(|name| name.contains(".rules.")).unwrap();
    assert!(counter.ends_with("#canary.requests"), "{counter}");
    assert_eq!(proxy.host.metric(&counter), 2);
    let kept = String::from_utf8(proxy.host.kept("httproute_rule").unwrap()).unwrap();
    assert!(kept.ends_with("#canary"), "{kept}");
}

#[test]
fn cors_and_timeouts_reach_the_proxy() {
    let cors = r#"{"type":"CORS","cors":{"allowOrigins":["https://a.com"]}}"#;
    let proxy = Proxy::new(
        COMBINED,
        &rules(&format!(
            r#"{{"filters":[{cors}],"timeouts":{{"request":"1s","backendRequest":"500ms"}},"backendRefs":[{{"name":"one","port":80}}]}}"#
        )),
    );
    proxy.request(&get("/", &[("origin", "https://a.com")]));
    assert_eq!(proxy.host.sent_header("x-envoy-upstream-rq-timeout-ms").as_deref(), Some("1000"));
    assert_eq!(proxy.host.sent_header("x-envoy-upstream-rq-per-try-timeout-ms").as_deref(), Some("500"));
}
