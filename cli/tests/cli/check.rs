//! `httproute check`.

use crate::run::{Directory, route};

const GATEWAY: &str = "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec:
  gatewayClassName: any
  listeners:
  - {name: web, port: 80, protocol: HTTP}
";

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {ports: [{port: 8080}]}
";

fn shop(spec: &str) -> Directory {
    let directory = Directory::with("shop.yaml", [GATEWAY, SERVICE].join("---\n"));
    directory.add("route.yaml", route(spec));
    directory
}

const GOOD: &str = "spec:
  parentRefs: [{name: public}]
  rules:
  - backendRefs: [{name: cart, port: 8080}]
";

#[test]
fn good_manifests_pass() {
    let ran = shop(GOOD).run(&["check", "-f", "."]);
    ran.says(0, &[]);
    assert_eq!(ran.stdout, "no problems in 2 files with 3 objects\n");
}

#[test]
fn what_cannot_be_resolved_is_a_warning() {
    let directory = shop(&GOOD.replace("cart", "basket"));
    directory
        .run(&["check", "-f", "."])
        .says(0, &["route.yaml:7:19: warning[BackendNotFound]", "1 warning in"]);
    directory
        .run(&["check", "-f", ".", "--backend", "shop/basket:8080=127.0.0.1:1"])
        .says(0, &["no problems"]);
}

#[test]
fn a_listener_on_the_port_of_the_administration_interface_is_a_warning() {
    let directory =
        Directory::with("shop.yaml", [&GATEWAY.replace("port: 80,", "port: 9901,"), SERVICE].join("---\n"));
    directory
        .run(&["check", "-f", "."])
        .says(0, &["warning[AdminPort]: listener shop/public/web has port 9901"]);
    let elsewhere = directory.run(&["check", "-f", ".", "--front", "istio"]);
    assert_eq!(elsewhere.stdout, "no problems in 1 file with 2 objects\n");
}

#[test]
fn an_excerpt_shows_the_place() {
    let ran = shop(&GOOD.replace("8080", "80800")).run(&["check", "-f", "."]);
    let expected = "route.yaml:7:38: error[OutOfRange]: port is 80800, but must be between 1 and 65535
  |
7 |   - backendRefs: [{name: cart, port: 80800}]
  |                                      ^^^^^
";
    ran.says(1, &[expected]);
}

#[test]
fn the_status_is_what_a_cluster_would_show() {
    let ran =
        shop(&GOOD.replace("public}", "public, sectionName: admin}")).run(&["check", "-f", ".", "--status"]);
    ran.says(0, &[]);
    let expected = "Gateway shop/public
  Accepted=True Accepted
  Programmed=True Programmed
  ResolvedRefs=True ResolvedRefs
  listener web: HTTP, port 80, any host; 0 routes attached
    Accepted=True Accepted
    Conflicted=False NoConflicts
    Programmed=True Programmed
    ResolvedRefs=True ResolvedRefs
HTTPRoute shop/cart
  parent shop/public, section admin
    Accepted=False NoMatchingParent: Gateway shop/public has no listener named \"admin\"
    ResolvedRefs=True ResolvedRefs
";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
}

#[test]
fn tools_get_one_object() {
    let ran = shop(&GOOD.replace("8080}", "8080, weight: -1}")).run(&["check", "-f", ".", "-o", "json"]);
    ran.says(1, &[]);
    let object = ran.json();
    let problem =
        &object["problems"].as_array().unwrap().iter().find(|one| one["severity"] == "error").unwrap();
    assert_eq!(problem["file"], "./route.yaml");
    assert_eq!((&problem["line"], &problem["column"]), (&7.into(), &52.into()));
    assert_eq!(problem["code"], "OutOfRange");
    assert_eq!(problem["pointer"], "/spec/rules/0/backendRefs/0/weight");
    assert!(problem["message"].as_str().unwrap().contains("weight is -1"));
    assert!(problem["hint"].as_str().unwrap().contains("use 0"));
    let statuses = object["statuses"].as_array().unwrap();
    assert_eq!((&statuses[0]["kind"], &statuses[1]["kind"]), (&"Gateway".into(), &"HTTPRoute".into()));
    assert_eq!(statuses[0]["listeners"][0]["attachedRoutes"], 0);
    assert_eq!(statuses[1]["parents"][0]["conditions"][0]["type"], "Accepted");
    let good = shop(GOOD).run(&["check", "-f", ".", "-o", "json"]).json();
    assert_eq!(good["problems"], serde_json::json!([]));
    assert_eq!(good["statuses"][1]["parents"][0]["listeners"][0], "shop/public/web");
}

#[test]
fn a_channel_has_its_fields() {
    let spec = format!("{GOOD}    retry: {{attempts: 2}}\n");
    shop(&spec).run(&["check", "-f", "."]).says(1, &["route.yaml:8:5: error[ExperimentalChannel]", "hint:"]);
    let ran = shop(&spec).run(&["check", "-f", ".", "--channel", "experimental"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
}

#[test]
fn kinds_that_the_module_carries_out_can_be_named() {
    let spec = format!(
        "{GOOD}    filters: [{{type: ExtensionRef, extensionRef: {{group: example.com, kind: GeoBlock, name: eu}}}}]\n"
    );
    let directory = shop(&spec);
    directory.add(
        "geo.yaml",
        "apiVersion: example.com/v1\nkind: GeoBlock\nmetadata: {name: eu, namespace: shop}\n",
    );
    assert!(directory.run(&["check", "-f", "."]).stdout.contains("InvalidKind"));
    let ran = directory.run(&["check", "-f", ".", "--extension", "example.com/GeoBlock", "--status"]);
    assert!(ran.stdout.contains("ResolvedRefs=True"), "{}", ran.stdout);
    let of_the_module = ["--extension", "example.com/GeoBlock", "http://shop.example.com/"];
    let ran = directory.run(&[&["explain", "-f", "."], &of_the_module[..]].concat());
    assert!(ran.stdout.contains("? GeoBlock shop/eu  decided by your module"), "{}", ran.stdout);
}
