//! YAML, with the place of each value, from the events of a parser.

use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag, options};
use serde_json::Value;

use super::split::Part;
use super::tree::{Allowance, DEEPEST, Entry, Kind, Members, Node};
use super::{Fault, explain, scalar};
use crate::document::Position;

/// Reads the documents of a part of a file.
pub(super) fn read(part: &Part<'_>, faults: &mut Vec<Fault>) -> Result<Vec<Rc<Node>>, Fault> {
    let options = options! {
        emit_comments: false,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    let parser: Parser<'_, StrInput<'_>> = Parser::new_from_str_with_options(part.text, options);
    let mut builder = Builder {
        lines: part.lines,
        frames: Vec::new(),
        anchors: HashMap::new(),
        roots: Vec::new(),
        allowance: Allowance::new(),
        faults: Vec::new(),
    };
    for event in parser {
        let (event, span) = event.map_err(|error| explain::error(&error, part))?;
        builder.take(event, &span)?;
    }
    faults.append(&mut builder.faults);
    Ok(builder.roots)
}

struct Builder {
    /// How many lines stand before the text of the parser.
    lines: usize,
    /// The lists and mappings that are open.
    frames: Vec<Frame>,
    anchors: HashMap<usize, Rc<Node>>,
    roots: Vec<Rc<Node>>,
    allowance: Allowance,
    faults: Vec<Fault>,
}

struct Frame {
    position: Position,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Rc<Node>>),
    Map { members: Members, key: Option<Key>, merged: Vec<Rc<Node>> },
}

/// A key that waits for its value.
struct Key {
    text: String,
    position: Position,
    merges: bool,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), Fault> {
        let position = Position { line: self.lines + span.start.line(), column: span.start.col() + 1 };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let merges = text == "<<" && style == ScalarStyle::Plain && self.wants_key();
                let node = Node::scalar(position, value(&text, style, tag.as_deref(), position)?);
                if merges {
                    return self.key(Key { text: text.into_owned(), position, merges });
                }
                self.add(node, anchor, position)
            }
            Event::SequenceStart(_, anchor, _) => self.open(position, anchor, Content::List(Vec::new())),
            Event::MappingStart(_, anchor, _) => {
                let content = Content::Map { members: Members::default(), key: None, merged: Vec::new() };
                self.open(position, anchor, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(Fault {
                        position,
                        code: "UnknownAlias",
                        message: "the alias stands within what it is an alias for".into(),
                        hint: "write the value out".into(),
                    });
                };
                self.allowance.take(&node, position)?;
                // Told of is the place of the alias; what is in it stands where it was written.
                let node = match &node.kind {
                    Kind::Scalar(value) => Node::scalar(position, value.clone()),
                    _ => node,
                };
                self.add(node, 0, position)
            }
            _ => Ok(()),
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { content: Content::Map { key: None, .. }, .. }))
    }

    fn open(&mut self, position: Position, anchor: usize, content: Content) -> Result<(), Fault> {
        if self.wants_key() {
            return Err(no_key(position));
        }
        self.frames.push(Frame { position, anchor, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(Frame { position, anchor, content }) = self.frames.pop() else { return Ok(()) };
        let node = match content {
            Content::List(items) => Node::list(position, items)?,
            Content::Map { mut members, merged, .. } => {
                for source in merged {
                    if let Kind::Map(entries) = &source.kind {
                        entries.iter().for_each(|entry| members.merge(entry));
                    }
                }
                Node::map(position, members.into_entries())?
            }
        };
        self.add(node, anchor, position)
    }

    fn key(&mut self, new: Key) -> Result<(), Fault> {
        if let Some(Frame { content: Content::Map { key, .. }, .. }) = self.frames.last_mut() {
            *key = Some(new);
        }
        Ok(())
    }

    /// Puts a value where it belongs: into the list or mapping that is open.
    fn add(&mut self, node: Rc<Node>, anchor: usize, position: Position) -> Result<(), Fault> {
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        match self.frames.last_mut().map(|frame| &mut frame.content) {
            None => self.roots.push(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { members, key, merged }) => match key.take() {
                None => {
                    *key = Some(Key { text: key_text(&node, position)?, position, merges: false });
                }
                Some(key) if key.merges => merge(&node, &key, merged, &mut self.allowance)?,
                Some(Key { text, position, .. }) => {
                    members.add(Entry { key: text, position, value: node }, &mut self.faults);
                }
            },
        }
        Ok(())
    }
}

/// `<<: *base`, or a list of such: of two with one key "earlier nodes take precedence".
fn merge(
    node: &Rc<Node>,
    key: &Key,
    merged: &mut Vec<Rc<Node>>,
    allowance: &mut Allowance,
) -> Result<(), Fault> {
    let sources = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    for source in sources {
        if !matches!(source.kind, Kind::Map(_)) {
            return Err(Fault {
                position: key.position,
                code: "InvalidMerge",
                message: "<< merges mappings, but this is none".into(),
                hint: "name a mapping with an anchor: `base: &base {…}`, then `<<: *base`".into(),
            });
        }
        allowance.take(source, key.position)?;
        merged.push(Rc::clone(source));
    }
    Ok(())
}

/// A key as kubectl turns it into JSON: `on:` is the key "true".
fn key_text(node: &Node, position: Position) -> Result<String, Fault> {
    match &node.kind {
        Kind::Scalar(Value::String(text)) => Ok(text.clone()),
        Kind::Scalar(value @ (Value::Bool(_) | Value::Number(_))) => Ok(value.to_string()),
        _ => Err(no_key(position)),
    }
}

fn no_key(position: Position) -> Fault {
    Fault {
        position,
        code: "InvalidKey",
        message: "a key must be text".into(),
        hint: "write `name: value`; put text that begins with { or [ in quotes".into(),
    }
}

fn value(text: &str, style: ScalarStyle, tag: Option<&Tag>, position: Position) -> Result<Value, Fault> {
    match tag.map(|tag| tag.core_suffix()) {
        None if style == ScalarStyle::Plain => Ok(scalar::resolve(text)),
        None | Some(Some("str")) => Ok(Value::String(text.to_owned())),
        Some(Some("int" | "float" | "bool" | "null")) => Ok(scalar::resolve(text)),
        Some(_) => Err(Fault {
            position,
            code: "UnsupportedTag",
            message: "a manifest has no values of this tag".into(),
            hint: "leave out the tag, which begins with \"!\"".into(),
        }),
    }
}
