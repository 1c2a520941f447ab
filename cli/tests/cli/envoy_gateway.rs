//! `httproute render envoy-gateway`. What the modules and Envoy make of it is shown by the integration tests.

use serde_json::{Value, json};

use crate::crd::{faults, objects};
use crate::run::{Directory, Ran};

const SHOP: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: infra}
spec:
  gatewayClassName: eg
  listeners:
  - {name: web, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: cart
  namespace: shop
  labels: {team: cart}
  annotations: {kubectl.kubernetes.io/last-applied-configuration: '{}'}
  managedFields: [{manager: kubectl}]
  uid: '1'
spec:
  parentRefs: [{name: public, namespace: infra}]
  rules:
  - filters:
    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-shop, value: cart}]}}
    - {type: URLRewrite, urlRewrite: {hostname: cart.internal}}
    - {type: CORS, cors: {allowOrigins: ['https://a.example']}}
    backendRefs:
    - name: cart
      port: 8080
      filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-backend, value: cart}]}}]
  - matches: [{path: {value: /old}}]
    filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /new}}}]
status: {parents: []}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: plain, namespace: shop}
spec:
  parentRefs: [{name: public, namespace: infra}]
  hostnames: [plain.example.com]
  rules: [{backendRefs: [{name: cart, port: 8080}]}]
";

const IMAGES: &str = "registry.example.com/{module}:0.1.0";

fn render(manifests: &str, images: &str, flags: &[&str]) -> Ran {
    let directory = Directory::with("shop.yaml", manifests);
    let arguments = ["render", "envoy-gateway", "-f", "shop.yaml", "--image", images];
    directory.run(&[&arguments, flags].concat())
}

/// The policies, each of which a cluster takes, and the routes.
fn rendered(manifests: &str, images: &str, flags: &[&str]) -> (Vec<Value>, Vec<Value>) {
    let ran = render(manifests, images, flags);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let (policies, routes): (Vec<Value>, Vec<Value>) =
        objects(&ran.stdout).into_iter().partition(|object| object["kind"] == "EnvoyExtensionPolicy");
    for policy in &policies {
        assert_eq!(faults(policy), [""; 0], "{policy:#}");
    }
    (policies, routes)
}

#[test]
fn a_listener_has_a_policy_with_the_modules_that_its_routes_need() {
    let digest = format!("cors=sha256:{}", "0a".repeat(32));
    let (policies, _) = rendered(SHOP, IMAGES, &["--digest", &digest, "--pull-secret", "registry"]);
    let [policy] = policies.as_slice() else { panic!("{policies:#?}") };
    assert_eq!(
        (&policy["metadata"]["name"], &policy["metadata"]["namespace"]),
        (&json!("httproute-public-web"), &json!("infra"))
    );
    // Envoy Gateway 1.5 takes no sectionName, and one listener needs none.
    let target = json!([{ "group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public" }]);
    assert_eq!(policy["spec"]["targetRefs"], target);
    let wasm = policy["spec"]["wasm"].as_array().unwrap();
    let names: Vec<&Value> = wasm.iter().map(|wasm| &wasm["name"]).collect();
    assert_eq!(names, ["cors", "redirect", "header-modifier"]);
    let secret = json!({ "kind": "Secret", "name": "registry" });
    let image = json!({ "url": "registry.example.com/cors:0.1.0", "sha256": "0a".repeat(32), "pullSecretRef": secret });
    assert_eq!(wasm[0]["code"], json!({ "type": "Image", "image": image }));
    for wasm in wasm {
        assert_eq!(wasm["failOpen"], false);
        let config = &wasm["config"];
        assert_eq!((&config["unmatched"], &config["unresolved"]), (&json!("pass"), &Value::Null));
        assert_eq!(config["routes"][0]["spec"]["rules"][0]["backendRefs"], Value::Null);
        let listener = json!({ "gateway": "infra/public", "name": "web", "port": 80, "protocol": "HTTP", "routes": ["shop/cart", "shop/plain"] });
        assert_eq!(config["listeners"], json!([listener]));
        let (_, problems) = httproute_sdk::Routes::decode(config.to_string().as_bytes()).unwrap();
        assert_eq!(problems, []);
    }
}

