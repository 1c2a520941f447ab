//! `extensions`: the objects that ExtensionRef filters name.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::registry::Code;
use super::{Filter, Registry};
use crate::reading::json::Json;
use crate::reading::node::{Node, Object};
use crate::reading::report::{Place, Report};

/// The name of an object that configures a filter: `ApiKeyPolicy shop/keys`.
///
/// ```
/// use httproute_sdk::extension::ObjectName;
/// let name = ObjectName {
///     group: "example.com".into(),
///     kind: "ApiKeyPolicy".into(),
///     namespace: "shop".into(),
///     name: "keys".into(),
/// };
/// assert_eq!(name.to_string(), "ApiKeyPolicy shop/keys");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// The group of its API.
    pub group: Box<str>,
    /// Its kind.
    pub kind: Box<str>,
    /// Its namespace.
    pub namespace: Box<str>,
    /// Its own name.
    pub name: Box<str>,
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}

/// A filter and the object that configures it.
pub(crate) struct Extension {
    pub(crate) name: ObjectName,
    /// `None` where the filter's code is elsewhere.
    pub(crate) filter: Option<Box<dyn Filter>>,
    pub(crate) code: &'static Code,
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.name, f)
    }
}

/// What every object has, and no filter's configuration: a type that takes no unknown fields is not to stumble over it.
const OF_EVERY_OBJECT: [&str; 5] = ["apiVersion", "kind", "metadata", "spec", "status"];

/// What to do where a module has no filters of its own.
const LOAD_ANOTHER: &str = "load a module that carries them out, or remove the filter";

/// The objects of a configuration.
pub(crate) struct Extensions<'g> {
    registry: &'g Registry,
    objects: BTreeMap<ObjectName, Entry>,
}

struct Entry {
    /// Its place in the list.
    index: usize,
    /// `None` where something in it is wrong, or where its kind is not known.
    extension: Option<Arc<Extension>>,
    /// Whether a rule names it.
    used: Cell<bool>,
}

impl<'g> Extensions<'g> {
    /// Reads the objects of the list `extensions`.
    pub(crate) fn decode(list: &[Json<'_>], registry: &'g Registry, report: &mut Report) -> Self {
        let mut extensions = Extensions { registry, objects: BTreeMap::new() };
        match registry.code {
            Some(code) => (code.read)(&mut extensions, list, report),
            None if list.is_empty() => {}
            None => {
                let message = "this module has no filters of its own, so these objects do nothing".into();
                report.warn(&Place::Start("/extensions"), "UnusedExtension", message, LOAD_ANOTHER);
            }
        }
        extensions
    }

    pub(super) fn read_all(&mut self, list: &[Json<'_>], report: &mut Report) {
        for (index, value) in list.iter().enumerate() {
            self.decode_one(index, value, report);
        }
    }

    fn decode_one(&mut self, index: usize, value: &Json<'_>, report: &mut Report) {
        let list = Place::Start("/extensions");
        let node = Node { value, place: Place::Index(&list, index) };
        let Some(object) = node.object(report) else { return };
        let Some(name) = name(&object, report) else { return };
        if self.objects.contains_key(&name) {
            let message = format!("another object is {name} too, so this one is ignored");
            return report.warn(&node.place, "DuplicateName", message, "keep one of them");
        }
        let filter = match object.get("spec") {
            Some(spec) => self.read(&name, &spec, report),
            None => {
                let mut own = value.clone();
                if let Json::Object(members) = &mut own {
                    members.retain(|(key, _)| !OF_EVERY_OBJECT.contains(&&**key));
                }
                self.read(&name, &Node { value: &own, place: node.place }, report)
            }
        };
        let extension = filter.zip(self.registry.code);
        let extension =
            extension.map(|(filter, code)| Arc::new(Extension { name: name.clone(), filter, code }));
        self.objects.insert(name, Entry { index, extension, used: Cell::new(false) });
    }

    fn read(
        &self,
        name: &ObjectName,
        node: &Node<'_>,
        report: &mut Report,
    ) -> Option<Option<Box<dyn Filter>>> {
        if !self.registry.knows(&name.group, &name.kind) {
            return None;
        }
        match self.registry.read(&name.group, &name.kind, node.value) {
            Ok(filter) => Some(filter),
            Err(fault) => {
                let place = format!("{}{}", node.place.pointer(), fault.pointer);
                let message = format!("{name} is not valid: {}", fault.message);
                let hint = "the rules that name this object answer 500";
                report.error(&Place::Start(&place), "InvalidExtension", message, hint);
                None
            }
        }
    }

    /// What the ExtensionRef at `place` names; `None`, and a problem, where nothing here answers to it: then the filter "MUST NOT be skipped", and
    /// the rule answers 500.
    pub(crate) fn find(
        &self,
        name: &ObjectName,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Arc<Extension>> {
        match self.registry.code {
            Some(code) => (code.find)(self, name, place, report),
            None => {
                let message = format!("this module has no filter of kind {:?}", name.kind);
                report.error(place, "UnresolvedExtension", message, LOAD_ANOTHER);
                None
            }
        }
    }

    pub(super) fn find_known(
        &self,
        name: &ObjectName,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Arc<Extension>> {
        let entry = self.objects.get(name);
        if let Some(entry) = entry {
            entry.used.set(true);
        }
        let (message, hint) = match entry {
            Some(Entry { extension: Some(extension), .. }) => return Some(Arc::clone(extension)),
            _ if !self.registry.knows(&name.group, &name.kind) => (
                format!("this module has no filter of kind {:?} in group {:?}", name.kind, name.group),
                self.registry.hint(&name.kind),
            ),
            Some(entry) => (format!("{name} is not valid"), format!("see /extensions/{}", entry.index)),
            None => (
                format!("there is no {name} in extensions"),
                "add the object, in the namespace of the route".to_owned(),
            ),
        };
        report.error(place, "UnresolvedExtension", message, &hint);
        None
    }

    /// Reports the objects that no rule names.
    pub(crate) fn report_unused(&self, report: &mut Report) {
        if let Some(code) = self.registry.code {
            (code.report_unused)(self, report);
        }
    }

    pub(super) fn report_all_unused(&self, report: &mut Report) {
        let unused = self.objects.iter().filter(|(_, entry)| !entry.used.get());
        for (name, entry) in unused {
            let list = Place::Start("/extensions");
            let message = format!("no ExtensionRef names {name}");
            report.warn(
                &Place::Index(&list, entry.index),
                "UnusedExtension",
                message,
                "remove it, or name it in a rule",
            );
        }
    }
}

fn name(object: &Object<'_>, report: &mut Report) -> Option<ObjectName> {
    let version = object.required("apiVersion", report)?;
    let version = version.text(report)?;
    let kind = object.required("kind", report)?;
    let kind = kind.text(report)?;
    let metadata = object.required("metadata", report)?;
    let metadata = metadata.object(report)?;
    let name = metadata.required("name", report)?;
    let name = name.text(report)?;
    let namespace = metadata.text("namespace", report).filter(|namespace| !namespace.is_empty());
    Some(ObjectName {
        group: version.split_once('/').map_or("", |(group, _)| group).into(),
        kind: kind.into(),
        namespace: namespace.unwrap_or("default").into(),
        name: name.into(),
    })
}
