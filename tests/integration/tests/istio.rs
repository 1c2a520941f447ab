//! What `httproute render istio` writes, in a real Envoy: the very `pluginConfig` after its way through a protobuf Struct, among
//! what Istio generates for a gateway, with the patches of the EnvoyFilter applied.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use httproute_integration::backend::Behaviour;
use httproute_integration::client::{Client, Request};
use httproute_integration::command_line::cli;
use httproute_integration::control_plane::istio::{self, Naming};
use httproute_integration::control_plane::{ClusterExample, objects};
use httproute_integration::envoy::{self, Envoy};
use httproute_integration::fleet::Fleet;
use httproute_integration::record::ID_HEADER;
use httproute_integration::tls::Identity;

const BACKENDS: [&str; 5] =
    ["shop/web/8080", "shop/cart/8080", "shop/cart-canary/8080", "shop/orders/8080", "audit/recorder/8080"];

/// The gateway of the example.
struct Gateway {
    envoy: Envoy,
    listeners: BTreeMap<String, SocketAddr>,
    identity: Identity,
    fleet: Fleet,
    example: ClusterExample,
}

impl Gateway {
    fn start(label: &str, naming: Naming) -> Self {
        Gateway::start_with(label, naming, &["WasmPlugin", "EnvoyFilter"])
    }

    /// With the rendered objects of these kinds only.
    fn start_with(label: &str, naming: Naming, kinds: &[&str]) -> Self {
        let example = ClusterExample::read("istio").unwrap();
        let backends = BACKENDS.iter().map(|name| ((*name).to_owned(), Behaviour::Echo)).collect();
        let fleet = Fleet::start(&backends, IpAddr::V4(Ipv4Addr::LOCALHOST), |_| 0).unwrap();
        let identity = Identity::generate(&["*.example.com"]).unwrap();
        let read = |path| objects(&std::fs::read_to_string(path).unwrap()).unwrap();
        let gateway = read(example.folder.join("manifests/gateway.yaml")).remove(0);
        let mut rendered = read(example.output.clone());
        rendered.retain(|object| kinds.iter().any(|kind| object["kind"] == *kind));
        let config =
            istio::envoy(&gateway, &rendered, naming, &fleet.places("127.0.0.1"), &identity).unwrap();
        let binary = envoy::find(envoy::default_version()).unwrap();
        let envoy = Envoy::start(&binary, label, &config).unwrap();
        let listeners = envoy.admin.listeners().unwrap();
        Gateway { envoy, listeners, identity, fleet, example }
    }

    /// A client that asks for `host` in the TLS handshake, where there is one.
    fn client(&self, scheme: &str, host: &str) -> Client {
        match scheme {
            "https" => Client::with_tls(self.listeners["443"], &self.identity.trust, host),
            _ => Client::new(self.listeners["80"]),
        }
    }
}

#[test]
fn the_example_holds_what_the_command_prints() {
    let example = ClusterExample::read("istio").unwrap();
    let (printed, told) = example.rendered(&cli().unwrap()).unwrap();
    let held = std::fs::read_to_string(&example.output).unwrap();
    assert_eq!(example.faults_of_commands(), Ok(Vec::new()));
    assert!(printed == held, "{} is old: run the command of the README", example.output.display());
    // The one warning of which the README speaks.
    assert_eq!(told.matches("warning[").count(), 1, "{told}");
    assert!(told.contains("warning[CarriedOutTwice]"), "{told}");
}

#[test]
fn the_example_does_what_its_readme_says() {
    for (label, naming) in [("istio-1.27", Naming::Dashes), ("istio-1.28", Naming::Tildes)] {
        let gateway = Gateway::start(label, naming);
        let requests =
            gateway.example.run(|scheme, host| Ok(gateway.client(scheme, host)), &gateway.fleet.record);
        assert_eq!(requests, Ok(8), "{label}\n{}", gateway.envoy.log_tail());
        // Nothing in the configuration, numbers included, is read otherwise than it was written.
        let log = gateway.envoy.log();
        assert!(!log.contains("error[") && !log.contains("warning["), "{log}");
    }
}

#[test]
fn clients_choose_no_upstream_and_slip_past_no_rule() {
    let gateway = Gateway::start("istio-safety", Naming::Tildes);
    let mut client = gateway.client("https", "shop.example.com");
    let mut send = |request: &Request| {
        let answer = client.send(request).unwrap();
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    };
    let recorder = istio::cluster_name("audit/recorder/8080").unwrap();
    for (name, value) in [
        ("x-httproute-cluster", recorder.as_str()),
        ("X-HTTPRoute-Mirror-1", &recorder),
        ("x-envoy-upstream-rq-timeout-ms", "1"),
        ("x-envoy-upstream-stream-duration-ms", "1"),
        ("x-envoy-original-path", "/api/orders"),
    ] {
        let (status, body) = send(&Request::get("shop.example.com", "/").with(name, value));
        assert_eq!(status, 200, "{name}");
        assert!(body.contains("backend: shop/web/8080\nGET /\n"), "{name}: {body}");
        assert!(!body.contains(&format!("\n{}:", name.to_lowercase())), "{name} is passed on: {body}");
    }
    for path in ["/x/../api//orders/7", "/%2e%2e/api/orders/7"] {
        let (status, body) = send(&Request::get("shop.example.com", path));
        assert!(status == 200 && body.contains("backend: shop/orders/8080\nGET /7\n"), "{path}: {body}");
    }
    assert_eq!(send(&Request::get("shop.example.com", "/api%2forders/7")).0, 307);
    assert_eq!(send(&Request::get("shop.example.com", "/").with("a_b", "1")).0, 400);
    // Of what the module tells the router, nobody hears.
    let order = client.send(&Request::get("shop.example.com", "/api/orders/7")).unwrap();
    assert!(!String::from_utf8_lossy(&order.body).contains("x-envoy-expected-rq-timeout-ms"));
    assert_eq!(order.header("x-envoy-upstream-service-time"), None);
}

#[test]
fn clients_choose_no_upstream_even_where_the_module_is_missing() {
    let gateway = Gateway::start_with("istio-alone", Naming::Tildes, &["EnvoyFilter"]);
    let mut client = gateway.client("https", "shop.example.com");
    let recorder = istio::cluster_name("audit/recorder/8080").unwrap();
    for name in ["x-httproute-cluster", "X-HTTPRoute-Mirror-1"] {
        let request = Request::get("shop.example.com", "/").with(name, &recorder).with(ID_HEADER, name);
        // No route takes a request that no module has given an upstream.
        assert_eq!(client.send(&request).unwrap().status, 503, "{name}");
        assert!(gateway.fleet.record.take(name).is_empty(), "{name}");
    }
}

#[test]
fn the_shares_of_the_split_are_those_of_the_weights() {
    let gateway = Gateway::start("istio-split", Naming::Tildes);
    let mut client = gateway.client("https", "shop.example.com");
    let request = Request::get("shop.example.com", "/cart");
    let canary = (0..400).filter(|_| {
        let answer = client.send(&request).unwrap();
        String::from_utf8_lossy(&answer.body).contains("backend: shop/cart-canary/8080")
    });
    // 40 is the mean, and 24 four standard deviations.
    let canary = canary.count();
    assert!((16..=64).contains(&canary), "{canary} of 400");
}
