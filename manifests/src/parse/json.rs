//! JSON, with the place of each value. (serde_json does not tell places.)

use std::rc::Rc;

use serde_json::Value;

use super::Fault;
use super::scalar;
use super::split::Part;
use super::tree::{DEEPEST, Entry, Members, Node, too_deep};
use crate::document::Position;

/// Reads the values of a part of a file, one after the other.
pub(super) fn read(part: &Part<'_>, faults: &mut Vec<Fault>) -> Result<Vec<Rc<Node>>, Fault> {
    let mut reader = Reader {
        rest: part.text,
        position: Position { line: part.lines + 1, column: 1 },
        depth: 0,
        faults: Vec::new(),
    };
    let mut roots = Vec::new();
    if let Some(rest) = reader.rest.strip_prefix("---") {
        reader.rest = rest;
        reader.position.column += 3;
    }
    while reader.peek().is_some() {
        roots.push(reader.value()?);
    }
    faults.append(&mut reader.faults);
    Ok(roots)
}

struct Reader<'t> {
    rest: &'t str,
    /// Where `rest` begins.
    position: Position,
    depth: usize,
    faults: Vec<Fault>,
}

impl<'t> Reader<'t> {
    fn value(&mut self) -> Result<Rc<Node>, Fault> {
        let position = self.start();
        match self.peek() {
            Some('{') => self.nested(|reader| reader.object(position)),
            Some('[') => self.nested(|reader| reader.list(position)),
            Some('"') => Ok(Node::scalar(position, Value::String(self.string()?))),
            Some(_) => self.word(position),
            None => Err(self.expected("a value, but the text ends here")),
        }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_deep(self.position));
        }
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self, position: Position) -> Result<Rc<Node>, Fault> {
        let mut members = Members::default();
        self.take('{');
        if !self.take('}') {
            loop {
                let position = self.start();
                if self.peek() != Some('"') {
                    return Err(self.expected("a key in double quotes"));
                }
                let key = self.string()?;
                if !self.take(':') {
                    return Err(self.expected("a colon behind the key"));
                }
                let value = self.value()?;
                members.add(Entry { key, position, value }, &mut self.faults);
                if !self.comma('}')? {
                    break;
                }
            }
        }
        Node::map(position, members.into_entries())
    }

    fn list(&mut self, position: Position) -> Result<Rc<Node>, Fault> {
        let mut items = Vec::new();
        self.take('[');
        if !self.take(']') {
            loop {
                items.push(self.value()?);
                if !self.comma(']')? {
                    break;
                }
            }
        }
        Node::list(position, items)
    }

    /// Whether another item follows.
    fn comma(&mut self, close: char) -> Result<bool, Fault> {
        if self.take(close) {
            return Ok(false);
        }
        match self.take(',') {
            true => Ok(true),
            false => Err(self.expected(&format!("a comma or {close:?}"))),
        }
    }

    fn string(&mut self) -> Result<String, Fault> {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find_map(|(at, c)| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            (ends || c == '\n').then_some(at + 1)
        });
        let (string, _) = end.and_then(|end| self.rest.split_at_checked(end)).unwrap_or((self.rest, ""));
        // serde_json knows the escapes.
        let Ok(text) = serde_json::from_str(string) else {
            return Err(self.fault(
                "this is no string of JSON".into(),
                "close the quotes in the same line, and write \\n, \\t, \\\" and \\\\ for what cannot stand in it",
            ));
        };
        self.advance(string.len());
        Ok(text)
    }

    fn word(&mut self, position: Position) -> Result<Rc<Node>, Fault> {
        let end = self.rest.find(|c: char| c.is_whitespace() || ",:[]{}\"".contains(c));
        let (word, _) = end.and_then(|end| self.rest.split_at_checked(end)).unwrap_or((self.rest, ""));
        let Ok(value) = serde_json::from_str::<Value>(word) else {
            return Err(self.expected("a value: text stands in double quotes"));
        };
        self.advance(word.len());
        let whole = value.as_f64().filter(|_| value.is_f64()).and_then(scalar::float);
        Ok(Node::scalar(position, whole.unwrap_or(value)))
    }

    /// Where the next character that is not white space stands.
    fn start(&mut self) -> Position {
        let space = self.rest.len() - self.rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.advance(space);
        self.position
    }

    fn peek(&mut self) -> Option<char> {
        self.start();
        self.rest.chars().next()
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.advance(c.len_utf8());
        }
        found
    }

    fn advance(&mut self, bytes: usize) {
        let Some((passed, rest)) = self.rest.split_at_checked(bytes) else { return };
        for c in passed.chars() {
            match c {
                '\n' => self.position = Position { line: self.position.line + 1, column: 1 },
                _ => self.position.column += 1,
            }
        }
        self.rest = rest;
    }

    fn expected(&mut self, what: &str) -> Fault {
        let found = match self.rest.chars().next() {
            Some(c) => format!("{c:?}"),
            None => "the end of the text".to_owned(),
        };
        self.fault(
            format!("this is not JSON: expected {what}, and found {found}"),
            "look for a comma or a bracket too much or too few; comments are not possible in JSON",
        )
    }

    fn fault(&self, message: String, hint: &str) -> Fault {
        Fault { position: self.position, code: "NotJson", message, hint: hint.into() }
    }
}
