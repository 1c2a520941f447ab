//! Requests as bytes, for JavaScript.

use httproute_sdk::HeaderLines;
use serde_json::{Map, Value, json};

/// A request from the header map of a proxy: of the form that an explanation has.
pub(crate) fn message(lines: &HeaderLines) -> Value {
    let mut message = Map::new();
    let mut headers = Vec::new();
    for (name, value) in lines {
        match name.as_slice() {
            b":method" => message.insert("method".into(), text(value)),
            b":scheme" => message.insert("scheme".into(), text(value)),
            b":authority" => message.insert("authority".into(), text(value)),
            b":path" => message.insert("path".into(), text(value)),
            _ => {
                headers.push(json!({ "name": text(name), "value": text(value) }));
                None
            }
        };
    }
    message.insert("headers".into(), Value::Array(headers));
    Value::Object(message)
}

/// Text where it is UTF-8, and the bytes where it is not.
fn text(bytes: &[u8]) -> Value {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.into(), Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_numbers() {
        let lines = vec![(b":path".to_vec(), b"/a\xff".to_vec()), (b"x".to_vec(), b"y".to_vec())];
        let message = message(&lines);
        assert_eq!(message["path"], json!([47, 97, 255]));
        assert_eq!(message["headers"], json!([{ "name": "x", "value": "y" }]));
    }
}
