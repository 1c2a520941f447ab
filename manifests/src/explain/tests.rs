use proptest::prelude::*;
use serde_json::{Value, json};

use httproute_sdk::HeaderOp;

use super::*;
use crate::Document;

fn parsed(objects: impl IntoIterator<Item = Value>) -> Parsed {
    let document = |value| Document { source: "shop.yaml".into(), value, ..Document::default() };
    Parsed { documents: objects.into_iter().map(document).collect(), problems: Vec::new() }
}

fn object(kind: &str, name: &str, spec: Value) -> Value {
    json!({ "apiVersion": "gateway.networking.k8s.io/v1", "kind": kind, "metadata": { "name": name }, "spec": spec })
}

fn secret() -> Value {
    let (certificate, key) = (
        include_str!("../certificate/fixtures/P-256.crt"),
        include_str!("../certificate/fixtures/P-256.key"),
    );
    json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "tls" }, "type": "kubernetes.io/tls",
        "stringData": { "tls.crt": certificate, "tls.key": key },
    })
}

/// HTTPS listeners `one` for `one.example.com`, `all` for `*.example.com`, each with a route of its name.
fn https() -> Parsed {
    let listener = |name: &str, hostname: &str| {
        json!({ "name": name, "port": 443, "protocol": "HTTPS", "hostname": hostname,
                "tls": { "certificateRefs": [{ "name": "tls" }] } })
    };
    let listeners = [listener("one", "one.example.com"), listener("all", "*.example.com")];
    let route = |name: &str| {
        let rules = json!([{ "backendRefs": [{ "name": name, "port": 80 }] }]);
        object(
            "HTTPRoute",
            name,
            json!({ "parentRefs": [{ "name": "public", "sectionName": name }], "rules": rules }),
        )
    };
    let gateway = object("Gateway", "public", json!({ "gatewayClassName": "any", "listeners": listeners }));
    parsed([gateway, secret(), route("one"), route("all")])
}

fn ask(manifests: &Parsed, url: &str, headers: &[&str]) -> Explanation {
    let request = Request::new("GET", url).unwrap();
    let request = headers.iter().fold(request, |request, header| request.with_header(header).unwrap());
    explain(manifests, &request, &ExplainOptions::default())
}

fn last_code(explanation: &Explanation) -> &'static str {
    explanation.problems.last().unwrap().problem.code
}

#[test]
fn the_server_name_chooses_the_chain_and_the_host_may_be_misdirected() {
    let manifests = https();
    let winner = |explanation: &Explanation| explanation.winner().map(|winner| winner.route.clone());
    assert_eq!(winner(&ask(&manifests, "https://one.example.com/", &[])).as_deref(), Some("default/one"));
    assert_eq!(winner(&ask(&manifests, "https://two.example.com/", &[])).as_deref(), Some("default/all"));
    let misdirected = ask(&manifests, "https://two.example.com/", &["Host: one.example.com"]);
    assert_eq!(misdirected.reply.unwrap().status, 421);
    // Neither an address nor another domain has a chain.
    for url in ["https://10.0.0.1/", "https://example.com/", "https://one.example.org/"] {
        let refused = ask(&manifests, url, &["Host: one.example.com"]);
        assert_eq!((refused.reply, refused.listener), (None, None), "{url}");
    }
    let message = |url| ask(&manifests, url, &[]).problems.pop().unwrap().problem.message;
    assert_eq!(
        message("https://example.com/"),
        "the TLS handshake fails: no HTTPS listener on port 443 is for example.com"
    );
    assert_eq!(message("http://one.example.com:443/"), "the listeners on port 443 do not speak HTTP");
    assert_eq!(last_code(&ask(&manifests, "http://one.example.com/", &[])), "NoListener");
}

#[test]
fn a_route_without_part_says_where_it_is() {
    let elsewhere = ask(&https(), "https://one.example.com/", &[]).elsewhere;
    assert_eq!(elsewhere.len(), 1);
    assert_eq!(elsewhere[0].reason, "attached to default/public/all");
}

#[test]
fn an_answered_preflight_is_a_reply_with_headers() {
    let cors =
        json!({ "type": "CORS", "cors": { "allowOrigins": ["https://a.b"], "allowMethods": ["PUT"] } });
    let rules = json!([{ "filters": [cors], "backendRefs": [{ "name": "cart", "port": 80 }] }]);
    let manifests = parsed([object("HTTPRoute", "cart", json!({ "rules": rules }))]);
    let request = Request::new("OPTIONS", "http://a.c/").unwrap();
    let request = request.with_header("Origin: https://a.b").unwrap();
    let request = request.with_header("Access-Control-Request-Method: PUT").unwrap();
    let explanation = explain(&manifests, &request, &ExplainOptions::default());
    assert_eq!(explanation.reply.as_ref().unwrap().status, 204);
    assert!(explanation.response.iter().any(|change| change.name() == "access-control-allow-origin"));
    assert_eq!(explanation.winner().unwrap().route, "default/cart");
}

