//! `httproute render envoy`. What Envoy makes of it is shown by the integration tests.

use crate::run::Directory;

const SHOP: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: infra}
spec:
  gatewayClassName: any
  listeners:
  - {name: web, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: other, namespace: infra}
spec:
  gatewayClassName: any
  listeners:
  - {name: web, port: 80, protocol: HTTP}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{name: public, namespace: infra}]
  rules:
  - backendRefs: [{name: cart, port: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {ports: [{port: 8080}]}
";

#[test]
fn a_backend_that_is_missing_is_an_error_unless_errors_are_allowed() {
    let directory = Directory::with(
        "shop.yaml",
        SHOP.replace(
            "{name: cart, namespace: shop}\nspec: {ports",
            "{name: stock, namespace: shop}\nspec: {ports",
        ),
    );
    let flags =
        ["--gateway", "infra/public", "--port", "web=10080", "--wasm-dir", "/modules", "--bind", "::1"];
    let arguments: Vec<&str> = ["render", "envoy", "-f", "shop.yaml"].into_iter().chain(flags).collect();
    let refused = directory.run(&arguments);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
    let missing = "error[BackendNotFound]: there is no Service shop/cart";
    assert!(refused.stderr.contains(missing), "{}", refused.stderr);
    let arguments = [&arguments[..], &["--allow-errors"]].concat();
    let ran = directory.run(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for wanted in [
        "address: { socket_address: { address: \"::1\", port_value: 10080 } }",
        "address: { socket_address: { address: 127.0.0.1, port_value: 9901 } }",
        "filename: /modules/httproute.wasm",
        "\"unresolved\": {\"/routes/0/spec/rules/0/backendRefs/0\": \"BackendNotFound\"}",
    ] {
        assert!(ran.stdout.contains(wanted), "{wanted}\n{}", ran.stdout);
    }
    assert!(ran.stderr.contains(missing), "{}", ran.stderr);
    assert_eq!(directory.run(&arguments).stdout, ran.stdout);
}

#[test]
fn gateways_on_one_port_are_told_and_can_have_addresses_of_their_own() {
    let directory = Directory::with("shop.yaml", SHOP);
    let ran = directory.run(&["render", "envoy", "-f", "shop.yaml", "--wasm-dir", "."]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    // Infra/other comes first by name.
    let conflict =
        "shop.yaml:8:5: warning[HostnameConflict]: listener web: listener infra/other/web has port 80 too";
    assert!(ran.stderr.contains(conflict), "{}", ran.stderr);
    assert!(!ran.stdout.contains("shop/cart"), "{}", ran.stdout);
    let status = |flags: &[&str]| {
        let ran = directory.run(&[&["check", "--status", "-f", "shop.yaml"], flags].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stdout);
        ran.stdout.contains("Conflicted=True HostnameConflict")
    };
    assert_eq!((status(&[]), status(&["--own-addresses"])), (true, false));
    // Gateways of other classes, or at other addresses, are served by other proxies.
    for (from, to) in [
        ("gatewayClassName: any", "gatewayClassName: istio"),
        ("  listeners:", "  addresses: [{value: 192.0.2.1}]\n  listeners:"),
    ] {
        let ran = Directory::with("shop.yaml", SHOP.replacen(from, to, 1)).run(&[
            "check",
            "--status",
            "-f",
            "shop.yaml",
        ]);
        assert!(!ran.stdout.contains("HostnameConflict"), "{}", ran.stdout);
    }
    let explained = directory.run(&["explain", "-f", "shop.yaml", "http://a.example/"]);
    assert!(explained.stdout.contains("infra/other/web: HTTP, port 80"), "{}", explained.stdout);
    let older = SHOP.replacen("name: public,", "creationTimestamp: 2020-01-01T00:00:00Z, name: public,", 1);
    let older = Directory::with("shop.yaml", &older);
    let ran = older.run(&["render", "envoy", "-f", "shop.yaml", "--wasm-dir", "."]);
    assert!(ran.stdout.contains("shop/cart"), "{}", ran.stdout);
    let two = SHOP.replace("name: public, namespace: infra}\nspec:", "name: third, namespace: infra}\nspec:");
    let manifests = format!("{two}---{}", SHOP.split("---").next().unwrap_or_default());
    let directory_of_three = Directory::with("shop.yaml", &manifests);
    let flags = ["--port", "infra/public/web=10080", "--wasm-dir", "."];
    let arguments: Vec<&str> = ["render", "envoy", "-f", "shop.yaml"].into_iter().chain(flags).collect();
    let ran = directory_of_three.run(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("port 80 of infra/other, infra/third is left out"), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("port_value: 10080") && !ran.stdout.contains("infra/other"),
        "{}",
        ran.stdout
    );
    let ports = ["--port", "infra/public/web=10080", "--port", "infra/other/web=10081", "--wasm-dir", "."];
    let arguments: Vec<&str> = ["render", "envoy", "-f", "shop.yaml"].into_iter().chain(ports).collect();
    let ran = directory.run(&arguments);
    assert!(!ran.stderr.contains("HostnameConflict"), "{}", ran.stderr);
    assert!(ran.stdout.contains("name: infra/public/http-80"), "{}", ran.stdout);
    assert!(ran.stdout.contains("port_value: 10081"), "{}", ran.stdout);
}

#[test]
fn nothing_is_rendered_of_what_cannot_be_read() {
    let directory = Directory::with("broken.yaml", "kind: HTTPRoute\nspec:\n\trules: []\n");
    let ran = directory.run(&["render", "envoy", "-f", "broken.yaml", "--wasm-dir", "."]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("broken.yaml:3:1: error[TabIndentation]"), "{}", ran.stderr);
}

#[test]
fn a_listener_that_there_is_not_is_told() {
    let directory = Directory::with("shop.yaml", SHOP);
    let gateway = ["--gateway", "infra/public", "--port", "wbe=1", "--wasm-dir", "."];
    let arguments: Vec<&str> = ["render", "envoy", "-f", "shop.yaml"].into_iter().chain(gateway).collect();
    let ran = directory.run(&arguments);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr
            .contains("--port wbe=1: there is no listener wbe; the listeners are infra/public/web (port 80)"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_proxy_that_would_serve_nothing_is_not_rendered() {
    let directory = Directory::with("shop.yaml", SHOP);
    let ran =
        directory.run(&["render", "envoy", "-f", "shop.yaml", "--gateway", "infra/gone", "--wasm-dir", "."]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("UnknownGateway"), "{}", ran.stderr);
}

#[test]
fn flags_say_what_envoy_does_to_requests_before_the_module_sees_them() {
    let rendered = |manifests: &str, flags: &[&str]| {
        let arguments =
            ["render", "envoy", "-f", "shop.yaml", "--wasm-dir", ".", "--gateway", "infra/public"];
        Directory::with("shop.yaml", manifests).run(&[&arguments, flags].concat()).stdout
    };
    let strict =
        ["headers_with_underscores_action: REJECT_REQUEST", "UNESCAPE_AND_REDIRECT", "merge_slashes: true"];
    let plain = rendered(SHOP, &[]);
    assert!(strict.iter().all(|setting| plain.contains(setting)) && !plain.contains("hops"), "{plain}");
    let flags = [
        "--underscores",
        "drop",
        "--escaped-slashes",
        "keep",
        "--merge-slashes=false",
        "--trusted-hops",
        "2",
    ];
    let loose = rendered(SHOP, &flags);
    let wanted = ["DROP_HEADER", "KEEP_UNCHANGED", "merge_slashes: false", "xff_num_trusted_hops: 2"];
    assert!(wanted.iter().all(|setting| loose.contains(setting)), "{loose}");
    // A rule that matches such a header could not win otherwise.
    let matching = SHOP.replace(
        "  - backendRefs:",
        "  - matches: [{headers: [{name: api_key, value: k}]}]\n    backendRefs:",
    );
    let allowed = rendered(&matching, &[]);
    assert!(allowed.contains("headers_with_underscores_action: ALLOW"), "{allowed}");
    let refused = rendered(&matching, &["--underscores", "reject"]);
    assert!(refused.contains("headers_with_underscores_action: REJECT_REQUEST"), "{refused}");
}

/// Nothing is left out without a word: what will not be served, or answers 500, is an error with its place, and exit code 1.
#[test]
fn errors_are_reported_and_stand_in_the_way_unless_they_are_allowed() {
    let shop = SHOP;
    let render = |manifests: &str, more: &[&str]| {
        let directory = Directory::with("shop.yaml", manifests);
        let flags = ["render", "envoy", "-f", "shop.yaml", "--wasm-dir", ".", "--gateway", "infra/public"];
        directory.run(&[&flags[..], more].concat())
    };
    let ran = render(shop, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    for (from, to, said) in [
        (
            "{name: web, port: 80, protocol: HTTP, a",
            "{name: web, port: 80, a",
            "shop.yaml:8:5: error[Missing]: protocol is missing",
        ),
        (
            "port: 80, protocol: HTTP, a",
            "port: \"80\", protocol: HTTP, a",
            "shop.yaml:8:23: error[WrongType]: port must be a whole number",
        ),
        (
            "{name: cart, namespace: shop}",
            "{name: 3, namespace: shop}",
            "shop.yaml:20:18: error[WrongType]: name must be a string",
        ),
        (
            "  - backendRefs",
            "  - retry: {attempts: 2}\n    backendRefs",
            "shop.yaml:24:5: error[ExperimentalChannel]: retry",
        ),
        (
            "  - backendRefs",
            "  - sessionPersistence: {sessionName: a}\n    backendRefs",
            "shop.yaml:24:5: error[ExperimentalChannel]: sessionPersistence",
        ),
        (
            "  - backendRefs",
            "  - matches: [{path: {type: RegularExpression, value: \"(\"}}]\n    backendRefs",
            "shop.yaml:24:55: error[InvalidRegex]",
        ),
        (
            "  - backendRefs",
            "  - filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: A, name: a}}]\n    backendRefs",
            "shop.yaml:24:36: error[InvalidKind]",
        ),
        ("name: cart, port: 8080}", "name: cart, port: 8080, weight: -1}", "error[OutOfRange]: weight is -1"),
        ("name: cart, port: 8080}", "name: cart, port: 80}", "shop.yaml:24:19: error[BackendNotFound]"),
        ("name: cart, port: 8080}", "name: cart, port: 8080, weight: 0}", "error[AllWeightsZero]"),
        ("[{name: cart, port: 8080}]", "[]", "shop.yaml:24:5: error[NoBackends]"),
    ] {
        let manifests = shop.replacen(from, to, 1);
        assert_ne!(manifests, shop);
        let ran = render(&manifests, &[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{to}");
        assert!(ran.stderr.contains(said), "{said}\n{}", ran.stderr);
        assert!(ran.stderr.contains("nothing is rendered because of 1 error"), "{}", ran.stderr);
        assert!(ran.stderr.contains("--allow-errors"), "{}", ran.stderr);
        let allowed = render(&manifests, &["--allow-errors"]);
        assert!(allowed.stderr.contains(said), "{said}\n{}", allowed.stderr);
        // Without its one listener there is nothing that could be rendered.
        let serves = !to.contains("port: 80, a") && !to.contains("port: \"80\"");
        assert_eq!(allowed.code, Some(i32::from(!serves)), "{}", allowed.stderr);
        assert_eq!(allowed.stdout.contains("static_resources"), serves);
    }
    for field in ["retry: {attempts: 2}", "sessionPersistence: {sessionName: a}"] {
        let manifests = shop.replace("  - backendRefs", &format!("  - {field}\n    backendRefs"));
        let ran = render(&manifests, &["--channel", "experimental"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("shop.yaml:24:"), "{}", ran.stderr);
        assert!(ran.stderr.contains("warning[NotCarriedOut]"), "{}", ran.stderr);
    }
    let ran = render(shop, &["--port", "81=10081"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stderr
            .contains("warning[UnknownListener]: --port 81=10081 has no effect: there is no listener 81"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_listener_on_the_port_of_the_administration_interface_is_refused() {
    let directory = Directory::with("shop.yaml", SHOP);
    let flags = ["render", "envoy", "-f", "shop.yaml", "--wasm-dir", ".", "--gateway", "infra/public"];
    for more in [&["--port", "80=9901"][..], &["--port", "80=7000", "--admin", "7000", "--bind", "127.0.0.1"]]
    {
        let ran = directory.run(&[&flags[..], more].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
        assert!(ran.stderr.contains("administration interface would both bind port"), "{}", ran.stderr);
    }
}

#[test]
fn https_works_without_a_secret_at_hand() {
    let manifests = SHOP.replace(
        "port: 80, protocol: HTTP, allowed",
        "port: 443, protocol: HTTPS, hostname: '*.example.com', tls: {certificateRefs: [{name: gone}]}, allowed",
    );
    let directory = Directory::with("shop.yaml", &manifests);
    let render = |flags: &[&str]| {
        let fixed: &[&str] =
            &["render", "envoy", "-f", "shop.yaml", "--gateway", "infra/public", "--wasm-dir", "."];
        directory.run(&[fixed, flags].concat())
    };
    let ran = render(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    for wanted in ["warning[InvalidCertificateRef]", "there is no Secret infra/gone", "--self-signed"] {
        assert!(ran.stderr.contains(wanted), "{wanted}: {}", ran.stderr);
    }
    let ran = render(&["--self-signed"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let stand_in = "there is no Secret infra/gone, so a stand-in for its certificate is used";
    assert!(ran.stderr.contains(stand_in), "{}", ran.stderr);
    assert!(ran.stdout.contains("-----BEGIN CERTIFICATE-----"), "{}", ran.stdout);
    assert_ne!(render(&["--self-signed"]).stdout, ran.stdout, "it is another one each time");

    let ran = directory.run(&["explain", "-f", "shop.yaml", "https://a.example.com/"]);
    assert!(ran.stdout.contains("infra/public/web: HTTPS, port 443, *.example.com"), "{}", ran.stdout);
    assert!(ran.stdout.contains(stand_in) || ran.stderr.contains(stand_in), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn the_same_manifests_give_the_same_bytes_in_whatever_order_they_come() {
    let arguments = ["render", "envoy", "-f", ".", "--gateway", "infra/public", "--wasm-dir", "/modules"];
    let first = Directory::with("shop.yaml", SHOP).run(&arguments);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let objects: Vec<&str> = SHOP.split("---").collect();
    let backwards: Vec<&str> = objects.iter().rev().copied().collect();
    let other = Directory::with("a.yaml", backwards.join("---"));
    assert_eq!(other.run(&arguments).stdout, first.stdout);
    let apart = Directory::new();
    for (number, object) in objects.iter().enumerate() {
        apart.add(&format!("{}.yaml", 9 - number), object);
    }
    assert_eq!(apart.run(&arguments).stdout, first.stdout);
}
