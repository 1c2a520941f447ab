//! What stands in a rendered configuration. Whether Envoy takes it, and what it does with it, is for the integration tests.

use std::collections::BTreeMap;

use httproute_manifests::{Document, Options, Resolution, parse, resolve};
use serde_json::{Value, json};

use super::*;

const SHOP: &str = r"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public }
spec:
  gatewayClassName: any
  listeners:
    - { name: web, port: 80, protocol: HTTP }
    - { name: secure, port: 443, protocol: HTTPS, hostname: '*.example.com', tls: { certificateRefs: [{ name: cert }] } }
    - { name: any, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: cert }] } }
---
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata: { name: cert }
stringData:
  tls.crt: |
    THE CERTIFICATE
  tls.key: |
    THE KEY
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: public }]
  rules:
    - matches: [{ path: { value: /a } }]
      backendRefs: [{ name: cart, port: 8080 }, { name: stock, port: 50051 }]
---
apiVersion: v1
kind: Service
metadata: { name: cart }
spec: { ports: [{ port: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: stock }
spec: { ports: [{ port: 50051, appProtocol: kubernetes.io/h2c }] }
";

/// The manifests, with a certificate in the Secret.
fn manifests() -> String {
    let indented = |pem: &str| pem.trim_end().replace('\n', "\n    ");
    SHOP.replace(
        "THE CERTIFICATE",
        &indented(include_str!("../../../manifests/src/certificate/fixtures/P-256.crt")),
    )
    .replace("THE KEY", &indented(include_str!("../../../manifests/src/certificate/fixtures/P-256.key")))
}

fn shop() -> Resolution {
    let documents: Vec<Document> = parse("shop.yaml", manifests().as_bytes()).documents;
    resolve(&documents, &Options::default())
}

fn ports(flags: &[&str]) -> Vec<BoundPort> {
    flags.iter().map(|flag| flag.parse().unwrap()).collect()
}

fn bootstrap(options: &RenderOptions) -> Value {
    envoy::bootstrap(&shop(), options).unwrap()
}

#[test]
fn there_is_a_listener_for_each_port_and_a_filter_chain_for_each_server_name() {
    let bootstrap = bootstrap(&RenderOptions { ports: ports(&["public/80=10080"]), ..Default::default() });
    let listeners = &bootstrap["static_resources"]["listeners"];
    assert_eq!(listeners[0]["name"], "http-80");
    assert_eq!(listeners[0]["address"]["socket_address"]["port_value"], 10080);
    assert_eq!(listeners[0]["listener_filters"], Value::Null);
    assert_eq!(listeners[1]["name"], "https-443");
    assert_eq!(listeners[1]["address"]["socket_address"]["port_value"], 443);
    assert_eq!(listeners[1]["listener_filters"][0]["name"], "envoy.filters.listener.tls_inspector");
    let matches: Vec<&Value> = listeners[1]["filter_chains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chain| &chain["filter_chain_match"])
        .collect();
    assert_eq!(matches, [&Value::Null, &json!({ "server_names": ["*.example.com"] })]);
    let tls = &listeners[1]["filter_chains"][0]["transport_socket"]["typed_config"]["common_tls_context"];
    assert_eq!(tls["alpn_protocols"], json!(["h2", "http/1.1"]));
    let certificate = &tls["tls_certificates"][0];
    assert!(certificate["private_key"]["inline_string"].as_str().unwrap().contains("PRIVATE KEY"));
}

#[test]
fn listeners_on_one_port_are_refused() {
    let options = RenderOptions { ports: ports(&["web=443"]), ..Default::default() };
    let refusal = envoy::bootstrap(&shop(), &options).unwrap_err();
    assert_eq!(
        refusal,
        "listeners http-80 and https-443 would both bind port 443: give one of them another with --port"
    );
}

#[test]
fn no_listener_is_on_the_port_of_the_administration_interface() {
    let options = |bind: &str, flag: &str| RenderOptions {
        address: bind.parse().unwrap(),
        ports: ports(&[flag]),
        ..Default::default()
    };
    for bind in ["127.0.0.1", "0.0.0.0", "::"] {
        let refusal = envoy::bootstrap(&shop(), &options(bind, "web=9901")).unwrap_err();
        assert!(refusal.contains("http-80 and Envoy's administration interface would both bind port 9901"));
    }
    assert!(envoy::bootstrap(&shop(), &options("192.0.2.1", "web=9901")).is_ok());
    let chosen = RenderOptions { admin: Some(([127, 0, 0, 1], 0).into()), ..options("127.0.0.1", "web=0") };
    assert!(envoy::bootstrap(&shop(), &chosen).is_ok(), "the system chooses both");
    let without = RenderOptions { admin: None, ..options("127.0.0.1", "web=9901") };
    assert!(envoy::bootstrap(&shop(), &without).is_ok());
}

#[test]
fn a_port_is_that_of_a_listener() {
    let refusal = |flags: &[&str]| {
        let options = RenderOptions { ports: ports(flags), ..Default::default() };
        envoy::bootstrap(&shop(), &options).err()
    };
    assert_eq!(
        refusal(&["wbe=1"]).unwrap(),
        "--port wbe=1: there is no listener wbe; the listeners are default/public/web (port 80), \
         default/public/secure (port 443), default/public/any (port 443)"
    );
    assert_eq!(
        refusal(&["secure=1", "443=2"]).unwrap(),
        "--port secure=1 and --port 443=2 are for the same port, 443"
    );
    assert_eq!(refusal(&["8080=1", "secure=1", "any=1", "default/public/web=0"]), None);
}

#[test]
fn a_port_of_a_gateway_gives_gateways_addresses_of_their_own() {
    let shop = manifests();
    let other = shop.replace("name: public", "name: other");
    let mut documents: Vec<Document> = parse("shop.yaml", shop.as_bytes()).documents;
    documents.extend(parse("other.yaml", other.as_bytes()).documents.into_iter().take(1));
    let flags = ports(&["public/80=1", "public/443=2", "other/80=3", "other/443=4"]);
    let options = Options { addresses: super::ports::addresses(&flags), ..Options::default() };
    let resolution = resolve(&documents, &options);
    let bootstrap =
        envoy::bootstrap(&resolution, &RenderOptions { ports: flags, ..Default::default() }).unwrap();
    let listeners = bootstrap["static_resources"]["listeners"].as_array().unwrap();
    let bound = |listener: &Value| {
        let name = listener["name"].as_str().unwrap().to_owned();
        (name, listener["address"]["socket_address"]["port_value"].as_u64().unwrap())
    };
    let bound: Vec<(String, u64)> = listeners.iter().map(bound).collect();
    let expected = [
        ("default/other/http-80", 3),
        ("default/other/https-443", 4),
        ("default/public/http-80", 1),
        ("default/public/https-443", 2),
    ];
    assert_eq!(bound, expected.map(|(name, port)| (name.to_owned(), port)));
}

#[test]
fn backends_are_reached_by_name_or_where_the_user_says() {
    let cart = "default/cart:8080=127.0.0.1:9001".parse::<crate::args::Backend>().unwrap();
    let backends = BTreeMap::from([(cart.name, cart.address)]);
    let bootstrap = bootstrap(&RenderOptions { backends, ..Default::default() });
    let clusters = &bootstrap["static_resources"]["clusters"];
    let place = |cluster: &Value| {
        cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"].clone()
    };
    assert_eq!((&clusters[0]["name"], &clusters[0]["type"]), (&json!("default/cart/8080"), &json!("STATIC")));
    assert_eq!(place(&clusters[0])["socket_address"], json!({ "address": "127.0.0.1", "port_value": 9001 }));
    assert_eq!(clusters[1]["type"], "STRICT_DNS");
    assert_eq!(place(&clusters[1])["socket_address"]["address"], "stock.default.svc.cluster.local");
    let protocol = |cluster: &Value| {
        let options = &cluster["typed_extension_protocol_options"]["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"];
        options["explicit_http_config"].clone()
    };
    assert_eq!(protocol(&clusters[0]), json!({ "http_protocol_options": {} }));
    assert_eq!(protocol(&clusters[1]), json!({ "http2_protocol_options": {} }));
}

#[test]
fn a_module_reads_its_configuration_and_it_says_what_the_chain_says() {
    let resolution = shop();
    let chain = &resolution.chains[0];
    let text = envoy::configuration(chain);
    let mut read: Value = serde_json::from_str(&text).unwrap();
    let property = read.as_object_mut().unwrap().remove("ruleProperty");
    assert_eq!(property, Some(json!("httproute_rule")));
    assert_eq!(read, chain.configuration);
    let (_, problems) = httproute_sdk::Routes::decode(text.as_bytes()).unwrap();
    assert_eq!(problems, []);
}

#[test]
fn every_filter_chain_has_the_safety() {
    let bootstrap = bootstrap(&RenderOptions::default());
    let mut chains = 0;
    for listener in bootstrap["static_resources"]["listeners"].as_array().unwrap() {
        for chain in listener["filter_chains"].as_array().unwrap() {
            chains += 1;
            let manager = &chain["filters"][0]["typed_config"];
            let removed = &manager["early_header_mutation_extensions"][0]["typed_config"]["mutations"];
            for (number, prefix) in ["x-httproute-", "x-envoy-"].into_iter().enumerate() {
                assert_eq!(removed[number]["remove_on_match"]["key_matcher"]["prefix"], prefix);
            }
            assert_eq!(manager["normalize_path"], true);
            assert_eq!(manager["merge_slashes"], true);
            assert_eq!(manager["path_with_escaped_slashes_action"], "UNESCAPE_AND_REDIRECT");
            assert_eq!(manager["use_remote_address"], true);
            let filters = &manager["http_filters"];
            assert_eq!(filters[0]["typed_config"]["config"]["failure_policy"], "FAIL_RELOAD");
            assert_eq!(filters[1]["typed_config"]["suppress_envoy_headers"], true);
        }
    }
    assert_eq!(chains, 3);
}

/// `check` knows what a hand-written configuration could lack; nothing of it is lacking in what is written here.
#[test]
fn what_is_rendered_passes_the_check_of_envoy_configurations() {
    let text = envoy(&shop(), &RenderOptions::default()).unwrap();
    let found = |text: &str| {
        let documents = parse("envoy.yaml", text.as_bytes()).documents;
        let findings = httproute_manifests::check(&documents, httproute_manifests::Channel::Standard);
        findings.into_iter().map(|finding| finding.problem.code).collect::<Vec<_>>()
    };
    assert_eq!(found(&text), [""; 0]);
    assert_eq!(found(&text.replacen("FAIL_RELOAD", "FAIL_OPEN", 1)), ["FailOpen"], "the modules are found");
}

#[test]
fn no_text_of_a_secret_is_taken_for_anything_else() {
    for text in [" a\nb", "\na\n", "a\rb: 1\n", "a\n\u{85}b\n", "a\u{2028}\nb", "a\0\n", "a\n\n"] {
        let written = yaml::write(&json!({ "key": { "inline_string": text } }), &|_| None);
        assert!(written.contains("inline_string: \""), "{written:?}");
    }
    let written = yaml::write(&json!({ "key": { "inline_string": "a\nb\n" } }), &|_| None);
    assert!(written.contains("|\n"), "{written:?}");
}

#[test]
fn the_text_is_always_the_same_and_says_why() {
    let text = envoy(&shop(), &RenderOptions::default()).unwrap();
    assert_eq!(text, envoy(&shop(), &RenderOptions::default()).unwrap());
    assert!(text.contains("# Safety: no client chooses an upstream."), "{text}");
    assert!(text.contains("filename: dist/httproute.wasm"), "{text}");
}