/// Any JSON, with the words of the API in it more often than chance has it.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "spec",
        "rules",
        "matches",
        "path",
        "value",
        "type",
        "filters",
        "backendRefs",
        "name",
        "port",
        "hostnames",
        "parentRefs",
        "listeners",
        "protocol",
        "HTTP",
        "PathPrefix",
        "URLRewrite",
        "urlRewrite",
        "/",
        "metadata",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(word.clone().prop_map(str::to_owned), inner, 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_the_objects_say_there_is_an_explanation(
        route in any_json(), rule in any_json(), gateway in any_json(), target in "\\PC{0,12}",
    ) {
        let rules = json!({ "rules": [rule, { "backendRefs": [{ "name": "cart", "port": 80 }] }] });
        let manifests =
            parsed([object("HTTPRoute", "a", route), object("HTTPRoute", "b", rules), object("Gateway", "c", gateway)]);
        let mut request = Request::new("GET", "http://a.b/").unwrap();
        request.target = format!("/{target}").into();
        let explanation = explain(&manifests, &request, &ExplainOptions::default());
        prop_assert!(explanation.to_json().is_object());
        prop_assert!(explanation.candidates.iter().filter(|candidate| candidate.lost.is_none()).count() <= 1);
    }

    #[test]
    fn whatever_the_text_of_a_url_is_it_is_a_request_or_a_sentence(text in "\\PC{0,24}", header in "\\PC{0,24}") {
        for text in [text.clone(), format!("http://{text}"), format!("https://a.b/{text}")] {
            match Request::new("GET", &text) {
                Ok(request) => { let _ = request.with_header(&header); }
                Err(error) => prop_assert!(error.to_string().contains("http://")),
            }
        }
    }
}

/// What a filter does whose code is in a module cannot be known here, and is not guessed.
#[test]
fn a_filter_that_a_module_of_ones_own_carries_out_is_told_of() {
    let filter = json!({ "type": "ExtensionRef", "extensionRef": { "group": "a.com", "kind": "Auth", "name": "mine" } });
    let rules = json!([{ "filters": [filter], "backendRefs": [{ "name": "svc", "port": 80 }] }]);
    let auth =
        json!({ "apiVersion": "a.com/v1", "kind": "Auth", "metadata": { "name": "mine" }, "spec": {} });
    let service = json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "svc" }, "spec": { "ports": [{ "port": 80 }] } });
    let manifests = parsed([object("HTTPRoute", "cart", json!({ "rules": rules })), auth, service]);
    let request = Request::new("GET", "http://a.com/").unwrap();
    let mut options = ExplainOptions::default();
    let explanation = explain(&manifests, &request, &options);
    assert_eq!(explanation.reply.as_ref().unwrap().details, "httproute_broken_rule", "never skipped");
    assert_eq!(explanation.to_json().get("extensions"), None);

    options.resolve.extensions.insert(("a.com".to_owned(), "Auth".to_owned()));
    let explanation = explain(&manifests, &request, &options).to_json();
    let expected = json!([{ "group": "a.com", "kind": "Auth", "namespace": "default", "name": "mine",
                            "does": "decided by your module" }]);
    assert_eq!(explanation["extensions"], expected);
    assert_eq!(explanation["backend"]["chosen"], "default/svc/80", "as if it let the request pass");
}

#[test]
fn a_grpc_request_is_answered_in_the_form_of_grpc() {
    let rules = json!([{ "matches": [{ "path": { "value": "/a" } }] }]);
    let manifests = parsed([object("HTTPRoute", "a", json!({ "rules": rules }))]);
    let request = Request::new("POST", "http://a.example/b").unwrap();
    let request = request.with_header("content-type: application/grpc").unwrap();
    let with_front = |front| {
        let resolve = Options { front, ..Options::default() };
        explain(&manifests, &request, &ExplainOptions { resolve, ..ExplainOptions::default() })
    };
    let explanation = with_front(Some(FrontSettings::default()));
    assert_eq!(explanation.reply.map(|reply| (reply.status, reply.body)), Some((200, String::new())));
    let status = HeaderOp::Set { name: "grpc-status".into(), value: b"12".as_slice().into() };
    assert!(explanation.response.contains(&status), "{:?}", explanation.response);
    assert_eq!(
        with_front(None).reply.map(|reply| reply.status),
        Some(404),
        "of other proxies nothing is known"
    );
}
