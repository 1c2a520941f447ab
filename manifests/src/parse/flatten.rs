//! From a tree of values to an object and the places of its parts.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Map, Value};

use super::tree::{Kind, Node};
use crate::document::{Document, Position};

/// How much the pointers of one object may take, in bytes: more than the largest HTTPRoute that the API server takes has.
/// Beyond that, a value has the position of what is around it.
const MOST_POINTERS: usize = 8 << 20;

/// The object `root`, as a document of the file `source`.
pub(super) fn document(source: &str, root: &Node) -> Document {
    let mut places = Places {
        pointer: String::new(),
        positions: BTreeMap::new(),
        keys: BTreeMap::new(),
        room: MOST_POINTERS,
    };
    let value = places.value(root);
    Document { source: source.to_owned(), value, positions: places.positions, keys: places.keys }
}

struct Places {
    pointer: String,
    positions: BTreeMap<String, Position>,
    keys: BTreeMap<String, Position>,
    room: usize,
}

impl Places {
    /// The recursion ends: no tree is deeper than [`super::tree::DEEPEST`].
    fn value(&mut self, node: &Node) -> Value {
        if self.has_room() {
            self.positions.insert(self.pointer.clone(), node.position);
        }
        let length = self.pointer.len();
        match &node.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    // Writing to a String cannot fail.
                    let _ = write!(self.pointer, "/{index}");
                    list.push(self.value(item));
                    self.pointer.truncate(length);
                }
                Value::Array(list)
            }
            Kind::Map(entries) => {
                let mut map = Map::new();
                for entry in entries {
                    self.pointer.push('/');
                    for c in entry.key.chars() {
                        match c {
                            '~' => self.pointer.push_str("~0"),
                            '/' => self.pointer.push_str("~1"),
                            c => self.pointer.push(c),
                        }
                    }
                    if self.has_room() {
                        self.keys.insert(self.pointer.clone(), entry.position);
                    }
                    map.insert(entry.key.clone(), self.value(&entry.value));
                    self.pointer.truncate(length);
                }
                Value::Object(map)
            }
        }
    }

    fn has_room(&mut self) -> bool {
        match self.room.checked_sub(self.pointer.len()) {
            Some(room) => {
                self.room = room;
                true
            }
            None => false,
        }
    }
}
