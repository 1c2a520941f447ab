//! A configuration that a proxy hands over as a protobuf message.
//!
//! Envoy's reference says of `configuration` that "`google.protobuf.Struct` is serialized as JSON before passing it to the
//! plugin". Envoy 1.36.4 to 1.40.0 pass the message as it is encoded. An HTTPRoute that is written right into an Envoy
//! configuration, as YAML, comes in this form, so it is read here.

use std::fmt::Write;

use httproute_sdk::Decimal;

/// How deep values may be nested: as deep as the JSON that is read from them.
const MAX_DEPTH: usize = 120;

/// With what a message begins that has entries: the tag of field 1, whose length follows.
const ENTRY: u8 = 0x0a;

/// The JSON text of an encoded `google.protobuf.Struct`; `None` where the bytes are no such message.
///
/// ```
/// // { "a": true }
/// let message = [0x0a, 0x07, 0x0a, 0x01, b'a', 0x12, 0x02, 0x20, 0x01];
/// assert_eq!(httproute_proxy_wasm::protobuf::struct_to_json(&message).unwrap(), r#"{"a":true}"#);
/// assert_eq!(httproute_proxy_wasm::protobuf::struct_to_json(b"\n{\"a\": true}"), None);
/// ```
#[cold]
pub fn struct_to_json(message: &[u8]) -> Option<String> {
    // Of the memory that JSON takes in vain nothing is ever given back.
    if message.first().is_some_and(|&tag| tag != ENTRY) {
        return None;
    }
    let mut json = String::with_capacity(message.len() + message.len() / 8);
    write_struct(message, MAX_DEPTH, &mut json)?;
    Some(json)
}

/// `message Struct { map<string, Value> fields = 1; }`
#[cold]
fn write_struct(message: &[u8], depth: usize, json: &mut String) -> Option<()> {
    write_all(message, 1, ['{', '}'], json, |entry, json| {
        let (mut key, mut value) = (&b""[..], &b""[..]);
        let mut rest = entry;
        while let Some((field, after)) = Field::read(rest)? {
            match field {
                Field { number: 1, content: Content::Bytes(bytes) } => key = bytes,
                Field { number: 2, content: Content::Bytes(bytes) } => value = bytes,
                _ => return None,
            }
            rest = after;
        }
        write_text(key, json)?;
        json.push(':');
        write_value(value, depth.checked_sub(1)?, json)
    })
}

/// `message Value { oneof kind { NullValue null_value = 1; double number_value = 2; string string_value = 3;
/// bool bool_value = 4; Struct struct_value = 5; ListValue list_value = 6; } }`
#[cold]
fn write_value(message: &[u8], depth: usize, json: &mut String) -> Option<()> {
    let Some((field, after)) = Field::read(message)? else {
        json.push_str("null");
        return Some(());
    };
    if !after.is_empty() {
        return None;
    }
    match (field.number, field.content) {
        (1, Content::Varint(_)) => json.push_str("null"),
        // Not a number and infinity have no form in JSON.
        (2, Content::Fixed64(bits)) if f64::from_bits(bits).is_finite() => {
            write!(json, "{}", Decimal(f64::from_bits(bits))).ok()?;
        }
        (3, Content::Bytes(text)) => write_text(text, json)?,
        (4, Content::Varint(value)) => json.push_str(if value == 0 { "false" } else { "true" }),
        (5, Content::Bytes(message)) => write_struct(message, depth, json)?,
        // `message ListValue { repeated Value values = 1; }`
        (6, Content::Bytes(message)) => {
            write_all(message, 1, ['[', ']'], json, |value, json| {
                write_value(value, depth.checked_sub(1)?, json)
            })?;
        }
        _ => return None,
    }
    Some(())
}

