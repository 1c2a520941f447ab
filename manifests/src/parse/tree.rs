//! The tree of values that both YAML and JSON are read into.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value;

use super::Fault;
use crate::document::Position;

/// How deep values may be nested. The API's own objects need 20.
pub(super) const DEEPEST: usize = 100;

/// How much may be written by aliases, in characters and values: a few lines of them can stand for more than a machine
/// can hold.
const MOST_ALIASED: usize = 5_000_000;

/// A value, and where it begins.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) position: Position,
    pub(super) kind: Kind,
    /// How many values are nested here at most. It bounds every recursion over the tree.
    height: usize,
    /// About how much text it takes to write the value out.
    weight: usize,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// Neither a list nor an object.
    Scalar(Value),
    List(Vec<Rc<Node>>),
    Map(Vec<Entry>),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) position: Position,
    pub(super) value: Rc<Node>,
}

impl Node {
    pub(super) fn scalar(position: Position, value: Value) -> Rc<Self> {
        let weight = 1 + value.as_str().map_or(0, str::len);
        Rc::new(Node { position, kind: Kind::Scalar(value), height: 1, weight })
    }

    pub(super) fn list(position: Position, items: Vec<Rc<Node>>) -> Result<Rc<Self>, Fault> {
        let height = items.iter().map(|item| item.height).max();
        let weight = items.iter().fold(1, |sum: usize, item| sum.saturating_add(item.weight));
        Self::around(position, Kind::List(items), height, weight)
    }

    pub(super) fn map(position: Position, entries: Vec<Entry>) -> Result<Rc<Self>, Fault> {
        let height = entries.iter().map(|entry| entry.value.height).max();
        let weight = entries.iter().fold(1, |sum: usize, entry| {
            sum.saturating_add(entry.value.weight).saturating_add(entry.key.len())
        });
        Self::around(position, Kind::Map(entries), height, weight)
    }

    fn around(
        position: Position,
        kind: Kind,
        height: Option<usize>,
        weight: usize,
    ) -> Result<Rc<Self>, Fault> {
        let height = height.unwrap_or_default() + 1;
        match height > DEEPEST {
            true => Err(too_deep(position)),
            false => Ok(Rc::new(Node { position, kind, height, weight })),
        }
    }

    /// The member `key` of an object.
    pub(super) fn get(&self, key: &str) -> Option<&Rc<Node>> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
            _ => None,
        }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }
}

pub(super) fn too_deep(position: Position) -> Fault {
    Fault {
        position,
        code: "TooDeep",
        message: format!("the values are nested more than {DEEPEST} deep"),
        hint: "no object of the API is nested so deep: look for a bracket that is not closed".into(),
    }
}

/// The members of an object that is being read: each key once.
#[derive(Debug, Default)]
pub(super) struct Members {
    entries: Vec<Entry>,
    /// The places of the keys, once there are more than [`FEW`].
    places: HashMap<String, usize>,
}

/// As many keys are looked through one by one.
const FEW: usize = 16;

impl Members {
    /// Adds a member. One with the same key is replaced, as kubectl does it, and told of.
    pub(super) fn add(&mut self, entry: Entry, faults: &mut Vec<Fault>) {
        let Some(earlier) = self.place(&entry.key).and_then(|place| self.entries.get_mut(place)) else {
            return self.push(entry);
        };
        faults.push(Fault {
            position: entry.position,
            code: "DuplicateKey",
            message: format!(
                "the key {:?} stands twice here, first in line {}",
                entry.key, earlier.position.line
            ),
            hint: "keep one of the two, or begin the second object with \"- \" or ---".into(),
        });
        *earlier = entry;
    }

    /// Adds a member that was not written out, unless there is one with its key.
    pub(super) fn merge(&mut self, entry: &Entry) {
        if self.place(&entry.key).is_none() {
            self.push(entry.clone());
        }
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    fn place(&self, key: &str) -> Option<usize> {
        match self.places.is_empty() {
            true => self.entries.iter().position(|entry| entry.key == key),
            false => self.places.get(key).copied(),
        }
    }

    fn push(&mut self, entry: Entry) {
        if !self.places.is_empty() {
            self.places.insert(entry.key.clone(), self.entries.len());
        }
        self.entries.push(entry);
        if self.places.is_empty() && self.entries.len() > FEW {
            let keys = self.entries.iter().map(|entry| entry.key.clone());
            self.places = keys.zip(0..).collect();
        }
    }
}

/// What aliases may still stand for.
#[derive(Debug)]
pub(super) struct Allowance(usize);

impl Allowance {
    pub(super) fn new() -> Self {
        Allowance(MOST_ALIASED)
    }

    /// Takes what `node` stands for.
    pub(super) fn take(&mut self, node: &Node, position: Position) -> Result<(), Fault> {
        self.0 = self.0.checked_sub(node.weight).ok_or_else(|| Fault {
            position,
            code: "TooManyAliases",
            message: "the aliases up to here stand for more text than a manifest has".into(),
            hint: "write the values out, or in several files".into(),
        })?;
        Ok(())
    }
}
