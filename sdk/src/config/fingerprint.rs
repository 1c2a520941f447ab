//! A number that two configurations share only if they decide alike.

use crate::reading::json::Json;

/// A running hash of JSON values, the same whatever the order of keys and the form of numbers: a configuration that went
/// through a protobuf Struct has lost both.
///
/// A worker waits for it with each change of its configuration, so it takes eight bytes at a time, as MurmurHash3 does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) fn new() -> Self {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn value(self) -> u64 {
        self.0
    }

    fn add(&mut self, name: &str, value: &Json<'_>) {
        self.text(name);
        self.json(value);
    }

    fn word(&mut self, word: u64) {
        let word =
            word.wrapping_mul(0x87c3_7b91_1142_53d5).rotate_left(31).wrapping_mul(0x4cf5_ad43_2745_937f);
        self.0 = (self.0 ^ word).rotate_left(27).wrapping_mul(5).wrapping_add(0x52dc_e729);
    }

    fn text(&mut self, text: &str) {
        self.word(text.len() as u64);
        let (words, rest) = text.as_bytes().as_chunks();
        words.iter().for_each(|word| self.word(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            self.word(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    fn json(&mut self, value: &Json<'_>) {
        match value {
            Json::Null => self.word(0),
            Json::Bool(value) => self.word(1 + u64::from(*value)),
            Json::Number(number) => {
                self.word(3);
                self.word(number.to_bits());
            }
            Json::Text(text) => {
                self.word(4);
                self.text(text);
            }
            Json::List(items) => {
                self.word(5);
                self.word(items.len() as u64);
                items.iter().for_each(|item| self.json(item));
            }
            Json::Object(members) => {
                // A sum is the same in whatever order.
                let sum = members.iter().fold(0u64, |sum, (key, value)| {
                    let mut member = Fingerprint::new();
                    member.add(key, value);
                    // Mixed once more: in a sum what was added last would count for less.
                    let value = member.value();
                    let mixed = (value ^ (value >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
                    sum.wrapping_add(mixed ^ (mixed >> 33))
                });
                self.word(6);
                self.word(sum);
            }
        }
    }
}

/// Adds the name of a part and the part, where there is to be a fingerprint.
pub(crate) fn add(fingerprint: &mut Option<Fingerprint>, name: &str, value: &Json<'_>) {
    if let Some(fingerprint) = fingerprint {
        fingerprint.add(name, value);
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
        assert_ne!(of(r#"[[1],2]"#), of(r#"[[1,2]]"#));
        assert_ne!(of(r#"["12345678","a"]"#), of(r#"["12345678a"]"#));
        assert_ne!(of(r#"{"a":"b"}"#), of(r#"{"b":"a"}"#));
    }
}
