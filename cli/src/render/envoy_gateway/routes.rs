//! What is left of a route for Envoy Gateway.

use httproute_manifests::ObjectName;
use serde_json::{Map, Value, json};

use super::modules::is_ours;

/// Where `kubectl apply` remembers what it applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The route without the filters that modules carry out: Envoy Gateway would carry them out a second time. A rule that has
/// nothing left answers 500 where no module does: it fails closed.
pub(super) fn left(name: &ObjectName, route: &Value) -> Value {
    let mut route = route.clone();
    let rules = route.pointer_mut("/spec/rules").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten().filter_map(Value::as_object_mut) {
        let Some(filters) = rule.get_mut("filters").and_then(Value::as_array_mut) else { continue };
        filters.retain(|filter| !is_ours(filter));
        if filters.is_empty() {
            rule.remove("filters");
        }
    }
    json!({
        "apiVersion": route.get("apiVersion"),
        "kind": "HTTPRoute",
        "metadata": metadata(name, &route),
        "spec": route.get("spec"),
    })
}

/// What a person has written of the metadata.
fn metadata(name: &ObjectName, route: &Value) -> Map<String, Value> {
    let mut kept = Map::new();
    kept.insert("namespace".into(), json!(name.namespace));
    kept.insert("name".into(), json!(name.name));
    for key in ["labels", "annotations"] {
        let written = route.get("metadata").and_then(|metadata| metadata.get(key)).and_then(Value::as_object);
        let mut written = written.cloned().unwrap_or_default();
        written.remove(LAST_APPLIED);
        if !written.is_empty() {
            kept.insert(key.into(), Value::Object(written));
        }
    }
    kept
}
