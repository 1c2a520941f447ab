//! Hosts that are less than Envoy: nothing is misrouted on them, and what cannot work is answered with 500.
//!
//! The habits are those of ngx_wasm_module, and siblings of them. A request ends well in two ways only: answered by the module,
//! or with the upstream of the matching rule in the one header that chooses it.

use std::process::Command;
use std::sync::LazyLock;

use httproute_host::meter::{Compiled, Cost, Habits, Lines, Meter};
use httproute_integration::{dist, root};
use serde_json::{Value, json};

const CLUSTER: &[u8] = b"x-httproute-cluster";

fn compiled(name: &str) -> Compiled {
    static ALL: LazyLock<std::collections::BTreeMap<&str, Compiled>> = LazyLock::new(|| {
        ["httproute", "header-modifier", "url-rewrite", "weighted-split", "redirect"]
            .into_iter()
            .map(|name| {
                (name, Compiled::read(&dist().join(format!("{name}.wasm"))).expect("./just build makes it"))
            })
            .collect()
    });
    ALL[name].clone()
}

fn on(habits: Habits, module: &str, configuration: &Value) -> Meter {
    compiled(module).start_on(habits, configuration.to_string().as_bytes()).unwrap()
}

fn send(meter: &mut Meter, request: &Lines) -> Cost {
    meter.request(request, b"", &vec![(b":status".to_vec(), b"200".to_vec())]).unwrap()
}

/// `/admin` wants a header and goes to `admin`, `/rewritten` is rewritten, `/marked` gets a header; the rest goes to `web`.
fn configuration(more: Value) -> Value {
    let rule = |path: &str, headers: Value, filters: Value, backend: &str| {
        json!({ "matches": [{ "path": { "value": path }, "headers": headers }], "filters": filters,
            "backendRefs": [{ "name": backend, "port": 80 }] })
    };
    let rewrite = |to: Value| json!([{ "type": "URLRewrite", "urlRewrite": to }]);
    let mark = json!({ "set": [{ "name": "x-mark", "value": "1" }], "remove": ["x-secret"] });
    let mut configuration = json!({ "routes": [{ "metadata": { "namespace": "shop", "name": "r" }, "spec": {
        "hostnames": ["shop.example"],
        "rules": [
            rule("/", json!([]), json!([]), "web"),
            rule("/", json!([{ "name": "x-role", "value": "admin" }]), json!([]), "admin"),
            rule("/path", json!([]), rewrite(json!({ "path": { "type": "ReplaceFullPath", "replaceFullPath": "/p" } })), "web"),
            rule("/host", json!([]), rewrite(json!({ "hostname": "inside.example" })), "web"),
            rule("/marked", json!([]), json!([{ "type": "RequestHeaderModifier", "requestHeaderModifier": mark }]), "web"),
        ] } }, { "metadata": { "namespace": "other", "name": "any" }, "spec": {
        "hostnames": ["other.example"],
        "rules": [{ "backendRefs": [{ "name": "other", "port": 80 }] }] } }] });
    configuration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    configuration
}

fn lines(lines: &[(&str, &str)]) -> Lines {
    lines.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
}

fn get(path: &str) -> Lines {
    lines(&[(":authority", "shop.example"), (":path", path), (":method", "GET"), (":scheme", "http")])
}

/// A request with `count` more headers, and `last` after them.
fn padded(path: &str, count: usize, last: (&str, &str)) -> Lines {
    let mut request = get(path);
    request.extend((0..count).map(|n| (format!("x-pad-{n}").into_bytes(), b"1".to_vec())));
    request.extend(lines(&[last]));
    request
}

/// All values of the header that chooses the upstream, as the host has them.
fn clusters(cost: &Cost) -> Vec<String> {
    let all = cost.request.iter().filter(|(name, _)| name == CLUSTER);
    all.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).collect()
}

/// Fails closed, and the log says why.
#[track_caller]
fn refused(cost: &Cost, why: &str) {
    assert_eq!(cost.answered, Some(500), "{cost:?}");
    assert!(cost.log.iter().any(|line| line.contains(why)), "{why}: {:?}", cost.log);
}

#[track_caller]
fn goes_to(cost: &Cost, backend: &str) {
    assert_eq!((cost.answered, clusters(cost)), (None, vec![backend.to_owned()]), "{cost:?}");
}

const CUTS: Habits =
    Habits { shows: Some(100), ignores: &[], refuses: &[], forgets: false, unchecked: false };

