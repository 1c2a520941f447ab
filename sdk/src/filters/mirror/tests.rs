use serde_json::{Value, json};

use crate::testing::{get, one_rule, routes};
use crate::{Carrier, Draw, RequestView, Routes};

fn mirror(name: &str) -> Value {
    json!({ "type": "RequestMirror", "requestMirror": { "backendRef": { "name": name, "port": 80 } } })
}

fn sampled(name: &str, sample: Value) -> Value {
    let mut filter = mirror(name);
    filter["requestMirror"].as_object_mut().unwrap().extend(sample.as_object().unwrap().clone());
    filter
}

fn set_header(name: &str) -> Value {
    json!({ "type": "RequestHeaderModifier", "requestHeaderModifier": { "set": [{ "name": name, "value": "1" }] } })
}

fn rule(filters: Value) -> Value {
    let mut configuration =
        one_rule(json!({ "filters": filters, "backendRefs": [{ "name": "svc", "port": 80 }] }));
    configuration["mirrorHeader"] = json!("x-mirror-{n}");
    configuration
}

fn carriers(routes: &Routes) -> Vec<Carrier> {
    get(routes, "http://a/", |plan| plan.mirrors.iter().map(|mirror| mirror.carrier).collect())
}

#[test]
fn the_proxy_carries_four_copies_and_only_those_that_look_as_the_request_will() {
    let five: Vec<Value> = ["a", "b", "c", "d", "e"].iter().map(|name| mirror(name)).collect();
    let numbers = carriers(&routes(rule(json!(five))));
    assert_eq!(
        numbers,
        [Carrier::Proxy(0), Carrier::Proxy(1), Carrier::Proxy(2), Carrier::Proxy(3), Carrier::Module]
    );
    let around = routes(rule(json!([mirror("a"), set_header("x"), mirror("b")])));
    assert_eq!(carriers(&around), [Carrier::Module, Carrier::Proxy(0)]);
    get(&around, "http://a/", |plan| {
        assert_eq!(plan.mirrors.iter().map(|mirror| mirror.header_steps).collect::<Vec<_>>(), [0, 1]);
    });
    let rewritten =
        json!([mirror("a"), { "type": "URLRewrite", "urlRewrite": { "hostname": "b" } }, mirror("b")]);
    assert_eq!(carriers(&routes(rule(rewritten))), [Carrier::Module, Carrier::Proxy(0)]);
}

#[test]
fn a_redirect_ends_the_mirrors_behind_it_and_leaves_those_before_it_to_the_module() {
    let redirect = json!({ "type": "RequestRedirect", "requestRedirect": {} });
    let mut configuration = one_rule(json!({ "filters": [mirror("a"), redirect, mirror("b")] }));
    configuration["mirrorHeader"] = json!("x-mirror-{n}");
    assert_eq!(carriers(&routes(configuration)), [Carrier::Module]);
}

#[test]
fn each_mirror_is_sampled_by_itself() {
    let routes = routes(rule(json!([
        sampled("never", json!({ "percent": 0 })),
        sampled("always", json!({ "percent": 100 })),
        sampled("tenth", json!({ "percent": 10 })),
        sampled("third", json!({ "fraction": { "numerator": 1, "denominator": 3 } })),
        sampled("half", json!({ "fraction": { "numerator": 50 } })),
    ])));
    let headers = [(&b":path"[..], &b"/"[..])];
    let request = RequestView::new(&headers, &|| None);
    let mut counts = std::collections::BTreeMap::new();
    for seed in 0..30_000 {
        for mirror in routes.plan(&request, &mut Draw::seeded(seed)).mirrors {
            *counts.entry(mirror.cluster.to_owned()).or_insert(0) += 1;
        }
    }
    let count = |name: &str| counts.get(&format!("ns/{name}/80")).copied().unwrap_or(0);
    assert_eq!((count("never"), count("always")), (0, 30_000));
    // Four standard deviations.
    for (name, mean, off) in [("tenth", 3_000, 208), ("third", 10_000, 327), ("half", 15_000, 347)] {
        assert!(i32::abs(count(name) - mean) < off, "{name}: {}", count(name));
    }
}

#[test]
fn a_mirror_that_cannot_be_resolved_is_dropped_and_nothing_else() {
    let mut configuration = rule(json!([mirror("a"), mirror("b")]));
    configuration["unresolved"] =
        json!({ "/routes/0/spec/rules/0/filters/0/requestMirror/backendRef": "RefNotPermitted" });
    get(&routes(configuration), "http://a/", |plan| {
        assert_eq!(plan.mirrors.iter().map(|mirror| mirror.cluster).collect::<Vec<_>>(), ["ns/b/80"]);
        assert_eq!(plan.backend, crate::Backend::Cluster("ns/svc/80"));
    });
}

#[test]
fn copies_go_to_upstreams_of_their_own_if_the_configuration_names_them() {
    let mut configuration = rule(json!([mirror("svc")]));
    let clusters = |configuration: &Value| {
        get(&routes(configuration.clone()), "http://a/", |plan| {
            (format!("{:?}", plan.backend), plan.mirrors[0].cluster.to_owned())
        })
    };
    let (backend, copies) = clusters(&configuration);
    assert!(backend.contains("\"ns/svc/80\""), "{backend}");
    assert_eq!(copies, "ns/svc/80");
    configuration["clusterName"] = json!("{name}");
    assert_eq!(clusters(&configuration).1, "svc");
    configuration["mirrorClusterName"] = json!("mirror/{name}/{port}");
    let (backend, copies) = clusters(&configuration);
    assert!(backend.contains("\"svc\""), "{backend}");
    assert_eq!(copies, "mirror/svc/80");
}
