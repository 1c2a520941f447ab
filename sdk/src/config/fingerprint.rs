//! A number that two configurations share only if they decide alike.

use crate::reading::json::Json;

/// A running FNV-1a hash of JSON values, the same whatever the order of keys and the form of numbers: a configuration that
/// went through a protobuf Struct has lost both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) fn new() -> Self {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn value(self) -> u64 {
        self.0
    }

    /// Adds the name of a part and the part.
    pub(crate) fn add(&mut self, name: &str, value: &Json<'_>) {
        self.text(name);
        self.json(value);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes(&(text.len() as u64).to_le_bytes());
        self.bytes(text.as_bytes());
    }

    fn json(&mut self, value: &Json<'_>) {
        match value {
            Json::Null => self.bytes(b"n"),
            Json::Bool(value) => self.bytes(if *value { b"t" } else { b"f" }),
            Json::Number(number) => {
                self.bytes(b"d");
                self.bytes(&number.to_bits().to_le_bytes());
            }
            Json::Text(text) => {
                self.bytes(b"s");
                self.text(text);
            }
            Json::List(items) => {
                self.bytes(b"[");
                items.iter().for_each(|item| self.json(item));
                self.bytes(b"]");
            }
            Json::Object(members) => {
                // A sum is the same in whatever order.
                let sum = members.iter().fold(0u64, |sum, (key, value)| {
                    let mut member = Fingerprint::new();
                    member.add(key, value);
                    sum.wrapping_add(member.value())
                });
                self.bytes(b"{");
                self.bytes(&sum.to_le_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> u64 {
        let mut fingerprint = Fingerprint::new();
        fingerprint.add("routes", &serde_json::from_str(json).unwrap());
        fingerprint.value()
    }

    #[test]
    fn the_order_of_keys_and_the_form_of_numbers_do_not_count_and_all_else_does() {
        assert_eq!(of(r#"{"a": 1, "b": [2]}"#), of(r#"{"b":[2.0],"a":1.0}"#));
        assert_ne!(of(r#"["a","b"]"#), of(r#"["b","a"]"#));
        assert_ne!(of(r#"["ab","c"]"#), of(r#"["a","bc"]"#));
        assert_ne!(of(r#"[1]"#), of(r#"["1"]"#));
    }
}