#[test]
fn a_header_that_the_host_hides_decides_nothing() {
    // The map is cut in the midst of these. That of exactly 100 lines is whole, but looks cut.
    for more in 90..110 {
        let mut meter = on(CUTS, "httproute", &configuration(json!({})));
        let cost = send(&mut meter, &padded("/", more, ("x-role", "admin")));
        if 4 + more + 1 < 100 {
            goes_to(&cost, "shop/admin/80");
        } else {
            refused(&cost, "hides some of the request's headers");
        }
    }
}

#[test]
fn a_client_chooses_no_upstream_by_a_header_that_the_host_hides() {
    for more in 90..110 {
        let mut meter = on(CUTS, "httproute", &configuration(json!({ "unmatched": "pass" })));
        let mut request = padded("/", more, ("x-httproute-cluster", "evil/one/80"));
        request[0].1 = b"unknown.example".to_vec();
        let cost = send(&mut meter, &request);
        assert!(cost.answered == Some(500) || clusters(&cost).is_empty(), "{more}: {cost:?}");
        assert_eq!(cost.answered.is_some(), 4 + more + 1 >= 100, "{more}");
    }
}

#[test]
fn a_host_that_shows_everything_takes_requests_of_any_size() {
    for more in [10, 94, 95, 96, 97, 150, 1_500] {
        let mut meter = on(Habits::default(), "httproute", &configuration(json!({ "unmatched": "pass" })));
        goes_to(&send(&mut meter, &padded("/", more, ("x-role", "admin"))), "shop/admin/80");
        let mut request = padded("/", more, ("x-httproute-cluster", "evil/one/80"));
        request[0].1 = b"unknown.example".to_vec();
        let cost = send(&mut meter, &request);
        assert_eq!((cost.answered, clusters(&cost)), (None, vec![]), "{more}");
        assert!(cost.request.iter().all(|(name, _)| name != b"x-httproute-probe"), "{more}");
    }
}

#[test]
fn an_authority_that_cannot_be_changed_is_noticed() {
    for (habits, why) in [
        (
            Habits { ignores: &[":authority"], ..Habits::default() },
            Some("reports that it changed `:authority`"),
        ),
        (Habits { refuses: &[":authority"], ..Habits::default() }, None),
    ] {
        let mut meter = on(habits, "httproute", &configuration(json!({})));
        for _ in 0..3 {
            let cost = send(&mut meter, &get("/host"));
            assert_eq!(cost.answered, Some(500), "{cost:?}");
            goes_to(&send(&mut meter, &get("/path")), "shop/web/80");
        }
        let cost = send(&mut on(habits, "httproute", &configuration(json!({}))), &get("/host"));
        why.map_or((), |why| refused(&cost, why));
    }
}

#[test]
fn a_path_that_cannot_be_changed_is_noticed() {
    let habits = Habits { ignores: &[":path"], ..Habits::default() };
    let mut meter = on(habits, "httproute", &configuration(json!({})));
    refused(&send(&mut meter, &get("/path")), "reports that it changed `:path`");
    goes_to(&send(&mut meter, &get("/")), "shop/web/80");
}

#[test]
fn a_host_whose_changes_have_no_effect_forwards_nothing_that_needs_one() {
    let habits = Habits { ignores: &["*"], ..Habits::default() };
    for (forged, value) in
        [("x-other", "1"), ("x-httproute-cluster", "evil/one/80"), ("x-httproute-cluster", "shop/web/80")]
    {
        let mut meter = on(habits, "httproute", &configuration(json!({ "unmatched": "pass" })));
        let mut request = get("/marked");
        request.extend(lines(&[(forged, value)]));
        refused(&send(&mut meter, &request), "reports that it changed a request header");
        // Once in the log, and every time in the answer.
        let cost = send(&mut meter, &request);
        assert_eq!((cost.answered, cost.log.len()), (Some(500), 0));
        request[0].1 = b"unknown.example".to_vec();
        let cost = send(&mut meter, &request);
        assert!(cost.answered == Some(500) || clusters(&cost).is_empty(), "{forged}: {cost:?}");
        // What the client has guessed right proves nothing about the host.
        let mut request = get("/");
        request.extend(lines(&[(forged, value)]));
        let cost = send(&mut meter, &request);
        assert!(cost.answered == Some(500) || clusters(&cost) == ["shop/web/80"], "{forged}: {cost:?}");
        assert_eq!(send(&mut meter, &get("/")).answered, Some(500));
    }
    let cost = send(&mut on(habits, "header-modifier", &configuration(json!({}))), &get("/marked"));
    assert_eq!(cost.answered, Some(500));
    // A module that changes no request works there.
    let cost = send(&mut on(habits, "redirect", &configuration(json!({}))), &get("/marked"));
    assert_eq!(cost.answered, None);
}

