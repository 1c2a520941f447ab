//! The way of a configuration through a protobuf `Struct`.

use serde_json::Value;

/// JSON text of `value` after its way through a `google.protobuf.Struct`: the order of keys is lost, and every number is a
/// double. A double may be written in several ways (protobuf's JSON mapping: "Either numbers or strings are accepted. Exponent
/// notation is also accepted"), so they take turns; and keys stand in an order that nobody would write.
pub fn json_of_struct(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut 0, &mut out);
    out
}

fn write(value: &Value, numbers: &mut usize, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|(a, _), (b, _)| b.cmp(a));
            out.push('{');
            for (place, (key, member)) in entries.into_iter().enumerate() {
                out.push_str(if place > 0 { ", " } else { "" });
                out.push_str(&format!("{}: ", Value::from(key.as_str())));
                write(member, numbers, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                out.push_str(if place > 0 { "," } else { "" });
                write(item, numbers, out);
            }
            out.push(']');
        }
        Value::Number(number) => {
            *numbers += 1;
            let double = number.as_f64().unwrap_or_default();
            out.push_str(&match *numbers % 3 {
                0 => format!("{double}"),
                1 => format!("{double:?}"),
                _ => format!("{double:e}"),
            });
        }
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_lose_their_order_and_numbers_are_doubles() {
        let value = json!({ "a": [8080, 8080, 8080, null], "b": { "text": "x\"", "yes": true } });
        let text = json_of_struct(&value);
        assert_eq!(text, r#"{"b": {"yes": true, "text": "x\""}, "a": [8080.0,8.08e3,8080,null]}"#);
    }
}
