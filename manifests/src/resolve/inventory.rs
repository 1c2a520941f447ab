//! The objects that the manifests hold, by kind and name.

use std::collections::BTreeMap;

use httproute_sdk::did_you_mean;
use serde_json::Value;

use super::json::{text, within};
use super::name::ObjectName;
use super::warning::Warning;
use crate::Document;

/// The API group of Gateway, HTTPRoute and ReferenceGrant.
pub(crate) const GATEWAY_API: &str = "gateway.networking.k8s.io";

/// An object of the manifests.
#[derive(Clone, Debug)]
pub(crate) struct Object<'d> {
    /// Index of its document.
    pub(crate) document: usize,
    pub(crate) name: ObjectName,
    pub(crate) value: &'d Value,
}

/// The objects that the manifests hold. Whatever order they came in, they are looked at in the order of their names, so that
/// the same manifests always give the same result.
#[derive(Debug, Default)]
pub(crate) struct Inventory<'d> {
    /// By group and kind.
    kinds: BTreeMap<&'d str, BTreeMap<&'d str, BTreeMap<ObjectName, Object<'d>>>>,
}

impl<'d> Inventory<'d> {
    pub(crate) fn new(documents: &'d [Document], namespace: &str, warnings: &mut Vec<Warning>) -> Self {
        let mut inventory = Inventory::default();
        for (document, Document { value, .. }) in documents.iter().enumerate() {
            let (Some(version), Some(kind)) = (text(value, "apiVersion"), text(value, "kind")) else {
                continue;
            };
            let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
            if !is_known_version(group, version, kind) {
                continue;
            }
            let name = within(value, &["metadata", "name"]).and_then(Value::as_str).unwrap_or_default();
            let named = within(value, &["metadata", "namespace"]).and_then(Value::as_str);
            let namespace = match kind {
                "Namespace" | "GatewayClass" => "",
                _ => named.filter(|named| !named.is_empty()).unwrap_or(namespace),
            };
            if name.is_empty() {
                if is_read(group, kind) {
                    warnings.push(nameless(document, kind, value));
                }
                continue;
            }
            let name = ObjectName::new(namespace, name);
            let object = Object { document, name: name.clone(), value };
            // The same as where both are applied to a cluster, one after the other.
            let objects = inventory.kinds.entry(group).or_default().entry(kind).or_default();
            if let Some(earlier) = objects.insert(name, object) {
                let name = &earlier.name;
                let place = documents.get(earlier.document);
                let place =
                    place.map(|place| format!("{}:{}", place.source, place.position("/metadata/name").line));
                warnings.push(Warning {
                    document: Some(document),
                    pointer: "/metadata/name".into(),
                    code: "DuplicateName",
                    message: format!(
                        "the {kind} {name} is written twice: this one replaces the one at {}",
                        place.unwrap_or_default()
                    ),
                    hint: "remove one of the two, or give each a name of its own".into(),
                });
            }
        }
        inventory
    }

    /// The objects of a kind, by name.
    pub(crate) fn all(&self, group: &str, kind: &str) -> impl Iterator<Item = &Object<'d>> + use<'_, 'd> {
        self.of(group, kind).into_iter().flat_map(BTreeMap::values)
    }

    /// The object of this name.
    pub(crate) fn get(&self, group: &str, kind: &str, name: &ObjectName) -> Option<&Object<'d>> {
        self.of(group, kind)?.get(name)
    }

    /// Where else there is an object of this kind and name, for a hint: to leave out the namespace is what happens most.
    pub(crate) fn elsewhere(&self, group: &str, kind: &str, name: &str) -> Option<&str> {
        let mut namesakes = self.all(group, kind).filter(|object| object.name.name == name);
        namesakes.next().map(|object| object.name.namespace.as_str())
    }

    /// The object of this kind in the same namespace whose name was probably meant.
    pub(crate) fn similar(&self, group: &str, kind: &str, name: &ObjectName) -> Option<&str> {
        let neighbours = self.all(group, kind).filter(|object| object.name.namespace == name.namespace);
        let names: Vec<&str> = neighbours.map(|object| object.name.name.as_str()).collect();
        let letters = |text: &str| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters
        };
        let transposed = || names.iter().copied().find(|other| letters(other) == letters(&name.name));
        did_you_mean(&name.name, &names).or_else(transposed)
    }

    fn of(&self, group: &str, kind: &str) -> Option<&BTreeMap<ObjectName, Object<'d>>> {
        self.kinds.get(group)?.get(kind)
    }
}

/// Objects of these kinds are missed where they are left out.
fn is_read(group: &str, kind: &str) -> bool {
    match group {
        GATEWAY_API => ["Gateway", "HTTPRoute", "ReferenceGrant"].contains(&kind),
        "" => ["Namespace", "Secret", "Service"].contains(&kind),
        _ => false,
    }
}

/// An object that nobody can refer to: a cluster would make a name from `generateName`.
fn nameless(document: usize, kind: &str, value: &Value) -> Warning {
    let place = ["/metadata/name", "/metadata"].into_iter().find(|place| value.pointer(place).is_some());
    Warning {
        document: Some(document),
        pointer: place.unwrap_or_default().into(),
        code: "Missing",
        message: format!("the {kind} has no name that could be read, so it is left out"),
        hint: "give it a name: `metadata: {name: …}`".into(),
    }
}

/// Whether an object of this version means what the fields that are read here mean. Other objects of the API are read
/// whatever their version, because they only forbid.
fn is_known_version(group: &str, version: &str, kind: &str) -> bool {
    let is_read = group == GATEWAY_API && ["Gateway", "HTTPRoute", "ReferenceGrant"].contains(&kind);
    !is_read || ["v1", "v1beta1"].contains(&version)
}