/// Writes each of the messages in the repeated field `number`, which is all that `message` may hold.
fn write_all(
    message: &[u8],
    number: u64,
    [open, close]: [char; 2],
    json: &mut String,
    write: impl Fn(&[u8], &mut String) -> Option<()>,
) -> Option<()> {
    json.push(open);
    let mut rest = message;
    let mut first = true;
    while let Some((field, after)) = Field::read(rest)? {
        let Content::Bytes(item) = field.content else { return None };
        if field.number != number {
            return None;
        }
        if !std::mem::replace(&mut first, false) {
            json.push(',');
        }
        write(item, json)?;
        rest = after;
    }
    json.push(close);
    Some(())
}

#[cold]
fn write_text(bytes: &[u8], json: &mut String) -> Option<()> {
    json.push('"');
    for c in std::str::from_utf8(bytes).ok()?.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            c if c.is_control() => write!(json, "\\u{:04x}", u32::from(c)).ok()?,
            c => json.push(c),
        }
    }
    json.push('"');
    Some(())
}

/// A field of a protobuf message.
struct Field<'m> {
    number: u64,
    content: Content<'m>,
}

enum Content<'m> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'m [u8]),
}

impl<'m> Field<'m> {
    /// The first field of `message` and what follows it: `Some(None)` at the end, `None` where it cannot be read.
    fn read(message: &'m [u8]) -> Option<Option<(Field<'m>, &'m [u8])>> {
        if message.is_empty() {
            return Some(None);
        }
        let (tag, rest) = varint(message)?;
        let (content, rest) = match tag & 7 {
            0 => {
                let (value, rest) = varint(rest)?;
                (Content::Varint(value), rest)
            }
            1 => {
                let (bytes, rest) = rest.split_first_chunk()?;
                (Content::Fixed64(u64::from_le_bytes(*bytes)), rest)
            }
            2 => {
                let (length, rest) = varint(rest)?;
                let (bytes, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
                (Content::Bytes(bytes), rest)
            }
            _ => return None,
        };
        Some(Some((Field { number: tag >> 3, content }, rest)))
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (place, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * place as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(place + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut message = vec![number << 3 | 2];
        let mut length = bytes.len();
        while length > 127 {
            message.push(length as u8 | 0x80);
            length >>= 7;
        }
        message.push(length as u8);
        message.extend_from_slice(bytes);
        message
    }

    fn entry(key: &str, value: &[u8]) -> Vec<u8> {
        field(1, &[field(1, key.as_bytes()), field(2, value)].concat())
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let number = [&[2 << 3 | 1][..], &8080f64.to_le_bytes()].concat();
        let list = field(6, &[field(1, &number), field(1, &[1 << 3, 0]), field(1, &[])].concat());
        let message = [
            entry("text", &field(3, "a\"\\\n\u{e9}".as_bytes())),
            entry("list", &list),
            entry("no", &[4 << 3, 0]),
            entry("object", &field(5, &entry("long", &field(3, &[b'x'; 300])))),
            entry("empty", &field(5, &[])),
        ]
        .concat();
        let long = "x".repeat(300);
        assert_eq!(
            struct_to_json(&message).unwrap(),
            format!(
                r#"{{"text":"a\"\\\u000aé","list":[8080,null,null],"no":false,"object":{{"long":"{long}"}},"empty":{{}}}}"#
            )
        );
    }

    #[test]
    fn what_is_no_such_message_is_left_alone() {
        let mut deep = field(3, b"x");
        for _ in 0..200 {
            deep = field(5, &entry("a", &deep));
        }
        let nan = [&[2 << 3 | 1][..], &f64::NAN.to_le_bytes()].concat();
        for message in [
            b"{}".to_vec(),
            b"\n{\"routes\": []}".to_vec(),
            b"\n\xff".to_vec(),
            entry("a", &deep),
            entry("a", &nan),
        ] {
            assert_eq!(struct_to_json(&message), None, "{message:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_json_or_nothing(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Some(json) = struct_to_json(&bytes) {
                let in_braces = json.starts_with('{') && json.ends_with('}');
                prop_assert!(in_braces, "{}", json);
            }
        }
    }
}
