//! Parts of Envoy's configuration that all control planes generate.

use serde_json::{Value, json};

use crate::envoy::bootstrap::socket;

/// The type of the HTTP connection manager.
const MANAGER: &str =
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/// A filter of Envoy without settings, by its name and the type behind `envoy.extensions.filters.http.`.
pub(super) fn filter(name: &str, kind: &str) -> Value {
    let kind = format!("type.googleapis.com/envoy.extensions.filters.http.{kind}");
    json!({ "name": name, "typed_config": { "@type": kind } })
}

/// A module as a control plane hands it over.
pub(super) struct Module<'m> {
    /// The name of the filter.
    pub(super) name: &'m str,
    /// The file in `dist/`.
    pub(super) file: &'m str,
    /// Modules with the same one share a virtual machine where they are of the same code.
    pub(super) vm_id: &'m str,
    /// The setting for what becomes of requests when the module has trapped, and its value.
    pub(super) failure: (&'m str, Value),
    /// The configuration, as text.
    pub(super) configuration: String,
}

/// The filter of a module.
pub(super) fn wasm(module: Module<'_>) -> Value {
    let Module { name, file, vm_id, failure: (failure, value), configuration } = module;
    let mut filter = filter(name, "wasm.v3.Wasm");
    filter["typed_config"]["config"] = json!({
        "name": name,
        failure: value,
        "configuration": { "@type": "type.googleapis.com/google.protobuf.StringValue", "value": configuration },
        "vm_config": {
            "vm_id": vm_id,
            "runtime": "envoy.wasm.runtime.v8",
            "code": { "local": { "filename": crate::dist().join(file) } },
        },
    });
    filter
}

/// A connection manager with these HTTP filters before the router, and these virtual hosts.
pub(super) fn manager(name: &str, filters: Vec<Value>, virtual_hosts: Value) -> Value {
    let mut filters = filters;
    filters.push(filter("envoy.filters.http.router", "router.v3.Router"));
    json!({
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": {
            "@type": MANAGER,
            "stat_prefix": name,
            "use_remote_address": true,
            "normalize_path": true,
            "upgrade_configs": [{ "upgrade_type": "websocket" }],
            "http_filters": filters,
            "route_config": {
                "name": name,
                "ignore_port_in_host_matching": true,
                "validate_clusters": false,
                "virtual_hosts": virtual_hosts,
            },
        },
    })
}

/// A listener on a port that the system chooses.
pub(super) fn listener(name: &str, filter_chains: Vec<Value>) -> Value {
    json!({
        "name": name,
        "address": socket("127.0.0.1", 0),
        "filter_chains": filter_chains,
    })
}

/// The whole configuration.
pub(super) fn bootstrap(listeners: Vec<Value>, clusters: Vec<Value>) -> Value {
    json!({
        "admin": { "address": socket("127.0.0.1", 0) },
        "static_resources": { "listeners": listeners, "clusters": clusters },
    })
}
