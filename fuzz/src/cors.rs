//! `Origin` headers that a client makes up.

use std::sync::LazyLock;

use httproute_sdk::{Draw, HeaderLines, RequestView, Routes};
use serde_json::json;

/// Origins that are allowed, and what else may be asked for.
const ALLOWED: [(&str, &str, u16); 3] =
    [("https", "*.example.com", 443), ("http", "shop.example.org", 8080), ("https", "*.a.b", 8443)];

/// All that the other headers may consist of.
const OF_THE_RULE: [&str; 7] =
    ["true", "GET", "PUT", "x-one", "5", "origin", "access-control-request-method"];

static ROUTES: LazyLock<Routes> = LazyLock::new(|| {
    let origins = ["https://*.example.com", "http://shop.example.org:8080", "https://*.a.b:8443"];
    let cors = json!({
        "allowOrigins": origins,
        "allowMethods": ["GET", "PUT"],
        "allowHeaders": ["x-one"],
        "allowCredentials": true,
    });
    let rule = json!({
        "filters": [{ "type": "CORS", "cors": cors }],
        "backendRefs": [{ "name": "backend", "port": 80 }],
    });
    let document = json!({ "kind": "HTTPRoute", "metadata": { "name": "any" }, "spec": { "rules": [rule] } });
    let (routes, problems) = Routes::decode(document.to_string().as_bytes()).expect("a configuration");
    assert!(problems.is_empty(), "{problems:?}");
    routes
});

/// The first byte says whether it is a preflight; what follows are lines: the origin, the method and the headers that are asked
/// for. Only an origin that is on the list is allowed, by its own name; nothing else of what the client sent comes back.
pub fn cors(bytes: &[u8]) {
    let [choice, rest @ ..] = bytes else { return };
    let mut lines = rest.split(|byte| *byte == b'\n');
    let mut next = || lines.next().unwrap_or_default();
    let (origin, method, asked) = (next(), next(), next());
    let preflight = choice & 1 == 1;
    let headers: [(&[u8], &[u8]); 6] = [
        (b":method", if preflight { b"OPTIONS" } else { b"GET" }),
        (b":authority", b"api.example.com"),
        (b":path", b"/"),
        (b"origin", origin),
        (b"access-control-request-method", method),
        (b"access-control-request-headers", asked),
    ];
    let request = RequestView::new(&headers, &|| None);
    let plan = ROUTES.plan(&request, &mut Draw::seeded(1));
    let mut answer = HeaderLines::new();
    assert!(plan.respond(&mut answer).is_ok(), "the rule has no filter that could fail");
    let value = |name: &str| answer.iter().find(|(line, _)| line == name.as_bytes()).map(|(_, value)| value);
    match value("access-control-allow-origin") {
        None => assert!(!is_allowed(origin), "{} is on the list", origin.escape_ascii()),
        Some(allowed) => {
            assert!(is_allowed(origin), "{} is not on the list", origin.escape_ascii());
            assert_eq!(allowed, origin);
        }
    }
    for (name, value) in &answer {
        if name != b"access-control-allow-origin" {
            let text = std::str::from_utf8(value).expect("what the rule says is text");
            assert!(text.split(',').all(|word| OF_THE_RULE.contains(&word.trim())), "{text}");
        }
    }
}

/// "Access-Control-Allow-Origin … `<scheme>://<host>(:<port>)`", element by element; hosts and schemes in any case.
fn is_allowed(origin: &[u8]) -> bool {
    let Ok(origin) = std::str::from_utf8(origin) else { return false };
    let origin = origin.to_ascii_lowercase();
    ALLOWED.iter().any(|(scheme, host, port)| {
        let Some(rest) = origin.strip_prefix(&format!("{scheme}://")) else { return false };
        let default = if *scheme == "http" { 80 } else { 443 };
        let with_port = format!(":{port}");
        let sent = match rest.strip_suffix(&with_port) {
            Some(sent) => sent,
            None if *port == default => rest,
            None => return false,
        };
        match host.strip_prefix('*') {
            Some(suffix) => {
                sent.len() > suffix.len()
                    && sent.ends_with(suffix)
                    && sent.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
            }
            None => sent == *host,
        }
    })
}
