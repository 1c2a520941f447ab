//! JSON values as YAML that people can read: comments, text blocks, short things on one line.

use std::fmt::Write;

use serde_json::Value;

/// What fits into this many columns stands on one line.
const WIDTH: usize = 110;

/// Keys that come before the others, in this order: what a thing is, and where.
const FIRST: [&str; 12] = [
    "@type",
    "applyTo",
    "targetRefs",
    "name",
    "type",
    "vm_id",
    "address",
    "match",
    "remove",
    "cluster_header",
    "cluster_name",
    "admin",
];

/// Keys that come behind all others: those with the longest values.
const LAST: [&str; 12] = [
    "config",
    "pluginConfig",
    "configPatches",
    "http_filters",
    "access_log",
    "configuration",
    "filters",
    "transport_socket",
    "filter_chains",
    "listeners",
    "clusters",
    "load_assignment",
];

/// Writes `value` as YAML. `comment` knows what is to be said above a key. The same value always gives the same bytes.
pub(crate) fn write(value: &Value, comment: &dyn Fn(&str) -> Option<&'static str>) -> String {
    let mut writer = Writer { out: String::new(), comment };
    writer.block(value, 0);
    writer.out
}

struct Writer<'c> {
    out: String,
    comment: &'c dyn Fn(&str) -> Option<&'static str>,
}

