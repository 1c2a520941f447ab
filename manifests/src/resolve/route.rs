//! HTTPRoutes: where they want to be attached, and what they refer to.

use serde_json::{Map, Value, json};

use super::backend::BackendReference;
use super::inventory::{GATEWAY_API, Object};
use super::json::{items, member, port, text, within};
use super::name::ObjectName;

/// An HTTPRoute.
#[derive(Clone, Debug)]
pub(crate) struct Route<'d> {
    pub(crate) name: ObjectName,
    pub(crate) document: usize,
    pub(crate) value: &'d Value,
    /// `None`: all hosts of the listener. What is no text is left out.
    pub(crate) hostnames: Option<Vec<String>>,
    pub(crate) parents: Vec<ParentReference<'d>>,
}

/// An entry of `parentRefs`.
#[derive(Clone, Debug)]
pub(crate) struct ParentReference<'d> {
    pub(crate) pointer: String,
    pub(crate) group: &'d str,
    pub(crate) kind: &'d str,
    pub(crate) name: ObjectName,
    pub(crate) section_name: Option<String>,
    pub(crate) port: Option<u16>,
}

/// What a route refers to, each with its pointer within the route.
#[derive(Debug, Default)]
pub(crate) struct References<'r> {
    /// The namespace of the route.
    namespace: &'r str,
    pub(crate) backends: Vec<(String, BackendReference<'r>)>,
    pub(crate) extensions: Vec<(String, Extension<'r>)>,
}

/// What an ExtensionRef filter names, in the namespace of the route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extension<'r> {
    pub(crate) group: &'r str,
    pub(crate) kind: &'r str,
    pub(crate) name: &'r str,
}

impl<'r> References<'r> {
    fn add_filters(&mut self, parent: &'r Value, parent_pointer: &str) {
        for (index, filter) in items(parent, "filters").iter().enumerate() {
            let pointer = format!("{parent_pointer}/filters/{index}");
            match text(filter, "type") {
                Some("RequestMirror") => {
                    if let Some(backend) = within(filter, &["requestMirror", "backendRef"]) {
                        self.add_backend(backend, format!("{pointer}/requestMirror/backendRef"));
                    }
                }
                Some("ExtensionRef") => {
                    let Some(extension) = member(filter, "extensionRef") else { continue };
                    let part = |key| text(extension, key).unwrap_or_default();
                    let extension =
                        Extension { group: part("group"), kind: part("kind"), name: part("name") };
                    self.extensions.push((format!("{pointer}/extensionRef"), extension));
                }
                _ => {}
            }
        }
    }

    fn add_backend(&mut self, value: &'r Value, pointer: String) {
        if let Some(reference) = BackendReference::read(value, self.namespace) {
            self.backends.push((pointer, reference));
        }
    }
}

impl<'d> Route<'d> {
    pub(crate) fn read(object: &Object<'d>) -> Self {
        let spec = member(object.value, "spec").unwrap_or(&Value::Null);
        let parents = items(spec, "parentRefs").iter().enumerate();
        // A list that holds nothing but mistakes is not an empty one, which stands for all hosts.
        let hostnames =
            member(spec, "hostnames").filter(|list| list.as_array().is_none_or(|list| !list.is_empty()));
        Route {
            name: object.name.clone(),
            document: object.document,
            value: object.value,
            hostnames: hostnames.map(|_| {
                let hostnames = items(spec, "hostnames").iter().filter_map(Value::as_str);
                hostnames.map(str::to_ascii_lowercase).collect()
            }),
            parents: parents
                .map(|(index, parent)| ParentReference::read(parent, index, &object.name.namespace))
                .collect(),
        }
    }

    /// The references of the rules that a module reads: `backendRefs`, `requestMirror.backendRef` and `extensionRef`.
    pub(crate) fn references(&self) -> References<'_> {
        let mut references = References { namespace: &self.name.namespace, ..References::default() };
        let rules = member(self.value, "spec").map(|spec| items(spec, "rules")).unwrap_or_default();
        for (index, rule) in rules.iter().enumerate() {
            let rule_pointer = format!("/spec/rules/{index}");
            references.add_filters(rule, &rule_pointer);
            for (index, backend) in items(rule, "backendRefs").iter().enumerate() {
                let pointer = format!("{rule_pointer}/backendRefs/{index}");
                references.add_filters(backend, &pointer);
                references.add_backend(backend, pointer);
            }
        }
        references
    }

    /// How many rules the route has. "rules absent" is one rule that matches everything.
    pub(crate) fn rules(&self) -> usize {
        within(self.value, &["spec", "rules"]).map_or(1, |rules| rules.as_array().map_or(0, Vec::len))
    }

    /// The route as a module gets it: without what says nothing of requests (`status`, `managedFields`, annotations), so
    /// that an edit of that changes no configuration.
    pub(crate) fn for_module(&self) -> Value {
        let metadata = member(self.value, "metadata");
        let mut kept = Map::new();
        kept.insert("namespace".into(), json!(self.name.namespace));
        kept.insert("name".into(), json!(self.name.name));
        if let Some(created) = metadata.and_then(|metadata| member(metadata, "creationTimestamp")) {
            kept.insert("creationTimestamp".into(), created.clone());
        }
        let mut route = Map::new();
        route.insert("apiVersion".into(), json!(format!("{GATEWAY_API}/v1")));
        route.insert("kind".into(), json!("HTTPRoute"));
        route.insert("metadata".into(), Value::Object(kept));
        if let Some(spec) = member(self.value, "spec") {
            route.insert("spec".into(), spec.clone());
        }
        Value::Object(route)
    }
}

impl<'d> ParentReference<'d> {
    fn read(value: &'d Value, index: usize, namespace: &str) -> Self {
        // What is no name and no port matches no listener.
        let section_name = member(value, "sectionName").filter(|section| section.as_str() != Some(""));
        let section_name =
            section_name.map(|section| section.as_str().map_or_else(|| section.to_string(), str::to_owned));
        ParentReference {
            pointer: format!("/spec/parentRefs/{index}"),
            group: text(value, "group").unwrap_or(GATEWAY_API),
            kind: text(value, "kind").unwrap_or("Gateway"),
            // "When unspecified, this refers to the local namespace of the Route."
            name: ObjectName::new(
                text(value, "namespace").unwrap_or(namespace),
                text(value, "name").unwrap_or_default(),
            ),
            section_name,
            port: member(value, "port").map(|_| port(value, "port").unwrap_or(0)),
        }
    }

    /// A reference to the whole of a Gateway that no route names.
    pub(crate) fn to(gateway: ObjectName) -> Self {
        ParentReference {
            pointer: "/spec".into(),
            group: GATEWAY_API,
            kind: "Gateway",
            name: gateway,
            section_name: None,
            port: None,
        }
    }

    pub(crate) fn is_gateway(&self) -> bool {
        (self.group, self.kind) == (GATEWAY_API, "Gateway")
    }
}
