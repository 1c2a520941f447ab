//! Objects held against what a cluster's API server would refuse: `tests/crds/`, in a small part of JSON Schema.
//!
//! What is not named under `properties` is an error, unless the object is `open`; `each` is for the values of a map, and
//! `atMostOneOf` for members that exclude each other, which custom resources say in rules of their own.

use std::path::Path;

use httproute_manifests::parse;
use regex_lite::Regex;
use serde_json::Value;

/// The objects of a YAML stream.
pub(crate) fn objects(yaml: &str) -> Vec<Value> {
    let parsed = parse("rendered.yaml", yaml.as_bytes());
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    parsed.documents.into_iter().map(|document| document.value).collect()
}

/// What the API server would say of an object; nothing where it takes it.
pub(crate) fn faults(object: &Value) -> Vec<String> {
    let file = match object["kind"].as_str() {
        Some("WasmPlugin") => "wasm-plugin.yaml",
        Some("EnvoyFilter") => "envoy-filter.yaml",
        Some("EnvoyExtensionPolicy") => "envoy-extension-policy.yaml",
        other => return vec![format!("there is no schema for {other:?}")],
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crds").join(file);
    let schema = objects(&std::fs::read_to_string(path).unwrap()).remove(0);
    let mut faults = Vec::new();
    check(object, &schema, "", &mut faults);
    faults
}

fn check(value: &Value, schema: &Value, place: &str, faults: &mut Vec<String>) {
    let mut fault = |what: String| faults.push(format!("{place}: {what}"));
    let kind = match value {
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        _ => "other",
    };
    if schema["type"] != kind {
        return fault(format!("{kind}, but {} is expected", schema["type"]));
    }
    if schema["enum"].as_array().is_some_and(|allowed| !allowed.contains(value)) {
        fault(format!("{value} is none of {}", schema["enum"]));
    }
    if let (Some(text), Some(pattern)) = (value.as_str(), schema["pattern"].as_str())
        && !Regex::new(pattern).unwrap().is_match(text)
    {
        fault(format!("{value} does not match {pattern}"));
    }
    let (size, bounds) = match value {
        Value::String(text) => (text.chars().count() as i64, ["minLength", "maxLength"]),
        Value::Array(items) => (items.len() as i64, ["minItems", "maxItems"]),
        other => (other.as_i64().unwrap_or_default(), ["minimum", "maximum"]),
    };
    let [least, most] = bounds.map(|bound| schema[bound].as_i64());
    if least.is_some_and(|least| size < least) || most.is_some_and(|most| size > most) {
        fault(format!("{value} is out of {}..{}", schema[bounds[0]], schema[bounds[1]]));
    }
    let names = |key: &str| schema[key].as_array().into_iter().flatten().filter_map(Value::as_str);
    for missing in names("required").filter(|name| value.get(name).is_none()) {
        fault(format!("{missing} is missing"));
    }
    if names("atMostOneOf").filter(|name| value.get(name).is_some()).count() > 1 {
        fault(format!("more than one of {}", schema["atMostOneOf"]));
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        check(item, &schema["items"], &format!("{place}/{number}"), faults);
    }
    for (name, member) in value.as_object().into_iter().flatten().filter(|_| schema["open"] != true) {
        match schema["properties"].get(name).or(schema.get("each")) {
            Some(schema) => check(member, schema, &format!("{place}/{name}"), faults),
            None => faults.push(format!("{place}: unknown field {name:?}")),
        }
    }
}
