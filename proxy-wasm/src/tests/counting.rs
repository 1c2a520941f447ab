//! Metrics.

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
