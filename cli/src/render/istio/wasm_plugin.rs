//! The WasmPlugin of a port.

use httproute_manifests::FilterChain;
use serde_json::{Map, Value, json};

use super::Place;
use crate::args::Image;
use crate::render::envoy::settings;
use crate::render::objects::object;

/// Behind other plugins of the same phase: the highest comes first, and 0 is the default.
const PRIORITY: i32 = -1000;

/// The WasmPlugin that carries out the routes of a port.
pub(super) fn wasm_plugin(chain: &FilterChain, place: &Place, image: &Image) -> Value {
    let mut spec = Map::new();
    if let Some(target_refs) = place.target_refs() {
        spec.insert("targetRefs".into(), target_refs);
    }
    if let Some(labels) = &place.labels {
        spec.insert("selector".into(), json!({ "matchLabels": labels }));
    }
    spec.insert("match".into(), json!([{ "ports": [{ "number": place.bound }] }]));
    spec.insert("url".into(), json!(image.url.to_string()));
    if let Some(sha256) = image.sha256() {
        spec.insert("sha256".into(), json!(sha256));
    }
    if let Some(secret) = &image.pull_secret {
        spec.insert("imagePullSecret".into(), json!(secret));
    }
    spec.insert("failStrategy".into(), json!("FAIL_RELOAD"));
    spec.insert("priority".into(), json!(PRIORITY));
    spec.insert("pluginConfig".into(), Value::Object(settings(chain)));
    object("extensions.istio.io/v1alpha1", "WasmPlugin", &place.name, Value::Object(spec))
}
