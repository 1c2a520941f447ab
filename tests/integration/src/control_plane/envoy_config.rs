//! Parts of Envoy's configuration that all control planes generate.

use std::path::Path;

use serde_json::{Value, json};

/// The type of the HTTP connection manager.
const MANAGER: &str =
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/// A filter of Envoy without settings, by its name and the type behind `envoy.extensions.filters.http.`.
pub(super) fn filter(name: &str, kind: &str) -> Value {
    let kind = format!("type.googleapis.com/envoy.extensions.filters.http.{kind}");
    json!({ "name": name, "typed_config": { "@type": kind } })
}

/// A module of `dist/` with its configuration, as a control plane hands both over.
pub(super) fn wasm(name: &str, module: &str, failure: (&str, Value), configuration: String) -> Value {
    let (failure_setting, failure_value) = failure;
    let path = crate::dist().join(module);
    let mut filter = filter(name, "wasm.v3.Wasm");
    filter["typed_config"]["config"] = json!({
        "name": name,
        failure_setting: failure_value,
        "configuration": { "@type": "type.googleapis.com/google.protobuf.StringValue", "value": configuration },
        "vm_config": {
            "vm_id": name,
            "runtime": "envoy.wasm.runtime.v8",
            "code": { "local": { "filename": Path::new(&path) } },
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
        "address": { "socket_address": { "address": "127.0.0.1", "port_value": 0 } },
        "filter_chains": filter_chains,
    })
}

/// An upstream at an address.
pub(super) fn cluster(name: &str, (host, port): &(String, u16)) -> Value {
    let address = json!({ "socket_address": { "address": host, "port_value": port } });
    json!({
        "name": name,
        "type": "STATIC",
        "connect_timeout": "5s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": address } }] }],
        },
    })
}

/// The whole configuration.
pub(super) fn bootstrap(listeners: Vec<Value>, clusters: Vec<Value>) -> Value {
    json!({
        "admin": { "address": { "socket_address": { "address": "127.0.0.1", "port_value": 0 } } },
        "static_resources": { "listeners": listeners, "clusters": clusters },
    })
}
