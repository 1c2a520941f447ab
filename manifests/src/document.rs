//! A manifest, and where each part of it stands in its file.

use std::collections::BTreeMap;

use serde_json::Value;

/// One object of a manifest file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The name of the file, as it was given; `-` for the standard input.
    pub source: String,
    /// The object.
    pub value: Value,
    /// Where the value at a JSON pointer (RFC 6901) of the object begins.
    pub positions: BTreeMap<String, Position>,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl Document {
    /// Where the value at `pointer` begins, or the nearest of the values around it that has a position.
    pub fn position(&self, pointer: &str) -> Position {
        let mut pointer = pointer;
        loop {
            if let Some(position) = self.positions.get(pointer) {
                return *position;
            }
            match pointer.rsplit_once('/') {
                Some((around, _)) => pointer = around,
                None => return Position { line: 1, column: 1 },
            }
        }
    }
}
