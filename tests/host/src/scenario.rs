//! What is metered: configurations, and a request to each.

use serde_json::{Value, json};

use crate::meter::Lines;

/// A configuration, and a request whose cost is counted.
pub struct Scenario {
    /// Its name in the record.
    pub name: &'static str,
    /// The configuration of the module.
    pub configuration: Value,
    /// The request's headers.
    pub request: Lines,
    /// The name by which it is counted what it costs to read the configuration, where it is.
    pub reading: Option<&'static str>,
    /// The status, where `httproute` answers by itself.
    pub answered: Option<u32>,
}

/// All scenarios, in the order of the record.
pub fn all() -> Vec<Scenario> {
    let reply = |scenario: Scenario, status| Scenario { answered: Some(status), ..scenario };
    vec![
        scenario("plain", rules(json!([forward([])])), get("example.com", "/a/b?c=d")),
        scenario(
            "headers",
            rules(json!([forward([set_request_headers(), set_response_header()])])),
            get("example.com", "/a"),
        ),
        reply(scenario("redirect", rules(json!([redirect()])), get("example.com", "/a/b?c=d")), 301),
        scenario("rewrite", rules(json!([forward([rewrite()])])), get("example.com", "/a/b?c=d")),
        scenario("mirror", rules(json!([forward([mirror()])])), get("example.com", "/a/b?c=d")),
        reply(scenario("preflight", rules(json!([forward([cors()])])), preflight()), 204),
        scenario("1,000 prefixes", prefixes(1_000), get("example.com", "/service-0999/item")),
        Scenario {
            reading: Some("10,000 read"),
            ..scenario("10,000 prefixes", prefixes(10_000), get("example.com", "/service-9999/item"))
        },
        scenario("5,000 hosts", hosts(5_000), get("tenant-4999.example.com", "/a")),
        scenario("regex", rules(json!([regex()])), get("example.com", "/orders/2024/117/lines")),
        reply(scenario("no match", rules(json!([only_at("/elsewhere")])), get("example.com", "/a")), 404),
    ]
}

fn scenario(name: &'static str, configuration: Value, request: Lines) -> Scenario {
    Scenario { name, configuration, request, reading: None, answered: None }
}

fn rules(rules: Value) -> Value {
    json!({ "routes": [{ "metadata": { "namespace": "shop", "name": "metered" }, "spec": { "rules": rules } }] })
}

fn backend() -> Value {
    json!([{ "name": "cart", "port": 8080 }])
}

fn forward(filters: impl IntoIterator<Item = Value>) -> Value {
    let filters: Vec<_> = filters.into_iter().collect();
    json!({ "matches": [{ "path": { "type": "PathPrefix", "value": "/a" } }], "filters": filters, "backendRefs": backend() })
}

fn only_at(path: &str) -> Value {
    json!({ "matches": [{ "path": { "type": "PathPrefix", "value": path } }], "backendRefs": backend() })
}

fn regex() -> Value {
    let path = json!({ "type": "RegularExpression", "value": "/orders/[0-9]{4}/[0-9]+/(lines|totals)" });
    json!({ "matches": [{ "path": path }], "backendRefs": backend() })
}

fn set_request_headers() -> Value {
    let set = json!([{ "name": "x-team", "value": "cart" }, { "name": "x-tier", "value": "front" }]);
    json!({ "type": "RequestHeaderModifier", "requestHeaderModifier": { "set": set } })
}

fn set_response_header() -> Value {
    let set = json!([{ "name": "x-served-by", "value": "cart" }]);
    json!({ "type": "ResponseHeaderModifier", "responseHeaderModifier": { "set": set } })
}

fn redirect() -> Value {
    let to = json!({ "scheme": "https", "hostname": "www.example.com", "statusCode": 301 });
    let filters = json!([{ "type": "RequestRedirect", "requestRedirect": to }]);
    json!({ "matches": [{ "path": { "type": "PathPrefix", "value": "/a" } }], "filters": filters })
}

fn rewrite() -> Value {
    let path = json!({ "type": "ReplacePrefixMatch", "replacePrefixMatch": "/inside" });
    json!({ "type": "URLRewrite", "urlRewrite": { "hostname": "inside.test", "path": path } })
}

fn mirror() -> Value {
    json!({ "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "shadow", "port": 8080 } } })
}

fn cors() -> Value {
    let cors = json!({
        "allowOrigins": ["https://*.example.com"],
        "allowMethods": ["GET", "PUT"],
        "allowHeaders": ["x-team"],
        "maxAge": 600,
    });
    json!({ "type": "CORS", "cors": cors })
}

/// So many prefix rules, sixteen in a route as the API allows.
fn prefixes(count: usize) -> Value {
    let numbers: Vec<_> = (0..count).collect();
    let routes = numbers.chunks(16).map(|numbers| {
        let rules: Vec<_> = numbers.iter().map(|n| only_at(&format!("/service-{n:04}"))).collect();
        json!({
            "metadata": { "namespace": "shop", "name": format!("route-{}", numbers[0]) },
            "spec": { "rules": rules },
        })
    });
    json!({ "routes": routes.collect::<Vec<_>>() })
}

/// A route for each of so many hostnames.
fn hosts(count: usize) -> Value {
    let routes = (0..count).map(|n| {
        json!({
            "metadata": { "namespace": "shop", "name": format!("tenant-{n}") },
            "spec": { "hostnames": [format!("tenant-{n:04}.example.com")], "rules": [only_at("/")] },
        })
    });
    json!({ "routes": routes.collect::<Vec<_>>() })
}

/// What a browser's request looks like behind a proxy.
fn get(host: &str, path: &str) -> Lines {
    lines(&[
        (":authority", host),
        (":path", path),
        (":method", "GET"),
        (":scheme", "https"),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("accept-language", "en-GB,en;q=0.5"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("cookie", "session=0123456789abcdef0123456789abcdef"),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-proto", "https"),
        ("x-request-id", "3f1c6d2e-6f0b-4c6f-9a53-2f3f6a0c1b7d"),
    ])
}

fn preflight() -> Lines {
    let mut request = get("example.com", "/a/b");
    request[2].1 = b"OPTIONS".to_vec();
    request.extend(lines(&[
        ("origin", "https://www.example.com"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "x-team"),
    ]));
    request
}

/// The answer of every upstream.
pub fn response() -> Lines {
    lines(&[
        (":status", "200"),
        ("content-type", "text/html; charset=utf-8"),
        ("content-length", "5120"),
        ("cache-control", "max-age=60"),
        ("date", "Mon, 01 Jan 2024 00:00:00 GMT"),
    ])
}

fn lines(lines: &[(&str, &str)]) -> Lines {
    lines.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
}
