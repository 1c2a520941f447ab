//! What the checks of the host cost. What they are for is tested on hosts that fail them, in `tests/host/tests/habits.rs`.

use super::*;

const RULE: &str = r#"{"filters":[{"type":"URLRewrite","urlRewrite":{"hostname":"b.example",
      "path":{"type":"ReplacePrefixMatch","replacePrefixMatch":"/b"}}},
    {"type":"RequestHeaderModifier","requestHeaderModifier":{"set":[{"name":"x-set","value":"1"}],
      "add":[{"name":"x-add","value":"1"}],"remove":["x-gone"]}}],"backendRefs":[{"name":"one","port":80}]}"#;

#[test]
fn each_kind_of_change_is_looked_at_once() {
    let proxy = Proxy::unconfigured(COMBINED, MemoryHost::default());
    assert!(proxy.configure(&rules(RULE)));
    let changes =
        ["set x-set", "add x-add", "remove x-gone", "set :path", "set :authority", "set x-httproute-cluster"];
    let looked_at: Vec<_> = changes[..5].iter().flat_map(|change| [*change, "header"]).collect();
    proxy.request(&get("/a", &[("x-gone", "1")]));
    assert_eq!(proxy.host.trace(), [&["header_map"], &looked_at[..], &changes[5..]].concat());
    proxy.request(&get("/a", &[("x-gone", "1")]));
    assert_eq!(proxy.host.trace(), [&["header_map"], &changes[..]].concat());
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
