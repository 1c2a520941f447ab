//! Kubernetes objects: how they are written, how they may be named, and how large they may be.

use std::collections::BTreeSet;

use httproute_manifests::{ObjectName, Warning};
use serde_json::{Value, json};

use super::yaml;

/// What `kubectl apply` can keep in the annotation in which it remembers what it applied: "the total size of annotations".
const ANNOTATIONS: usize = 256 << 10;

/// The largest request that etcd takes unless told otherwise.
const LARGEST: usize = 3 << 19;

/// The longest name of an object.
const LONGEST_NAME: usize = 253;

/// Objects as YAML, and what will not work with them as written.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) objects: Vec<Value>,
    pub(crate) warnings: Vec<Warning>,
}

impl Rendered {
    /// A warning that is about no manifest.
    pub(crate) fn warn(&mut self, code: &'static str, message: String, hint: impl Into<String>) {
        let hint = hint.into();
        self.warnings.push(Warning { document: None, pointer: String::new(), code, message, hint });
    }

    /// All objects as one YAML stream, each below a comment about itself, which begins with what wrote it.
    pub(crate) fn write(&self, command: &str, comment: &dyn Fn(&str) -> Option<&'static str>) -> String {
        let documents = self.objects.iter().map(|object| yaml::write(object, comment));
        format!("# Written by `httproute render {command}`.\n{}", documents.collect::<Vec<_>>().join("---\n"))
    }

    /// Looks at the name and the size of each object.
    ///
    /// # Errors
    ///
    /// An object that no cluster takes, or two of which the later would take the place of the other.
    pub(crate) fn check(&mut self) -> Result<(), String> {
        let mut titles = BTreeSet::new();
        for object in &self.objects {
            let title = title(object);
            let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
            if name.len() > LONGEST_NAME {
                return Err(format!(
                    "{title} would have a name of {} characters, and a cluster takes {LONGEST_NAME}: give the Gateway or \
                     the listener a shorter one",
                    name.len()
                ));
            }
            if let Some(title) = titles.replace(title) {
                return Err(format!(
                    "{title} would be there twice: the names of two Gateways and their listeners are the same when joined, \
                     so rename one of the listeners"
                ));
            }
        }
        for (name, size) in
            self.objects.iter().map(|object| (title(object), object.to_string().len())).collect::<Vec<_>>()
        {
            if size > LARGEST {
                return Err(format!(
                    "{name} would have {size} bytes, and a cluster takes no object of more than 1.5 MiB: spread the routes \
                     over listeners with ports of their own, or over Gateways"
                ));
            }
            if size > ANNOTATIONS {
                self.warn(
                    "LargeObject",
                    format!("{name} has {size} bytes, more than the 256 KiB that kubectl apply can remember"),
                    "apply it with --server-side",
                );
            }
        }
        Ok(())
    }
}

/// An object of a kind, with `spec`. The label tells what has been written for routes that are gone.
pub(crate) fn object(api_version: &str, kind: &str, name: &ObjectName, spec: Value) -> Value {
    json!({
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {
            "namespace": name.namespace,
            "name": name.name,
            "labels": { "app.kubernetes.io/managed-by": "httproute" },
        },
        "spec": spec,
    })
}

/// Kind, namespace and name of an object.
fn title(object: &Value) -> String {
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}/{}", text("/kind"), text("/metadata/namespace"), text("/metadata/name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_large_is_told_and_what_is_too_large_is_refused() {
        let of_size = |bytes: usize| {
            let spec = json!({ "text": "x".repeat(bytes) });
            let name = ObjectName::new("infra", "large");
            let mut rendered =
                Rendered { objects: vec![object("v1", "Thing", &name, spec)], ..Rendered::default() };
            rendered.check().map(|()| rendered.warnings)
        };
        assert_eq!(of_size(200 << 10), Ok(Vec::new()));
        let warnings = of_size(300 << 10).unwrap();
        assert_eq!(warnings[0].code, "LargeObject");
        assert!(warnings[0].message.starts_with("Thing infra/large has 3073"), "{}", warnings[0]);
        assert!(of_size(2 << 20).unwrap_err().contains("1.5 MiB"));
    }

    #[test]
    fn a_name_is_there_once_and_not_too_long() {
        let check = |names: &[&str]| {
            let named = |name: &&str| object("v1", "Thing", &ObjectName::new("infra", *name), json!({}));
            Rendered { objects: names.iter().map(named).collect(), ..Rendered::default() }.check()
        };
        assert_eq!(check(&["a", "b", &"x".repeat(253)]), Ok(()));
        assert!(check(&["a", "b", "a"]).unwrap_err().starts_with("Thing infra/a would be there twice"));
        assert!(check(&[&"x".repeat(254)]).unwrap_err().contains("a name of 254 characters"));
    }
}