/// Envoy has no route for a request without the header, so a module that removes it would make the request a 404.
#[test]
fn a_filter_that_removes_x_forwarded_proto_stays_in_the_route() {
    let remove = "requestHeaderModifier: {remove: [X-Forwarded-Proto]}";
    let shop = SHOP.replacen("requestHeaderModifier: {set: [{name: x-shop, value: cart}]}", remove, 1);
    let (policies, routes) = rendered(&shop, IMAGES, &[]);
    let printed = Value::from(policies.clone()).to_string();
    assert!(!printed.contains("X-Forwarded-Proto") && !printed.contains("header-modifier"), "{printed}");
    assert_eq!(
        routes[0]["spec"]["rules"][0]["filters"][0]["requestHeaderModifier"]["remove"][0],
        "X-Forwarded-Proto"
    );
    let stderr = render(&shop, IMAGES, &[]).stderr;
    assert!(
        stderr.contains("LeftToEnvoyGateway")
            && stderr.contains("RequestHeaderModifier with X-Forwarded-Proto"),
        "{stderr}"
    );
}

#[test]
fn envoy_gateway_gets_the_routes_without_what_modules_carry_out() {
    let (_, routes) = rendered(SHOP, IMAGES, &[]);
    let [route, plain] = routes.as_slice() else { panic!("{routes:#?}") };
    // What is printed is all that is to be applied.
    assert_eq!(plain["metadata"], json!({ "name": "plain", "namespace": "shop" }));
    assert_eq!(plain["spec"]["rules"][0]["backendRefs"], json!([{ "name": "cart", "port": 8080 }]));
    assert_eq!(
        route["metadata"],
        json!({ "name": "cart", "namespace": "shop", "labels": { "team": "cart" } })
    );
    assert_eq!(route["status"], Value::Null);
    let rules = &route["spec"]["rules"];
    assert_eq!(
        rules[0]["filters"],
        json!([{ "type": "URLRewrite", "urlRewrite": { "hostname": "cart.internal" } }])
    );
    // Envoy Gateway has chosen the backend, so its filters are Envoy Gateway's.
    assert_eq!(rules[0]["backendRefs"][0]["filters"][0]["type"], "RequestHeaderModifier");
    assert_eq!(rules[1]["filters"], Value::Null);
    let directory = Directory::with("route.yaml", route.to_string());
    directory.run(&["check", "-f", "route.yaml"]).says(0, &[]);
}

#[test]
fn several_listeners_have_policies_of_their_own_and_modules_may_be_at_urls() {
    let other = "  - {name: tls, port: 443, protocol: HTTPS, hostname: a.example.com, tls: {certificateRefs: [{name: of-envoy-gateway}]}, allowedRoutes: {namespaces: {from: All}}}\n---";
    let (policies, _) = rendered(&SHOP.replacen("---", other, 1), "https://example.com/{module}.wasm", &[]);
    let sections: Vec<&Value> =
        policies.iter().map(|policy| &policy["spec"]["targetRefs"][0]["sectionName"]).collect();
    assert_eq!(sections, ["web", "tls"]);
    for (policy, port) in policies.iter().zip([80, 443]) {
        assert_eq!(policy["spec"]["wasm"][0]["config"]["listeners"][0]["port"], port);
    }
    let code = json!({ "type": "HTTP", "http": { "url": "https://example.com/cors.wasm" } });
    assert_eq!(policies[0]["spec"]["wasm"][0]["code"], code);
}

