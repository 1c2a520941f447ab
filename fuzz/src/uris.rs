//! What a filter makes of a path and a host that a client sends.

use std::sync::LazyLock;

use httproute_sdk::{Draw, Outcome, RequestView, Routes};
use serde_json::{Value, json};

/// Redirects and rewrites of every kind, each on a path of its own.
static ROUTES: LazyLock<Routes> = LazyLock::new(|| {
    let prefix = |value: &str| json!({ "type": "ReplacePrefixMatch", "replacePrefixMatch": value });
    let full = |value: &str| json!({ "type": "ReplaceFullPath", "replaceFullPath": value });
    let redirect = |members: Value| json!({ "type": "RequestRedirect", "requestRedirect": members });
    let rewrite = |members: Value| json!({ "type": "URLRewrite", "urlRewrite": members });
    let filters = [
        redirect(json!({})),
        redirect(json!({ "scheme": "https", "path": prefix("/") })),
        redirect(json!({ "hostname": "example.org", "port": 8443, "path": prefix("/new") })),
        redirect(json!({ "path": full("/elsewhere/") })),
        rewrite(json!({ "path": prefix("/") })),
        rewrite(json!({ "path": prefix("/new/") })),
        rewrite(json!({ "hostname": "example.org", "path": full("/") })),
    ];
    let rule = |(number, filter): (usize, &Value)| {
        let path = format!("/{number}");
        let mut rule = json!({ "matches": [{ "path": { "value": path } }], "filters": [filter] });
        if filter["type"] == "URLRewrite" {
            rule["backendRefs"] = json!([{ "name": "backend", "port": 80 }]);
        }
        rule
    };
    let rules: Vec<Value> = filters.iter().enumerate().map(rule).collect();
    let document = json!({ "kind": "HTTPRoute", "metadata": { "name": "any" }, "spec": { "rules": rules } });
    let (routes, problems) = Routes::decode(document.to_string().as_bytes()).expect("a configuration");
    assert!(problems.is_empty(), "{problems:?}");
    routes
});

/// The first byte picks the rule and the scheme, the next how long the host is; what follows is host and path. A `Location` is
/// a URI of ASCII characters, and a rewritten path begins with one slash and holds nothing that the request did not.
pub fn uris(bytes: &[u8]) {
    let [choice, length, rest @ ..] = bytes else { return };
    let (host, rest) = rest.split_at(usize::from(*length % 64).min(rest.len()));
    let rule = choice % 8;
    let target = [b"/", rule.to_string().as_bytes(), rest].concat();
    let scheme: &[u8] = if choice & 0x80 == 0 { b"http" } else { b"https" };
    let headers: [(&[u8], &[u8]); 4] =
        [(b":method", b"GET"), (b":scheme", scheme), (b":authority", host), (b":path", &target)];
    let request = RequestView::new(&headers, &|| Some(80));
    let plan = ROUTES.plan(&request, &mut Draw::seeded(1));
    match plan.outcome(&request, ROUTES.settings()) {
        Outcome::Answered(reply) => reply.location.into_iter().for_each(is_uri),
        Outcome::Forwarded { headers, .. } => {
            let path = headers.iter().find(|(name, _)| name == b":path").map(|(_, value)| value.as_slice());
            let path = path.expect("a path");
            assert!(path.starts_with(b"/") && !path.starts_with(b"//"), "{}", path.escape_ascii());
            let known = |byte: &u8| target.contains(byte) || b"/new".contains(byte);
            assert!(path.iter().all(known), "{} of {}", path.escape_ascii(), target.escape_ascii());
        }
    }
}

/// RFC 3986: a scheme, a host that is not empty, and only characters that a URI may have.
fn is_uri(location: &str) {
    let rest = location.strip_prefix("https://").or_else(|| location.strip_prefix("http://"));
    let rest = rest.unwrap_or_else(|| panic!("no scheme: {location}"));
    let (authority, path) = rest.split_once('/').unwrap_or_else(|| panic!("no path: {location}"));
    assert!(!authority.is_empty() && !authority.contains('@'), "{location}");
    assert!(!path.starts_with('/') || path.len() < rest.len(), "{location}");
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte);
    assert!(location.bytes().all(allowed), "{location:?}");
}
