//! A manifest, and where each part of it stands in its file.

use std::collections::BTreeMap;

use serde_json::Value;

/// One object of a manifest file.
///
/// ```
/// use httproute_manifests::{Position, parse};
///
/// let parsed = parse("shop.yaml", b"kind: Service\nmetadata:\n  name: cart\n");
/// let service = &parsed.documents[0];
/// assert_eq!(service.position("/metadata/name"), Position { line: 3, column: 9 });
/// assert_eq!(service.key_position("/metadata/name"), Position { line: 3, column: 3 });
/// // What is not there is looked for at what is around it.
/// assert_eq!(service.position("/metadata/labels/app"), Position { line: 3, column: 3 });
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The name of the file, as it was given; `-` for the standard input.
    pub source: String,
    /// The object.
    pub value: Value,
    /// Where the value at a JSON pointer (RFC 6901) of the object begins.
    pub positions: BTreeMap<String, Position>,
    /// Where the key of the member at a JSON pointer of the object begins.
    pub keys: BTreeMap<String, Position>,
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
                None => return Position::default(),
            }
        }
    }

    /// Where the key of the member at `pointer` begins: the place to look at where a name is wrong, or where something
    /// is missing below it. The position of the value where that has no key, as an item of a list.
    pub fn key_position(&self, pointer: &str) -> Position {
        self.keys.get(pointer).copied().unwrap_or_else(|| self.position(pointer))
    }
}

impl Default for Position {
    /// The beginning of the text.
    fn default() -> Self {
        Position { line: 1, column: 1 }
    }
}
