//! Small sets of manifests, and what they come to.

mod attaching;
mod backends;
mod chains;
mod documents;
mod gateways;
mod left_out;
mod never;
mod parents;
mod references;
mod routes;
mod tls;

use httproute_sdk::{Backend, Draw, Kinds, RequestView, Routes};
use serde_json::{Value, json};

use super::{Condition, Options, Resolution, resolve};
use crate::Document;

/// For a.example.com.
const CERTIFICATE: &str = include_str!("../../certificate/fixtures/P-256.crt");
const KEY: &str = include_str!("../../certificate/fixtures/P-256.key");

fn documents(manifests: &[Value]) -> Vec<Document> {
    manifests.iter().map(|value| Document { value: value.clone(), ..Document::default() }).collect()
}

/// What the manifests come to; every module configuration in it must be one that a module takes as it is.
fn resolved_with(options: &Options, manifests: &[Value]) -> Resolution {
    let resolution = resolve(&documents(manifests), options);
    for chain in &resolution.chains {
        let (_, problems) = Routes::decode(chain.configuration.to_string().as_bytes()).unwrap();
        let unused =
            problems.iter().find(|problem| ["UnusedPointer", "UnknownRoute"].contains(&problem.code));
        assert_eq!(unused, None, "{}", chain.configuration);
    }
    resolution
}

fn resolved(manifests: &[Value]) -> Resolution {
    resolved_with(&Options::default(), manifests)
}

/// An object named `namespace/name`.
fn object(version: &str, kind: &str, name: &str, members: Value) -> Value {
    let mut object = json!({ "apiVersion": version, "kind": kind });
    object.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let (namespace, name) = name.split_once('/').unwrap();
    object["metadata"]["name"] = json!(name);
    if !namespace.is_empty() {
        object["metadata"]["namespace"] = json!(namespace);
    }
    object
}

fn gateway(name: &str, listeners: Value) -> Value {
    let spec = json!({ "gatewayClassName": "any", "listeners": listeners });
    object("gateway.networking.k8s.io/v1", "Gateway", name, json!({ "spec": spec }))
}

/// A listener that routes of all namespaces may attach to.
fn http(name: &str, port: u16, hostname: Option<&str>) -> Value {
    let allowed = json!({ "namespaces": { "from": "All" } });
    json!({ "name": name, "port": port, "protocol": "HTTP", "hostname": hostname, "allowedRoutes": allowed })
}

/// The same with the certificate `secret`.
fn https(name: &str, port: u16, hostname: Option<&str>, secret: &str) -> Value {
    let mut listener = http(name, port, hostname);
    listener["protocol"] = json!("HTTPS");
    listener["tls"] = json!({ "certificateRefs": [{ "name": secret }] });
    listener
}

fn secret(name: &str) -> Value {
    let data = json!({ "tls.crt": CERTIFICATE, "tls.key": KEY });
    object("v1", "Secret", name, json!({ "type": "kubernetes.io/tls", "stringData": data }))
}

fn route(name: &str, spec: Value) -> Value {
    object("gateway.networking.k8s.io/v1", "HTTPRoute", name, json!({ "spec": spec }))
}

/// A route of Gateway infra/public with one backend, `svc:80`.
fn plain_route(name: &str, members: Value) -> Value {
    let mut spec = json!({
        "parentRefs": [{ "namespace": "infra", "name": "public" }],
        "rules": [{ "backendRefs": [{ "name": "svc", "port": 80 }] }],
    });
    spec.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    route(name, spec)
}

fn service(name: &str, port: Value) -> Value {
    object("v1", "Service", name, json!({ "spec": { "ports": [port] } }))
}

fn grant(namespace: &str, from: Value, to: Value) -> Value {
    let name = format!("{namespace}/grant");
    object(
        "gateway.networking.k8s.io/v1beta1",
        "ReferenceGrant",
        &name,
        json!({ "spec": { "from": [from], "to": [to] } }),
    )
}

fn condition<'c>(conditions: &'c [Condition], kind: &str) -> Option<&'c Condition> {
    conditions.iter().find(|condition| condition.kind == kind)
}

/// `Accepted=True Accepted`, without the message; empty where there is none of this type.
fn told(conditions: &[Condition], kind: &str) -> String {
    let condition = condition(conditions, kind);
    condition.map(|c| format!("{}={} {}", c.kind, c.status_text(), c.reason)).unwrap_or_default()
}

fn codes(resolution: &Resolution) -> Vec<&'static str> {
    resolution.warnings.iter().map(|warning| warning.code).collect()
}

/// What the module of the chain named `chain` does with `GET http://host/path`, as a status or the name of a cluster.
fn answer(resolution: &Resolution, chain: &str, host: &str, path: &str) -> String {
    answers(resolution, chain, host, path, 1).remove(0)
}

/// The same for several requests, each with draws of its own.
fn answers(resolution: &Resolution, chain: &str, host: &str, path: &str, requests: u64) -> Vec<String> {
    let found = resolution.chains.iter().find(|found| found.name == chain);
    let found = found.unwrap_or_else(|| panic!("no chain {chain} in {:#?}", resolution.chains));
    let (routes, _) = Routes::decode(found.configuration.to_string().as_bytes()).unwrap();
    let headers = [
        (&b":authority"[..], host.as_bytes()),
        (&b":path"[..], path.as_bytes()),
        (&b":method"[..], &b"GET"[..]),
    ];
    let answer = |seed| {
        let plan = routes.plan(&RequestView::new(&headers, &|| None), &mut Draw::seeded(seed));
        match (plan.reply(Kinds::ALL, None), plan.backend) {
            (Some(reply), _) => reply.status.to_string(),
            (None, Backend::Cluster(cluster)) => cluster.to_owned(),
            (None, other) => format!("{other:?}"),
        }
    };
    (1..=requests).map(answer).collect()
}

/// The conditions of listener `name` of Gateway infra/public.
fn of_listener(resolution: &Resolution, name: &str) -> Vec<Condition> {
    let gateways = resolution.gateways.iter().filter(|gateway| gateway.name.to_string() == "infra/public");
    let mut listeners = gateways.flat_map(|gateway| &gateway.listeners);
    listeners.find(|listener| listener.name.name == name).unwrap().conditions.clone()
}

fn of_gateway(resolution: &Resolution) -> Vec<String> {
    let conditions = &resolution.gateways[0].conditions;
    ["Accepted", "Programmed", "ResolvedRefs"].map(|kind| told(conditions, kind)).into()
}

/// A listener with some members replaced.
fn but(mut listener: Value, members: Value) -> Value {
    listener.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    listener
}
