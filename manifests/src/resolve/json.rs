//! Reading objects of which parts may be wrong: what cannot be read is as if it were absent. What is wrong with it is for
//! the check to say.

use serde_json::Value;

/// The member `key`; `null` counts as absent, as it does for the API server.
pub(crate) fn member<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.get(key).filter(|member| !member.is_null())
}

/// The member that the `keys` lead to, one after the other.
pub(crate) fn within<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v Value> {
    keys.iter().try_fold(value, |value, key| member(value, key))
}

/// The member `key` as text.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    member(value, key)?.as_str()
}

/// The items of the list `key`; none where there is no list.
pub(crate) fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    member(value, key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The member `key` as a port.
pub(crate) fn port(value: &Value, key: &str) -> Option<u16> {
    // As the modules read it: 80.0 is a whole number too.
    let number = member(value, key)?.as_f64()?;
    (number.fract() == 0.0 && (1.0..=65535.0).contains(&number)).then_some(number as u16)
}
