//! Configuration that Envoy takes from files, while it runs.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

/// The listeners (LDS).
pub(crate) const LISTENERS: &str = "listeners";
/// The upstreams (CDS).
pub(crate) const CLUSTERS: &str = "clusters";
/// The routes (RDS): one configuration, of this name, for all filter chains.
pub(crate) const ROUTES: &str = "routes";

/// Where Envoy finds what stands in the file `name` of `folder`. It reads the file again whenever another is renamed to it.
pub(crate) fn source(folder: &Path, name: &str) -> Value {
    json!({ "resource_api_version": "V3", "path_config_source": { "path": folder.join(name) } })
}

/// The name of the file of listeners, clusters or routes.
pub(crate) fn file(what: &str) -> String {
    format!("{what}.json")
}

/// The name of the file with the module of a filter chain. The name of a chain may hold anything that a hostname or the name
/// of a Gateway may, among it slashes.
pub(crate) fn module_file(chain: &str) -> String {
    let mut name = String::from("module-");
    for byte in chain.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' => name.push(char::from(byte)),
            other => _ = write!(name, "%{other:02X}"),
        }
    }
    file(&name)
}

/// The content of a file: resources of one kind. Envoy tells the version back when it has taken them.
pub(crate) fn response(version: &str, kind: &str, resources: impl IntoIterator<Item = Value>) -> Value {
    let kind = format!("type.googleapis.com/envoy.config.{kind}");
    let typed = |mut resource: Value| {
        if let Some(object) = resource.as_object_mut() {
            object.insert("@type".into(), json!(kind));
        }
        resource
    };
    let resources: Vec<Value> = resources.into_iter().map(typed).collect();
    json!({ "version_info": version, "type_url": kind, "resources": resources })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chain_has_a_file_of_its_own() {
        assert_eq!(
            module_file("infra/public/https-443-*.a.b"),
            "module-infra%2Fpublic%2Fhttps-443-%2A.a.b.json"
        );
    }
}