#[test]
fn what_does_not_work_is_told() {
    let ran = render(SHOP, IMAGES, &[]);
    for told in [
        "warning[LeftToEnvoyGateway]: Envoy Gateway itself carries out: URLRewrite, filters of backendRefs of route shop/cart",
        "warning[UnpinnedImage]: not pinned: cors, header-modifier, redirect",
        "warning[NoReload]",
    ] {
        assert!(ran.stderr.contains(told), "{told}\n{}", ran.stderr);
    }
    for not in ["MatchesAgain", "UnroutedPreflight", "SectionName"] {
        assert!(!ran.stderr.contains(not), "{}", ran.stderr);
    }
    let method = SHOP.replace(
        "  - filters:\n",
        "  - matches: [{method: GET, headers: [{name: X-Shop, value: a}]}]\n    filters:\n",
    );
    let ran = render(&method, IMAGES, &[]);
    assert!(ran.stderr.contains("warning[UnroutedPreflight]"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains(
            "warning[MatchesAgain]: on listener web filters change headers by which routes are chosen: x-shop"
        ),
        "{}",
        ran.stderr
    );
    assert_eq!(render(SHOP, "registry.example.com/cors:1", &[]).code, Some(2));
}

#[test]
fn policies_of_one_name_are_refused_and_so_are_digests_of_no_module() {
    let listener = "  - {name: tls, port: 443, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}\n";
    let gateway = |name: &str, listener: &str| {
        let gateway = SHOP.split("---").next().unwrap();
        let gateway = gateway.replace("name: public", &format!("name: {name}"));
        gateway.replace("name: web", &format!("name: {listener}"))
    };
    let route = SHOP.split("---").nth(1).unwrap().replace(
        "parentRefs: [{name: public, namespace: infra}]",
        "parentRefs: [{name: public, namespace: infra}, {name: public-a, namespace: infra}]",
    );
    let same = format!("{}{listener}---{}---{route}", gateway("public", "a-web"), gateway("public-a", "web"));
    let ran = render(&same, IMAGES, &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("infra/httproute-public-a-web would be there twice"), "{}", ran.stderr);
    let one = render(&same, IMAGES, &["--gateway", "infra/public"]);
    assert_eq!(one.code, Some(0), "{}", one.stderr);
    assert!(
        one.stderr.contains("warning[OtherParent]: route shop/cart is printed without"),
        "{}",
        one.stderr
    );
    let digest = format!("header_modifier=sha256:{}", "0".repeat(64));
    let ran = render(SHOP, IMAGES, &["--digest", &digest]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(
        ran.stderr.contains("no such module here, but cors, redirect, header-modifier"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_filter_of_envoy_gateway_itself_stays_with_it() {
    let own = "    - {type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: own}}\n";
    let with = SHOP.replacen("  - filters:\n", &format!("  - filters:\n{own}"), 1);
    let with = format!(
        "{with}---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: HTTPRouteFilter\nmetadata: {{name: own, namespace: shop}}\nspec: {{}}\n"
    );
    let ran = render(&with, IMAGES, &[]);
    assert!(!ran.stderr.contains("HTTPRouteFilter"), "{}", ran.stderr);
    let (policies, routes) = rendered(&with, IMAGES, &[]);
    assert_eq!(policies[0]["spec"]["wasm"][0]["config"]["extensions"], Value::Null);
    assert_eq!(routes[0]["spec"]["rules"][0]["filters"][0]["type"], "ExtensionRef");
}

#[test]
fn a_misspelt_field_is_refused() {
    let (policies, _) = rendered(SHOP, IMAGES, &[]);
    for (pointer, wrong) in
        [("/spec", "wasms"), ("/spec/wasm/0", "failopen"), ("/spec/wasm/0/code/image", "digest")]
    {
        let mut policy = policies[0].clone();
        policy.pointer_mut(pointer).unwrap()[wrong] = json!("x");
        assert_eq!(faults(&policy), [format!("{pointer}: unknown field {wrong:?}")]);
    }
}