impl Writer<'_> {
    /// The lines of a mapping or a list, each `indent` columns deep. The first stands where the output is.
    fn block(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Object(map) => {
                for (number, key) in in_order(map.keys()).into_iter().enumerate() {
                    if number > 0 {
                        self.indent(indent);
                    }
                    // A list item begins in the middle of a line, where no comment can stand: its first key has none.
                    if let Some(comment) = (self.comment)(key).filter(|_| self.is_at_line_start(indent)) {
                        for line in comment.lines() {
                            let _ = writeln!(self.out, "# {line}");
                            self.indent(indent);
                        }
                    }
                    self.out.push_str(&scalar(key));
                    self.out.push(':');
                    self.value(map.get(key).unwrap_or(&Value::Null), indent);
                }
            }
            Value::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        self.indent(indent);
                    }
                    self.out.push('-');
                    match self.inline(item, indent + 2) {
                        Some(inline) => self.line(&inline),
                        None => {
                            self.out.push(' ');
                            self.block(item, indent + 2);
                        }
                    }
                }
            }
            other => {
                let inline = inline(other);
                self.out.push_str(&inline);
                self.out.push('\n');
            }
        }
    }

    /// What stands behind a key.
    fn value(&mut self, value: &Value, indent: usize) {
        if let Value::String(text) = value
            && is_block(text)
        {
            self.text(text, indent + 2);
        } else if let Some(inline) = self.inline(value, indent) {
            self.line(&inline);
        } else {
            self.out.push('\n');
            self.indent(indent + 2);
            self.block(value, indent + 2);
        }
    }

    fn line(&mut self, inline: &str) {
        self.out.push(' ');
        self.out.push_str(inline);
        self.out.push('\n');
    }

    /// The value on one line, where it fits.
    fn inline(&self, value: &Value, indent: usize) -> Option<String> {
        let simple = match value {
            Value::Object(map) => {
                map.values().all(is_small) && !map.keys().any(|key| (self.comment)(key).is_some())
            }
            Value::Array(items) => items.iter().all(|item| !item.is_object() && is_small(item)),
            Value::String(text) => return (!is_block(text)).then(|| scalar(text)),
            _ => true,
        };
        let inline = inline(value);
        // A column for what stands before it: most keys are shorter than this.
        (simple && inline.len() + indent + 24 <= WIDTH).then_some(inline)
    }

    /// A literal block: the text as it is.
    fn text(&mut self, text: &str, indent: usize) {
        self.out.push_str(if text.ends_with('\n') { " |\n" } else { " |-\n" });
        for line in text.lines() {
            if !line.is_empty() {
                self.indent(indent);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn is_at_line_start(&self, indent: usize) -> bool {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        line.len() == indent && line.bytes().all(|byte| byte == b' ')
    }
}

/// Not large: a scalar, or a mapping or list of few scalars.
fn is_small(value: &Value) -> bool {
    let is_scalar = |value: &Value| match value {
        Value::String(text) => !text.contains('\n'),
        other => !other.is_object() && !other.is_array(),
    };
    match value {
        Value::Object(map) => map.len() <= 2 && map.values().all(|value| is_scalar(value) || is_pair(value)),
        Value::Array(items) => items.iter().all(is_scalar),
        other => is_scalar(other),
    }
}

/// An address: a mapping of two scalars.
fn is_pair(value: &Value) -> bool {
    value.as_object().is_some_and(|map| {
        map.len() <= 2 && map.values().all(|value| !value.is_object() && !value.is_array())
    })
}

fn inline(value: &Value) -> String {
    match value {
        Value::Object(map) if map.is_empty() => "{}".into(),
        Value::Object(map) => {
            let entry = |key| format!("{}: {}", scalar(key), map.get(key).map(inline).unwrap_or_default());
            format!("{{ {} }}", in_order(map.keys()).into_iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// Text as it is where no reader of YAML, of 1.1 or 1.2, takes it for something else; else in quotes, as JSON has them.
fn scalar(text: &str) -> String {
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte))
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'/');
    let lower = text.to_ascii_lowercase();
    let is_other = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(&lower.as_str());
    // Whatever could be a number: "1e5", "0x10", "1_000.5". "5s" and "127.0.0.1" could not.
    let is_number = text.starts_with(|c: char| c.is_ascii_digit())
        && (text.replace('_', "").parse::<f64>().is_ok()
            || ["0x", "0o", "0b"].iter().any(|base| lower.starts_with(base))
            || lower.contains('-'));
    if is_word && !is_other && !is_number { text.to_owned() } else { quoted(text) }
}

/// In double quotes. What does not print, and what is a line break to some, is escaped.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in Value::from(text).to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

fn in_order<'k>(keys: impl Iterator<Item = &'k String>) -> Vec<&'k str> {
    let mut keys: Vec<&str> = keys.map(String::as_str).collect();
    let rank = |key: &str| match FIRST.iter().position(|first| *first == key) {
        Some(place) => place,
        None => {
            LAST.iter().position(|last| *last == key).map_or(FIRST.len(), |place| FIRST.len() + 1 + place)
        }
    };
    keys.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
    keys
}

/// Whether a text is written as a literal block: it has lines, and nothing in them that a reader of YAML could take for
/// anything but text. A block cannot begin with white space, and ends with one line break at most.
fn is_block(text: &str) -> bool {
    let is_plain =
        |c: char| c == '\n' || (!c.is_control() && !['\u{2028}', '\u{2029}', '\u{feff}'].contains(&c));
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with("\n\n")
        && text.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_reader_could_take_for_something_else_is_quoted() {
        for plain in
            ["web", "5s", "127.0.0.1", "envoy.filters.http.wasm", "shop/cart/8080", "/", "dist/a.wasm"]
        {
            assert_eq!(scalar(plain), plain);
        }
        for quoted in [
            "",
            "*",
            "yes",
            "No",
            "1",
            "1.5",
            "1e5",
            "0x1f",
            "1_000",
            "1_0.5",
            "1_0e5",
            "0b11",
            "2026-01-01",
            "@type",
            "a: b",
            "-a",
            "::1",
        ] {
            assert_eq!(scalar(quoted), format!("\"{quoted}\""));
        }
        assert_eq!(quoted("a\u{85}\u{2028}\"\n"), "\"a\\u0085\\u2028\\\"\\n\"");
    }

    #[test]
    fn names_come_first_comments_stand_above_and_text_stands_in_blocks() {
        let address = json!({ "socket_address": { "port_value": 1, "address": "::1" } });
        let value = json!({
            "clusters": [],
            "beta": { "text": "{\n  \"a\": 1\n}", "name": "web", "long": vec!["abcdefghij"; 10] },
            "alpha": [{ "name": "x", "address": address, "more": { "one": { "two": { "three": { "four": 4 } } } } }, ["z"]],
        });
        let comment = |key: &str| (key == "beta").then_some("Why beta.\nTwo lines.");
        let expected = r#"alpha:
  - name: x
    address: { socket_address: { address: "::1", port_value: 1 } }
    more:
      one: { two: { three: { four: 4 } } }
  - [z]
# Why beta.
# Two lines.
beta:
  name: web
  long:
    - abcdefghij
    - abcdefghij
    - abcdefghij
    - abcdefghij
    - abcdefghij
    - abcdefghij
    - abcdefghij
    - abcdefghij
    - abcdefghij
    - abcdefghij
  text: |-
    {
      "a": 1
    }
clusters: []
"#;
        assert_eq!(write(&value, &comment), expected);
    }
}
