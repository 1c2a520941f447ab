use serde_json::{Value, json};

use crate::draw::Draw;
use crate::kinds::Kinds;
use crate::request::RequestView;
use crate::testing::{get, one_rule, routes};

/// The `Location` of a redirect on a listener.
fn location(redirect: Value, listener: Value, url: &str) -> String {
    let mut configuration = one_rule(json!({
        "matches": [{ "path": { "value": "/foo" } }],
        "filters": [{ "type": "RequestRedirect", "requestRedirect": redirect }],
    }));
    configuration["listeners"] = json!([listener]);
    get(&routes(configuration), url, |plan| plan.redirect.unwrap().location)
}

#[test]
fn the_port_is_that_of_the_filter_then_that_of_the_scheme_then_that_of_the_listener() {
    let http = |port: u16| json!({ "port": port, "protocol": "HTTP" });
    let https = |port: u16| json!({ "port": port, "protocol": "HTTPS" });
    for (redirect, listener, url, expected) in [
        (json!({}), http(8080), "http://example.org/foo", "http://example.org:8080/foo"),
        (json!({}), http(80), "http://example.org/foo", "http://example.org/foo"),
        (json!({}), https(443), "https://example.org/foo", "https://example.org/foo"),
        (json!({}), https(8443), "https://example.org/foo", "https://example.org:8443/foo"),
        // The Host header is no source of the port.
        (json!({}), http(8080), "http://example.org:1234/foo", "http://example.org:8080/foo"),
        (json!({ "port": 80 }), http(8080), "http://example.org/foo", "http://example.org/foo"),
        (json!({ "port": 8081 }), http(80), "http://example.org/foo", "http://example.org:8081/foo"),
        (json!({ "port": 443 }), http(80), "http://example.org/foo", "http://example.org:443/foo"),
        (json!({ "scheme": "https" }), http(8080), "http://example.org/foo", "https://example.org/foo"),
        (
            json!({ "scheme": "https", "port": 443 }),
            http(8080),
            "http://example.org/foo",
            "https://example.org/foo",
        ),
        (
            json!({ "scheme": "https", "port": 80 }),
            http(8080),
            "http://example.org/foo",
            "https://example.org:80/foo",
        ),
        (json!({ "scheme": "http" }), https(443), "https://example.org/foo", "http://example.org/foo"),
        (
            json!({ "scheme": "http", "port": 8080 }),
            https(443),
            "https://example.org/foo",
            "http://example.org:8080/foo",
        ),
        // TLS ended in front of the proxy: only one of the two knows.
        (json!({}), https(443), "http://example.org/foo", "https://example.org/foo"),
        (json!({}), http(80), "https://example.org/foo", "https://example.org/foo"),
    ] {
        assert_eq!(
            location(redirect.clone(), listener.clone(), url),
            expected,
            "{redirect} {listener} {url}"
        );
    }
}

#[test]
fn host_path_and_query_are_those_of_the_request_unless_the_filter_names_them() {
    let listener = json!({ "port": 80, "protocol": "HTTP" });
    let full = |path: &str| json!({ "path": { "type": "ReplaceFullPath", "replaceFullPath": path } });
    let prefix = |path: &str| json!({ "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": path } });
    for (redirect, url, expected) in [
        (json!({}), "http://a/foo/x?q=1", "http://a/foo/x?q=1"),
        (json!({ "hostname": "b.org" }), "http://a:99/foo", "http://b.org/foo"),
        (full("/new"), "http://a/foo?q=1?r", "http://a/new?q=1?r"),
        (full(""), "http://a/foo", "http://a/"),
        (full("new?a=1"), "http://a/foo?b=2", "http://a/new?a=1&b=2"),
        (full("//evil.org/x"), "http://a/foo", "http://a/evil.org/x"),
        (prefix("/bar"), "http://a/foo/x?q", "http://a/bar/x?q"),
        (prefix(""), "http://a/foo//evil.org", "http://a/evil.org"),
        (json!({}), "http://a/foo/\"<é>%2f%zz", "http://a/foo/%22%3C%C3%A9%3E%2f%25zz"),
        (json!({}), "http://[::1]:80/foo", "http://[::1]/foo"),
    ] {
        assert_eq!(location(redirect.clone(), listener.clone(), url), expected, "{redirect} {url}");
    }
}

#[test]
fn without_a_listener_the_port_is_that_on_which_the_proxy_was_reached() {
    let routes =
        routes(one_rule(json!({ "filters": [{ "type": "RequestRedirect", "requestRedirect": {} }] })));
    let headers = [(&b":authority"[..], &b"a"[..]), (b":scheme", b"http"), (b":path", b"/")];
    let request = crate::RequestView::new(&headers, &|| Some(8080));
    let plan = routes.plan(&request, &mut crate::Draw::seeded(0));
    assert_eq!(plan.redirect.unwrap().location, "http://a:8080/");
}

#[test]
fn a_redirect_to_the_host_of_a_request_that_names_none_is_refused() {
    for (redirect, location) in [
        (json!({}), None),
        (json!({ "scheme": "https" }), None),
        (json!({ "hostname": "example.org", "port": 80 }), Some("http://example.org/foo")),
    ] {
        let configuration =
            one_rule(json!({ "filters": [{ "type": "RequestRedirect", "requestRedirect": redirect }] }));
        let headers: [(&[u8], &[u8]); 2] = [(b":authority", b""), (b":path", b"/foo")];
        let routes = routes(configuration.clone());
        let request = RequestView::new(&headers, &|| None);
        let plan = routes.plan(&request, &mut Draw::seeded(1));
        let reply = plan.reply(Kinds::ALL, None).unwrap();
        assert_eq!(reply.location, location, "{redirect}");
        assert_eq!(reply.status, if location.is_some() { 302 } else { 400 }, "{redirect}");
    }
}
