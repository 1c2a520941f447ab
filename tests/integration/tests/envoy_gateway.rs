//! What `httproute render envoy-gateway` writes, in a real Envoy, among what Envoy Gateway generates for a Gateway.

use std::net::{IpAddr, Ipv4Addr};

use httproute_integration::backend::Behaviour;
use httproute_integration::client::{Client, Request};
use httproute_integration::command_line::cli;
use httproute_integration::control_plane::{ClusterExample, envoy_gateway, objects};
use httproute_integration::envoy::{self, Envoy};
use httproute_integration::fleet::Fleet;

fn start(label: &str) -> (Envoy, Client, Fleet, ClusterExample) {
    let example = ClusterExample::read("envoy-gateway").unwrap();
    let backends = ["shop/web/8080", "shop/orders/8080"];
    let backends = backends.iter().map(|name| ((*name).to_owned(), Behaviour::Echo)).collect();
    let fleet = Fleet::start(&backends, IpAddr::V4(Ipv4Addr::LOCALHOST), |_| 0).unwrap();
    let rendered = objects(&std::fs::read_to_string(&example.output).unwrap()).unwrap();
    let config = envoy_gateway::envoy(&rendered, &fleet.places("127.0.0.1")).unwrap();
    let binary = envoy::find(envoy::default_version()).unwrap();
    let envoy = Envoy::start(&binary, label, &config).unwrap();
    let client = Client::new(envoy.admin.listeners().unwrap()["http"]);
    (envoy, client, fleet, example)
}

#[test]
fn the_example_holds_what_the_command_prints() {
    let example = ClusterExample::read("envoy-gateway").unwrap();
    let (printed, told) = example.rendered(&cli().unwrap()).unwrap();
    let held = std::fs::read_to_string(&example.output).unwrap();
    assert_eq!(example.faults_of_commands(), Ok(Vec::new()));
    assert!(printed == held, "{} is old: run the command of the README", example.output.display());
    // The two warnings of which the README speaks.
    assert_eq!(told.matches("warning[").count(), 2, "{told}");
    assert!(told.contains("warning[LeftToEnvoyGateway]") && told.contains("warning[NoReload]"), "{told}");
}

#[test]
fn the_example_does_what_its_readme_says() {
    let (envoy, client, fleet, example) = start("envoy-gateway");
    let address = client.server();
    let requests = example.run(|_, _| Ok(Client::new(address)), &fleet.record);
    assert_eq!(requests, Ok(4), "{}", envoy.log_tail());
    let log = envoy.log();
    assert!(!log.contains("error[") && !log.contains("warning["), "{log}");
}

#[test]
fn each_filter_runs_once_and_the_rest_is_left_alone() {
    let (_envoy, mut client, _fleet, _) = start("envoy-gateway-once");
    let mut send = |request: &Request| {
        let answer = client.send(request).unwrap();
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        (answer.status, text, answer)
    };
    let (status, body, answer) = send(&Request::get("shop.example.com", "/").with("x-debug", "1"));
    assert_eq!((status, body.matches("x-shop: pages\n").count()), (200, 1), "{body}");
    assert!(!body.contains("x-debug"), "{body}");
    assert_eq!((answer.header("x-secret"), answer.header("x-frame-options")), (None, Some("DENY".into())));
    // The name of no upstream is told to a backend, and what Envoy Gateway does not route is not the modules' to answer.
    assert!(!body.contains("x-httproute-"), "{body}");
    assert_eq!(send(&Request::get("other.example.com", "/")).0, 404);
    // Of a rule that is no module's, nothing changes.
    let (status, body, answer) = send(&Request::get("shop.example.com", "/api/orders"));
    assert!(status == 200 && body.contains("backend: shop/orders/8080\nGET /\n"), "{body}");
    assert_eq!(answer.header("x-secret"), Some("backend".into()));
}
