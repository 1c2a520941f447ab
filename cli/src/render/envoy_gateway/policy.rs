//! The EnvoyExtensionPolicy of a listener.

use httproute_manifests::ObjectName;
use serde_json::{Map, Value, json};

use super::modules::{Module, items, removes_proto};
use crate::args::EnvoyGateway;
use crate::render::objects::object;

/// Where a policy applies.
pub(super) struct Place<'p> {
    pub(super) gateway: &'p ObjectName,
    /// The listener, as the configuration of the module has it.
    pub(super) listener: &'p Value,
    /// Whether the Gateway has no other listener.
    pub(super) is_only: bool,
}

/// The configuration of the modules for one listener of a chain: its routes without their backends, which Envoy Gateway has
/// chosen by then, so that filters of a backend must not follow a draw of the module's own.
pub(super) fn configuration(chain: &Value, listener: &Value) -> Value {
    let attached: Vec<&str> = items(listener, "routes").filter_map(Value::as_str).collect();
    let is_attached = |route: &&Value| {
        let part = |name: &str| {
            route.pointer(&format!("/metadata/{name}")).and_then(Value::as_str).unwrap_or_default()
        };
        attached.contains(&format!("{}/{}", part("namespace"), part("name")).as_str())
    };
    let mut routes: Vec<Value> = items(chain, "routes").filter(is_attached).cloned().collect();
    for route in &mut routes {
        let rules = route.pointer_mut("/spec/rules").and_then(Value::as_array_mut);
        for rule in rules.into_iter().flatten().filter_map(Value::as_object_mut) {
            rule.remove("backendRefs");
            if let Some(filters) = rule.get_mut("filters").and_then(Value::as_array_mut) {
                filters.retain(|filter| !removes_proto(filter));
            }
        }
    }
    // A request that belongs to no rule here is Envoy Gateway's to answer.
    json!({ "version": 1, "listeners": [listener], "routes": routes, "unmatched": "pass" })
}

/// The policy with `modules` for one listener.
pub(super) fn policy(
    place: &Place<'_>,
    modules: &[Module],
    configuration: &Value,
    arguments: &EnvoyGateway,
) -> Value {
    let section = place.listener.get("name").and_then(Value::as_str).unwrap_or_default();
    let mut target = Map::new();
    target.insert("group".into(), json!("gateway.networking.k8s.io"));
    target.insert("kind".into(), json!("Gateway"));
    target.insert("name".into(), json!(place.gateway.name));
    if !place.is_only {
        target.insert("sectionName".into(), json!(section));
    }
    let wasm = |(module, _): &Module| {
        json!({
            "name": module,
            "code": code(module, arguments),
            "config": configuration,
            "failOpen": false,
        })
    };
    let wasm: Vec<Value> = modules.iter().map(wasm).collect();
    let name =
        ObjectName::new(&place.gateway.namespace, format!("httproute-{}-{section}", place.gateway.name));
    let spec = json!({ "targetRefs": [target], "wasm": wasm });
    object("gateway.envoyproxy.io/v1alpha1", "EnvoyExtensionPolicy", &name, spec)
}

/// Where Envoy Gateway, which hands the module to its Envoys, gets it from.
fn code(module: &str, arguments: &EnvoyGateway) -> Value {
    let url = arguments.image.of(module);
    let mut source = Map::new();
    let is_image = url.scheme == "oci";
    source.insert("url".into(), if is_image { json!(url.rest) } else { json!(url.to_string()) });
    let digest = arguments.digests.iter().find(|digest| digest.module == module);
    if let Some(digest) = digest {
        source.insert("sha256".into(), json!(digest.digest.0));
    }
    if let (Some(secret), true) = (&arguments.pull_secret, is_image) {
        source.insert("pullSecretRef".into(), json!({ "kind": "Secret", "name": secret }));
    }
    match is_image {
        true => json!({ "type": "Image", "image": source }),
        false => json!({ "type": "HTTP", "http": source }),
    }
}