#[test]
fn a_header_that_cannot_be_removed_is_noticed() {
    // nginx forwards it, although the module does not see it any more in the map.
    let habits = Habits { ignores: &["x-secret"], ..Habits::default() };
    let mut meter = on(habits, "httproute", &configuration(json!({})));
    let mut request = get("/marked");
    request.extend(lines(&[("x-secret", "1")]));
    refused(&send(&mut meter, &request), "reports that it removed a request header");
    for _ in 0..2 {
        assert_eq!(send(&mut meter, &request).answered, Some(500));
        goes_to(&send(&mut meter, &get("/marked")), "shop/web/80");
    }
}

#[test]
fn the_host_that_the_client_asked_for_must_be_clear() {
    let mut meter = on(Habits::default(), "httproute", &configuration(json!({})));
    let without = |name: &str| -> Lines {
        get("/").into_iter().filter(|(other, _)| other != name.as_bytes()).collect()
    };
    refused(&send(&mut meter, &without(":authority")), "does not show which host");
    // `Host`, in any case of letters, counts if the pseudo-header is not shown.
    for name in ["host", "Host"] {
        let mut request = without(":authority");
        request.extend(lines(&[(name, "shop.example")]));
        goes_to(&send(&mut meter, &request), "shop/web/80");
        // Both are there and name the same host.
        let mut request = get("/");
        request.extend(lines(&[(name, "Shop.Example:8080")]));
        goes_to(&send(&mut meter, &request), "shop/web/80");
        // `:authority` is the name of a server block, and the client asked for another host.
        let mut request = get("/");
        request.extend(lines(&[(name, "other.example")]));
        let mut meter = on(Habits::default(), "httproute", &configuration(json!({})));
        refused(&send(&mut meter, &request), "does not show which host");
    }
}

#[test]
fn a_chain_whose_decision_is_not_kept_rewrites_nothing() {
    let habits = Habits { forgets: true, ..Habits::default() };
    for (module, path) in [("url-rewrite", "/path"), ("url-rewrite", "/host"), ("header-modifier", "/marked")]
    {
        let mut meter = on(habits, module, &configuration(json!({})));
        refused(&send(&mut meter, &get(path)), "does not keep the decision");
        assert_eq!(send(&mut meter, &get("/")).answered, None, "{module} changes nothing there");
    }
    goes_to(
        &send(&mut on(habits, "weighted-split", &configuration(json!({}))), &get("/path")),
        "shop/web/80",
    );
    goes_to(&send(&mut on(habits, "httproute", &configuration(json!({}))), &get("/path")), "shop/web/80");
}

#[test]
fn a_host_that_calls_callbacks_unchecked_needs_the_build_with_all_of_them() {
    let habits = Habits { unchecked: true, ..Habits::default() };
    let mut meter = on(habits, "httproute", &configuration(json!({})));
    let error = meter.request(&get("/"), b"body", &Lines::new()).unwrap_err().to_string();
    assert!(error.contains("which the module does not export"), "{error}");

    let built = root().join("target/wasm32-unknown-unknown");
    let built = std::env::var_os("CARGO_TARGET_DIR")
        .map_or(built, |target| std::path::PathBuf::from(target).join("wasm32-unknown-unknown"));
    let finished = std::env::temp_dir().join(format!("httproute-all-callbacks-{}.wasm", std::process::id()));
    for (profile, module) in [("wasm-fast", "httproute"), ("wasm", "redirect"), ("wasm", "weighted_split")] {
        let status = Command::new(root().join("target/debug/finish-wasm"))
            .arg(built.join(profile).join(format!("httproute_filter_{module}.wasm")))
            .arg(&finished)
            .arg("--all-callbacks")
            .stdout(std::process::Stdio::null())
            .status()
            .expect("./just build makes finish-wasm");
        assert!(status.success());
        let compiled = Compiled::read(&finished).unwrap();
        let mut meter = compiled.start_on(habits, configuration(json!({})).to_string().as_bytes()).unwrap();
        for _ in 0..2 {
            let cost = meter.request(&get("/"), b"body", &lines(&[(":status", "200")])).unwrap();
            assert_eq!(cost.answered, None, "{module}");
            assert_eq!(clusters(&cost).is_empty(), module == "redirect", "{module}");
        }
    }
    std::fs::remove_file(finished).unwrap();
}
