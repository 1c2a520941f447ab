//! What becomes of the references of a route.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::backend::{Backends, Protocol};
use super::conditions::{Condition, Fault};
use super::inventory::Inventory;
use super::name::{BackendName, ObjectName};
use super::route::{Extension, Route};

/// What to do about a kind of filter that is not known.
const KNOWN_BY: &str =
    "name the kinds that your module carries out with --extension GROUP/KIND, or remove the filter";

/// The references of a route, resolved or not.
#[derive(Debug, Default)]
pub(crate) struct Resolved<'d> {
    /// By pointer within the route.
    pub(crate) faults: BTreeMap<String, Fault>,
    /// Those of the faults that are of backends: a module is told of them.
    pub(crate) unresolved_backends: BTreeSet<String>,
    /// The backends that get requests.
    pub(crate) backends: BTreeMap<BackendName, Protocol>,
    /// Those that get copies of requests.
    pub(crate) mirrors: BTreeMap<BackendName, Protocol>,
    /// The objects that ExtensionRef filters name.
    pub(crate) extensions: BTreeMap<(String, String, ObjectName), &'d Value>,
}

impl<'d> Resolved<'d> {
    pub(crate) fn new(
        route: &Route<'d>,
        backends: &Backends<'_, 'd>,
        inventory: &Inventory<'d>,
        extensions: &BTreeSet<(String, String)>,
    ) -> Self {
        let mut resolved = Resolved::default();
        let references = route.references();
        for (pointer, reference) in references.backends {
            match backends.resolve(&route.name.namespace, &reference) {
                Ok(protocol) => {
                    let use_of_it = match pointer.ends_with("/requestMirror/backendRef") {
                        true => &mut resolved.mirrors,
                        false => &mut resolved.backends,
                    };
                    use_of_it.extend(reference.backend().map(|backend| (backend, protocol)));
                }
                Err(fault) => {
                    resolved.unresolved_backends.insert(pointer.clone());
                    resolved.faults.insert(pointer, fault);
                }
            }
        }
        for (pointer, Extension { group, kind, name }) in references.extensions {
            let object = ObjectName::new(&route.name.namespace, name);
            let known = extensions.contains(&(group.to_owned(), kind.to_owned()));
            // A custom filter that cannot be resolved "MUST NOT be skipped": the module answers 500.
            if !known {
                let message = format!("{kind}.{group} is no kind of filter that is known here");
                resolved.faults.insert(pointer, Fault::new("InvalidKind", message, KNOWN_BY));
            } else if let Some(found) = inventory.get(group, kind, &object) {
                resolved.extensions.insert((group.to_owned(), kind.to_owned(), object), found.value);
            } else {
                let message = format!("there is no {kind} {object}");
                resolved.faults.insert(pointer, Fault::new("BackendNotFound", message, "add its manifest"));
            }
        }
        resolved
    }

    /// The condition `ResolvedRefs`, with the reason of the first reference that is not resolved.
    pub(crate) fn condition(&self) -> Condition {
        let Some(first) = self.faults.values().next() else {
            return Condition::yes("ResolvedRefs", "ResolvedRefs", "");
        };
        let messages = self.faults.iter().map(|(pointer, fault)| format!("{pointer}: {}", fault.message));
        Condition::no("ResolvedRefs", first.reason, messages.collect::<Vec<_>>().join("; "))
    }
}
