//! `httproute explain`.

use serde_json::{Value, json};

use crate::run::{Directory, Ran};

const SHOP: &str = r#"apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec:
  gatewayClassName: any
  listeners:
  - {name: web, port: 80, protocol: HTTP, hostname: "*.example.com"}
  - {name: admin, port: 8080, protocol: HTTP}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{name: public, sectionName: web}]
  hostnames: [shop.example.com]
  rules:
  - name: canary
    matches:
    - path: {type: PathPrefix, value: /cart}
      headers: [{name: x-canary, value: "yes"}]
    backendRefs: [{name: cart-v2, port: 8080}]
  - matches: [{path: {type: PathPrefix, value: /cart}}]
    filters:
    - {type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /v1}}}
    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-shop, value: cart}], remove: [x-debug]}}
    - {type: ResponseHeaderModifier, responseHeaderModifier: {add: [{name: x-by, value: cart}], remove: [server]}}
    - {type: RequestMirror, requestMirror: {backendRef: {name: audit, port: 8080}}}
    timeouts: {request: 10s}
    backendRefs:
    - {name: cart, port: 8080, weight: 3}
    - {name: cart-v2, port: 8080, weight: 0}
    - {name: gone, port: 8080, weight: 1}
  - matches: [{path: {type: Exact, value: /old}}]
    filters: [{type: RequestRedirect, requestRedirect: {hostname: www.example.com, statusCode: 301}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: admin, namespace: shop}
spec:
  parentRefs: [{name: public, sectionName: admin}]
  rules:
  - backendRefs: [{name: cart, port: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {ports: [{port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart-v2, namespace: shop}
spec: {ports: [{port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: audit, namespace: shop}
spec: {ports: [{port: 8080}]}
"#;

fn explain(arguments: &[&str]) -> Ran {
    Directory::with("shop.yaml", SHOP).run(&[&["explain", "-f", "shop.yaml"], arguments].concat())
}

fn object(arguments: &[&str]) -> Value {
    let ran = explain(&[&["-o", "json"], arguments].concat());
    ran.says(0, &[]);
    ran.json()
}

/// A message without the headers that Envoy adds to each request.
fn own(message: &Value) -> Value {
    let mut message = message.clone();
    let added = ["x-forwarded-for", "x-forwarded-proto", "x-request-id", "x-envoy-external-address"];
    let headers = message["headers"].as_array_mut().unwrap();
    headers.retain(|header| !added.contains(&header["name"].as_str().unwrap()));
    message
}

#[test]
fn the_proxy_in_front_comes_first() {
    let paths = object(&["http://shop.example.com/x/../cart//%7Ea"]);
    assert_eq!(paths["winner"]["rule"], 1);
    assert_eq!(paths["request"]["received"]["path"], "/cart/~a");
    assert_eq!(paths["front"]["steps"][0], "normalises the path /x/../cart//%7Ea to /cart/~a");
    let escaped = object(&["http://shop.example.com/cart/@babel%2fcore"]);
    assert_eq!((&escaped["reply"]["status"], &escaped["winner"]), (&json!(307), &Value::Null));
    assert_eq!(escaped["reply"]["location"], "/cart/@babel/core");
    let kept = object(&["--escaped-slashes", "keep", "http://shop.example.com/cart/@babel%2fcore"]);
    assert_eq!(kept["request"]["received"]["path"], "/cart/@babel%2fcore");
    let alone = object(&["--front", "none", "http://shop.example.com/x/../cart"]);
    assert_eq!((&alone["reply"]["status"], &alone["front"]), (&json!(400), &Value::Null));
    let underscore = ["-H", "a_b: 1", "http://shop.example.com/cart"];
    explain(&underscore)
        .says(0, &["Envoy first", "answers 400: the name of the header a_b has an underscore"]);
    explain(&[&["--underscores", "allow"], &underscore[..]].concat()).says(0, &["this one", "a_b: 1"]);
    let star = object(&["-X", "OPTIONS", "--request-target", "*", "http://shop.example.com/"]);
    assert_eq!(star["reply"]["status"], 404);
    let http2 = object(&["--http2", "-H", "Connection: close", "http://shop.example.com/cart"]);
    assert_eq!((&http2["front"]["reset"], &http2["reply"]), (&json!(true), &Value::Null));
}

#[test]
fn the_object_has_the_documented_members() {
    let object = object(&[
        "--seed",
        "1",
        "-H",
        "X-Debug: 1",
        "-H",
        "x-user: ada",
        "http://shop.example.com/cart/items?x=1",
    ]);
    let members: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    let documented = [
        "backend",
        "candidates",
        "front",
        "listener",
        "mirrors",
        "problems",
        "reply",
        "request",
        "response",
        "winner",
    ];
    assert_eq!(members, documented);
    let listener = json!({ "gateway": "shop/public", "name": "web", "port": 80, "protocol": "HTTP", "hostname": "*.example.com" });
    assert_eq!(object["listener"], listener);
    assert_eq!(object["winner"], json!({ "route": "shop/cart", "rule": 1, "match": 0 }));
    let candidates = json!([
        { "route": "shop/cart", "rule": 2, "match": 0, "condition": "Exact /old", "lost": "the path does not match" },
        { "route": "shop/cart", "rule": 0, "match": 0, "name": "canary", "condition": "PathPrefix /cart, header x-canary: yes",
          "lost": "the header x-canary is missing or has another value" },
        { "route": "shop/cart", "rule": 1, "match": 0, "condition": "PathPrefix /cart", "lost": null },
    ]);
    assert_eq!(object["candidates"], candidates);
    let message = |path: &str, header: Value| {
        let user = json!({ "name": "x-user", "value": "ada" });
        let headers = if path.starts_with("/v1") { json!([user, header]) } else { json!([header, user]) };
        json!({ "method": "GET", "scheme": "http", "authority": "shop.example.com", "path": path, "headers": headers })
    };
    let before = message("/cart/items?x=1", json!({ "name": "x-debug", "value": "1" }));
    let after = message("/v1/items?x=1", json!({ "name": "x-shop", "value": "cart" }));
    let request = &object["request"];
    assert_eq!((&request["before"], &own(&request["after"])), (&before, &after));
    assert_eq!(own(&request["received"]), before);
    assert_eq!(object["front"], json!({ "proxy": "envoy", "steps": [], "reset": false }));
    assert_eq!(object["reply"], Value::Null);
    let backend = json!({
        "chosen": "shop/cart/8080",
        "shares": [
            { "cluster": "shop/cart/8080", "reference": "shop/cart:8080", "weight": 3 },
            { "cluster": null, "reference": "shop/gone:8080", "weight": 1 },
        ],
        "timeouts": { "request": 10000, "backendRequest": null },
    });
    assert_eq!(object["backend"], backend);
    assert_eq!(object["mirrors"][0]["cluster"], "shop/audit/8080");
    assert_eq!(own(&object["mirrors"][0]["request"]), after);
    let response = json!([
        { "action": "add", "name": "x-by", "value": "cart" },
        { "action": "remove", "name": "server" },
    ]);
    assert_eq!(object["response"], response);
    assert_eq!(object["problems"][0]["code"], "BackendNotFound");
}

#[test]
fn a_seed_draws_the_backend() {
    let replies: Vec<Value> = (0..16)
        .map(|seed: u32| object(&["--seed", &seed.to_string(), "http://shop.example.com/cart"]))
        .collect();
    let unresolved = replies.iter().filter(|object| object["reply"]["status"] == 500).count();
    let chosen = replies.iter().filter(|object| object["backend"]["chosen"] == "shop/cart/8080").count();
    assert!(unresolved > 0 && chosen > unresolved && unresolved + chosen == 16, "{unresolved} {chosen}");
}

#[test]
fn a_header_chooses_the_canary() {
    let object = object(&["-H", "x-canary: yes", "http://shop.example.com/cart"]);
    assert_eq!(object["winner"]["name"], "canary");
    assert_eq!(object["candidates"][2]["lost"], "it matches, but the winner has more conditions on headers");
}

#[test]
fn a_redirect_and_a_404_are_replies() {
    let redirect = object(&["http://shop.example.com/old"]);
    assert_eq!(redirect["reply"]["status"], 301);
    assert_eq!(redirect["reply"]["location"], "http://www.example.com/old");
    assert_eq!(redirect["request"]["after"], Value::Null);
    let missing = object(&["http://shop.example.com/nowhere"]);
    assert_eq!((&missing["reply"]["status"], &missing["winner"]), (&json!(404), &Value::Null));
    assert_eq!(missing["candidates"].as_array().unwrap().len(), 3);
    let other_host = object(&["http://shop.example.org/cart"]);
    assert_eq!((&other_host["reply"]["status"], &other_host["listener"]), (&json!(404), &Value::Null));
}

#[test]
fn the_port_chooses_the_listener() {
    let by_url = object(&["http://shop.example.com:8080/cart"]);
    assert_eq!(by_url["winner"]["route"], "shop/admin");
    assert_eq!(by_url["request"]["before"]["authority"], "shop.example.com:8080");
    let by_flag = object(&["--port", "8080", "http://shop.example.com/cart"]);
    assert_eq!(by_flag["winner"]["route"], "shop/admin");
    assert_eq!(by_flag["request"]["before"]["authority"], "shop.example.com");
    let closed = object(&["http://shop.example.com:81/"]);
    let problem = closed["problems"].as_array().unwrap().last().unwrap();
    assert_eq!(problem["code"], "NoListener");
    assert!(problem["hint"].as_str().unwrap().contains("shop/public/web (HTTP, port 80, *.example.com)"));
    let tls = object(&["--port", "80", "https://shop.example.com/"]);
    let problem = tls["problems"].as_array().unwrap().last().unwrap();
    assert_eq!(problem["message"], "the listeners on port 80 do not speak HTTPS");
}

#[test]
fn without_a_gateway_a_listener_stands_in_and_it_says_so() {
    let route = SHOP.split("---\n").nth(1).unwrap();
    let directory = Directory::with("cart.yaml", route);
    let ran = directory.run(&["explain", "-f", "cart.yaml", "https://shop.example.com:8443/cart"]);
    ran.says(0, &["implicit, for there is no Gateway: HTTPS, port 8443", "warning[NoGateway]"]);
    let object = directory
        .run(&["explain", "-f", "cart.yaml", "-o", "json", "https://shop.example.com:8443/old"])
        .json();
    assert_eq!(object["listener"]["gateway"], Value::Null);
    assert_eq!(object["reply"]["location"], "https://www.example.com:8443/old");
}

#[test]
fn people_see_what_changes() {
    let ran = explain(&["--seed", "1", "-H", "x-debug: 1", "http://shop.example.com/cart/items?x=1"]);
    ran.says(0, &[]);
    assert_eq!(ran.stdout, include_str!("explain.txt"));
}

#[test]
fn what_could_not_be_read_makes_an_explanation_incomplete() {
    let directory = Directory::with("shop.yaml", format!("{SHOP}---\nkind: [\n"));
    directory
        .run(&["explain", "-f", ".", "http://shop.example.com/cart"])
        .says(1, &["shop.yaml:", "this one"]);
}

#[test]
fn a_broken_rule_is_explained_by_its_error() {
    let directory = Directory::with("shop.yaml", SHOP.replace("weight: 3", "weight: -3"));
    let ran = directory.run(&["explain", "-f", ".", "http://shop.example.com/cart"]);
    ran.says(0, &["500 the rule for this request is not valid", "error[OutOfRange]: weight is -3"]);
    assert_eq!(ran.stdout.matches("OutOfRange").count(), 1, "{}", ran.stdout);
}
