//! How one protobuf message is merged into another.

use serde_json::Value;

/// Merges `patch` into `message`, both in protobuf's JSON mapping: fields that are messages are merged, repeated ones are put
/// behind each other, and others are replaced.
pub(super) fn merge(message: &mut Value, patch: &Value) {
    match (message, patch) {
        (Value::Object(message), Value::Object(patch)) => {
            for (field, value) in patch {
                merge(message.entry(field.as_str()).or_insert(Value::Null), value);
            }
        }
        (Value::Array(items), Value::Array(more)) => items.extend(more.iter().cloned()),
        (message, patch) => *message = patch.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_are_merged_and_lists_grow() {
        let mut message = json!({ "a": { "b": 1, "c": 2 }, "list": [1] });
        merge(&mut message, &json!({ "a": { "b": 3 }, "list": [2], "new": { "d": 4 } }));
        assert_eq!(message, json!({ "a": { "b": 3, "c": 2 }, "list": [1, 2], "new": { "d": 4 } }));
    }
}
