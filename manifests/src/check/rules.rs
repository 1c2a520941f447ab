//! Rules over several fields: the CEL rules of the API, on values as they are once defaults are filled in, and sentences of
//! the specification that have none.
//!
//! A value of the wrong type is told of where its own schema is looked at, and makes no rule hold or fail here.

pub(crate) mod address;
pub(crate) mod auth;
pub(crate) mod backend;
pub(crate) mod cors;
pub(crate) mod filters;
pub(crate) mod listener;
pub(crate) mod metadata;
pub(crate) mod mirror;
pub(crate) mod parents;
pub(crate) mod path;
pub(crate) mod rule;
#[allow(clippy::module_inception)]
pub(crate) mod rules;
pub(crate) mod secret;
pub(crate) mod service;
pub(crate) mod session;

use serde_json::Value;

/// `has(value.key)`; null is as good as absent.
fn has(value: &Value, key: &str) -> bool {
    value.get(key).is_some_and(|member| !member.is_null())
}

/// Text, where it is there.
fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

/// The text, or the default of the API.
fn text_or<'v>(value: &'v Value, key: &str, default: &'v str) -> &'v str {
    text(value, key).unwrap_or(default)
}

/// The items of a list, where it is there.
fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
