//! What the checks of the host cost. What they are for is tested on hosts that fail them, in `tests/host/tests/habits.rs`.

use super::*;

const RULE: &str = r#"{"filters":[{"type":"URLRewrite","urlRewrite":{"hostname":"b.example",
    "path":{"type":"ReplacePrefixMatch","replacePrefixMatch":"/b"}}}],"backendRefs":[{"name":"one","port":80}]}"#;

#[test]
fn the_checks_cost_calls_in_the_first_changed_request_only() {
    let proxy = Proxy::unconfigured(COMBINED, MemoryHost::default());
    assert!(proxy.configure(&rules(RULE)));
    proxy.request(&get("/a", &[]));
    let tried = [
        "set x-httproute-probe",
        "header",
        "remove x-httproute-probe",
        "header",
        "add x-httproute-probe",
        "header",
        "remove x-httproute-probe",
    ];
    let rewritten = ["set :path", "header", "set :authority", "header", "set x-httproute-cluster"];
    assert_eq!(proxy.host.trace(), [&["header_map"], &tried[..], &rewritten].concat());
    assert!(proxy.host.sent().iter().all(|(name, _)| name != "x-httproute-probe"));

    proxy.request(&get("/a", &[]));
    assert_eq!(proxy.host.trace(), ["header_map", "set :path", "set :authority", "set x-httproute-cluster"]);
}

#[test]
fn of_a_request_with_very_many_headers_it_is_tried_out_whether_all_are_shown() {
    let proxy = Proxy::new(COMBINED, &rules(r#"{"backendRefs":[{"name":"one","port":80}]}"#));
    for (more, calls) in [(95, 2), (96, 5)] {
        proxy.request(&get("/", &vec![("x-pad", "1"); more]));
        assert_eq!(proxy.host.sent().len(), 4 + more + 1);
        assert_eq!(proxy.host.trace().len(), calls, "{:?}", proxy.host.trace());
    }
}
