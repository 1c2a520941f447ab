//! What every rendered configuration has, shown on the shop of `examples/gateway/`: safety, and an access log.

use std::net::{IpAddr, Ipv4Addr};

use httproute_integration::client::{Client, Request};
use httproute_integration::command_line::cli;
use httproute_integration::envoy::{self, Envoy};
use httproute_integration::fleet::Fleet;
use httproute_integration::gateway_example::GatewayExample;
use serde_json::Value;

const HOST: &str = "shop.example.com";

fn start(label: &str, change: impl Fn(String) -> String) -> (Envoy, Client, Fleet) {
    let example = GatewayExample::read("shop").unwrap();
    let fleet = Fleet::start(&example.backends(), IpAddr::V4(Ipv4Addr::LOCALHOST), |_| 0).unwrap();
    let config = change(example.config(&cli().unwrap(), &fleet.places("127.0.0.1")).unwrap());
    let binary = envoy::find(envoy::default_version()).unwrap();
    let envoy = Envoy::start_from(&binary, label, ("envoy.yaml", &config)).unwrap();
    let client = Client::new(envoy.admin.listeners().unwrap()["http-80"]);
    (envoy, client, fleet)
}

#[test]
fn no_rule_is_slipped_past() {
    let (_envoy, mut client, _fleet) = start("rendered-safety", |config| config);
    let mut send = |request: &Request| {
        let answer = client.send(request).unwrap();
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned(), answer.header("location"))
    };
    for (path, backend, seen) in [
        ("/x/../api/orders/7", "shop/orders/8080", "GET /7"),
        ("/api//orders/7", "shop/orders/8080", "GET /7"),
        ("//api/orders/7", "shop/orders/8080", "GET /7"),
        ("/%2e%2e/api/orders/7", "shop/orders/8080", "GET /7"),
        ("/x/.%2E/api/orders/7", "shop/orders/8080", "GET /7"),
        ("/%61pi/orders/7", "shop/orders/8080", "GET /7"),
        ("/api/ordersx", "shop/web/8080", "GET /api/ordersx"),
        ("/api/orders/../../page", "shop/web/8080", "GET /page"),
    ] {
        let (status, body, _) = send(&Request::get(HOST, path));
        assert_eq!(status, 200, "{path}: {body}");
        assert!(body.contains(&format!("backend: {backend}\n{seen}\n")), "{path}: {body}");
    }
    for (path, location) in [
        ("/api%2forders/7", "/api/orders/7"),
        ("/x%2f..%2fapi/orders/7", "/api/orders/7"),
        ("/api%5Corders", "/api/orders"),
    ] {
        let (status, _, got) = send(&Request::get(HOST, path));
        assert_eq!((status, got.as_deref()), (307, Some(location)), "{path}");
    }
    for host in ["shop.example.com:8080", "SHOP.example.com", "shop.example.com."] {
        let (status, body, _) = send(&Request::get(host, "/"));
        assert_eq!(status, 200, "{host}");
        assert!(body.contains(&format!("\nhost: {host}\n")), "the Host is passed on as it is: {body}");
    }
    for (name, value) in [
        ("x-httproute-cluster", "audit/recorder/8080"),
        ("X-HTTPRoute-Mirror-1", "audit/recorder/8080"),
        ("x-envoy-original-path", "/api/orders"),
        ("x-envoy-upstream-rq-timeout-ms", "1"),
        ("x-envoy-retry-on", "5xx"),
    ] {
        let (status, body, _) = send(&Request::get(HOST, "/").with(name, value));
        assert_eq!(status, 200, "{name}");
        assert!(body.contains("backend: shop/web/8080\nGET /\n"), "{name}: {body}");
        let line = format!("\n{}:", name.to_lowercase());
        assert!(!body.contains(&line), "{name} is passed on: {body}");
    }
    assert_eq!(send(&Request::get(HOST, "/").with("a_b", "1")).0, 400);
}

#[test]
fn the_access_log_names_rule_and_backend() {
    let log =
        httproute_integration::root().join(format!("target/integration/access-{}.log", std::process::id()));
    let (mut envoy, mut client, _fleet) = start("rendered-log", |config| {
        let file = format!("file.v3.FileAccessLog\n                      path: {}", log.display());
        let changed = config.replace("stream.v3.StdoutAccessLog", &file);
        assert_ne!(changed, config);
        changed
    });
    let order = Request { method: "POST".into(), ..Request::get(HOST, "/api/orders/7?secret=1") };
    for request in [order, Request::get(HOST, "/account"), Request::get("other.example.com", "/")] {
        client.send(&request).unwrap();
    }
    // Envoy writes what it holds when it ends.
    let quit = Request { method: "POST".into(), ..Request::get("localhost", "/quitquitquit") };
    Client::new(envoy.admin.0).send(&quit.with("Connection", "close")).unwrap();
    envoy.wait().unwrap();
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(&log).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |line: &Value| ["rule", "backend", "status", "path"].map(|key| line[key].clone());
    let expected = serde_json::json!([
        ["shop/orders#orders", "shop/orders/8080", 200, "/7"],
        ["shop/web#account", null, 301, "/account"],
        [null, null, 404, "/"],
    ]);
    assert_eq!(Value::from_iter(lines.iter().map(|line| Value::from(of(line).to_vec()))), expected, "{text}");
    assert!(!text.contains("secret"));
}
