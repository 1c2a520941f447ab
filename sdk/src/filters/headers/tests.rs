use serde_json::{Value, json};

use crate::testing::{get, one_rule, routes, rule_errors};
use crate::{Outcome, RequestView};

fn modifier(config: Value) -> Value {
    json!({
        "filters": [{ "type": "RequestHeaderModifier", "requestHeaderModifier": config }],
        "backendRefs": [{ "name": "svc", "port": 80 }],
    })
}

/// The lines of a request with the header `x: 1` after a modifier.
fn modified(config: Value) -> Vec<(String, String)> {
    let routes = routes(one_rule(modifier(config)));
    let headers: [(&[u8], &[u8]); 3] = [(b":authority", b"a"), (b":path", b"/"), (b"x", b"1")];
    let request = RequestView::new(&headers, &|| None);
    let plan = routes.plan(&request, &mut crate::Draw::seeded(0));
    let Outcome::Forwarded { headers, .. } = plan.outcome(&request, routes.settings()) else { panic!() };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    headers
        .into_iter()
        .map(|(name, value)| (text(name), text(value)))
        .filter(|(name, _)| name != ":path")
        .collect()
}

#[test]
fn set_add_and_remove() {
    let lines = |expected: &[(&str, &str)]| {
        expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect::<Vec<_>>()
    };
    for (config, expected) in [
        (json!({ "set": [{ "name": "X", "value": "2" }] }), lines(&[(":authority", "a"), ("x", "2")])),
        (
            json!({ "add": [{ "name": "x", "value": "2,3" }] }),
            lines(&[(":authority", "a"), ("x", "1"), ("x", "2,3")]),
        ),
        (json!({ "remove": ["X", "absent"] }), lines(&[(":authority", "a")])),
        (
            json!({ "set": [{ "name": "Host", "value": "b:80" }] }),
            lines(&[("x", "1"), (":authority", "b:80")]),
        ),
        (json!({ "remove": ["Content-Length"] }), lines(&[(":authority", "a"), ("x", "1")])),
        (json!({}), lines(&[(":authority", "a"), ("x", "1")])),
    ] {
        assert_eq!(modified(config.clone()), expected, "{config}");
    }
}

#[test]
fn what_the_api_server_lets_through_and_a_header_map_must_not() {
    for (config, place, code) in [
        (json!({ "remove": [":path"] }), "/remove/0", "InvalidHeaderName"),
        (json!({ "set": [{ "name": "a b", "value": "1" }] }), "/set/0/name", "InvalidHeaderName"),
        (json!({ "set": [{ "name": "Content-Length", "value": "3" }] }), "/set/0/name", "InvalidHeaderName"),
        (
            json!({ "add": [{ "name": "transfer-encoding", "value": "chunked" }] }),
            "/add/0/name",
            "InvalidHeaderName",
        ),
        (json!({ "set": [{ "name": "a", "value": "1\r\nb: 2" }] }), "/set/0/value", "InvalidHeaderValue"),
        (json!({ "set": [{ "name": "a" }] }), "/set/0", "Missing"),
        (
            json!({ "set": [{ "name": "a", "value": "1" }], "remove": ["A"] }),
            "/remove/0",
            "ConflictingActions",
        ),
        (
            json!({ "set": [{ "name": "a", "value": "1" }], "add": [{ "name": "A", "value": "2" }] }),
            "/add/0",
            "ConflictingActions",
        ),
        (json!({ "remove": ["Host"] }), "/remove/0", "InvalidHost"),
        (json!({ "set": [{ "name": "host", "value": "a/b" }] }), "/set/0", "InvalidHost"),
    ] {
        let place = format!("/filters/0/requestHeaderModifier{place}");
        assert_eq!(rule_errors(modifier(config.clone())), [(place, code)], "{config}");
    }
}

#[test]
fn the_first_of_equivalent_names_in_a_list_counts() {
    let (routes, problems) = crate::testing::decode(one_rule(modifier(
        json!({ "set": [{ "name": "foo", "value": "1" }, { "name": "Foo", "value": "2" }] }),
    )));
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["DuplicateName"]);
    get(&routes, "http://a/", |plan| assert_eq!(plan.request_headers.concat().len(), 1));
}

#[test]
fn of_two_filters_that_change_the_host_the_later_has_the_last_word() {
    let rewrite = json!({ "type": "URLRewrite", "urlRewrite": { "hostname": "rewrite.org" } });
    let set = json!({ "type": "RequestHeaderModifier",
                      "requestHeaderModifier": { "set": [{ "name": "Host", "value": "modifier.org" }] } });
    for (filters, host) in [([&rewrite, &set], "modifier.org"), ([&set, &rewrite], "rewrite.org")] {
        let routes =
            routes(one_rule(json!({ "filters": filters, "backendRefs": [{ "name": "svc", "port": 80 }] })));
        let headers: [(&[u8], &[u8]); 2] = [(b":authority", b"a"), (b":path", b"/")];
        let request = RequestView::new(&headers, &|| None);
        let plan = routes.plan(&request, &mut crate::Draw::seeded(0));
        let Outcome::Forwarded { headers, .. } = plan.outcome(&request, routes.settings()) else { panic!() };
        assert!(headers.contains(&(b":authority".to_vec(), host.as_bytes().to_vec())), "{headers:?}");
    }
}

#[test]
fn headers_by_which_modules_and_proxy_talk_are_not_the_rules_to_change() {
    let (_, problems) = crate::testing::decode(one_rule(modifier(
        json!({ "set": [{ "name": "X-HTTPRoute-Cluster", "value": "other" }] }),
    )));
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["PrivateHeader"]);
}
