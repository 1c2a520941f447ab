//! The module in a filter chain.

use httproute_manifests::FilterChain;
use serde_json::{Map, Value, json};

use super::access_log::RULE_PROPERTY;
use super::discovery;
use crate::render::RenderOptions;
use crate::render::yaml::quoted;

/// The type of a filter that is a module.
const WASM: &str = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";

/// The HTTP filter that carries the routes of the chain out.
pub(crate) fn filter(chain: &FilterChain, options: &RenderOptions) -> Value {
    match &options.folder {
        None => json!({ "name": "httproute", "typed_config": module(chain, options) }),
        Some(folder) => json!({
            "name": chain.name,
            "config_discovery": {
                "config_source": discovery::source(folder, &discovery::module_file(&chain.name)),
                "type_urls": [WASM],
            },
        }),
    }
}

/// The module with the routes of the chain.
pub(crate) fn module(chain: &FilterChain, options: &RenderOptions) -> Value {
    json!({
        "@type": WASM,
        "config": {
            // The module's log lines begin with it.
            "name": chain.name,
            "failure_policy": "FAIL_RELOAD",
            "vm_config": {
                // The same in all chains, so that each worker has one virtual machine.
                "vm_id": "httproute",
                "runtime": "envoy.wasm.runtime.v8",
                "code": { "local": { "filename": options.module } },
            },
            "configuration": {
                "@type": "type.googleapis.com/google.protobuf.StringValue",
                "value": configuration(chain),
            },
        },
    })
}

/// The configuration of the module, with the name under which it publishes the rule of each request.
pub(crate) fn settings(chain: &FilterChain) -> Map<String, Value> {
    let mut settings = chain.configuration.as_object().cloned().unwrap_or_default();
    settings.insert("ruleProperty".into(), json!(RULE_PROPERTY));
    settings
}

/// The same as text, one setting and one route a line: an edit of a route changes its line.
pub(crate) fn configuration(chain: &FilterChain) -> String {
    let settings = settings(chain);
    let mut settings: Vec<(&String, &Value)> = settings.iter().collect();
    // Small settings first.
    settings.sort_by_key(|(name, value)| (value.is_array() || value.is_object(), *name != "version", *name));
    let lines = settings.into_iter().map(|(name, value)| format!("  {}: {}", quoted(name), setting(value)));
    format!("{{\n{}\n}}\n", lines.collect::<Vec<_>>().join(",\n"))
}

fn setting(value: &Value) -> String {
    match value.as_array().map(Vec::as_slice) {
        Some(items) if items.iter().any(Value::is_object) => {
            let items: Vec<String> = items.iter().map(|item| format!("    {}", compact(item))).collect();
            format!("[\n{}\n  ]", items.join(",\n"))
        }
        _ => compact(value),
    }
}

/// JSON in one line, in which all that is not plain is escaped.
fn compact(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries =
                entries.into_iter().map(|(key, value)| format!("{}: {}", quoted(key), compact(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(compact).collect::<Vec<_>>().join(", ")),
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}
