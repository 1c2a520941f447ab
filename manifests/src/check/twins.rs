//! One object that is written twice.

use std::collections::HashMap;

use serde_json::Value;

use super::place::Place;
use super::report::Report;
use crate::document::Document;
use crate::schema::Kind;

/// The objects so far, by kind, namespace and name.
#[derive(Debug, Default)]
pub(super) struct Twins<'d>(HashMap<(&'static str, &'d str, &'d str), usize>);

impl<'d> Twins<'d> {
    pub(super) fn add(
        &mut self,
        kind: &'static Kind,
        object: &'d Value,
        documents: &[Document],
        index: usize,
        report: &mut Report,
    ) {
        let text =
            |key| object.get("metadata").and_then(|metadata| metadata.get(key)).and_then(Value::as_str);
        let Some(name) = text("name") else { return };
        let namespace = text("namespace").unwrap_or_default();
        if let Some(first) = self.0.insert((kind.name, namespace, name), index) {
            let place = Place::Key(&Place::Root, "metadata");
            let first = documents.get(first).map(|document| (&*document.source, document.position("").line));
            let (source, line) = first.unwrap_or_default();
            let message = format!("the {} {name} is written twice, first at {source}:{line}", kind.name);
            report.warn(
                &Place::Key(&place, "name"),
                "DuplicateName",
                message,
                "kubectl would overwrite the first: give each a name of its own",
            );
        }
    }
}
