//! A complete Envoy bootstrap, as data. The parts are apart, for who wants to hand them to a running Envoy one by one.

mod access_log;
mod cluster;
mod comments;
pub(crate) mod discovery;
mod listener;
mod manager;
mod tls;
mod wasm;

use std::path::Path;

use httproute_manifests::Resolution;
use serde_json::{Value, json};

use super::RenderOptions;
pub(crate) use cluster::cluster;
pub(crate) use comments::comment;
pub(crate) use listener::listeners;
pub(crate) use manager::{removals, route_configuration};
pub(crate) use tls::transport_socket;
#[cfg(test)]
pub(crate) use wasm::configuration;
pub(crate) use wasm::module;
pub(crate) use wasm::settings;

/// A complete Envoy bootstrap.
///
/// # Errors
///
/// Listeners that would bind one port of one address.
pub(crate) fn bootstrap(resolution: &Resolution, options: &RenderOptions) -> Result<Value, String> {
    let listeners = listeners(resolution, options)?;
    let clusters: Vec<Value> =
        resolution.clusters.iter().map(|upstream| cluster(upstream, options)).collect();
    let mut bootstrap = json!({
        "stats_config": stats_config(),
        "overload_manager": overload_manager(),
        "static_resources": { "listeners": listeners, "clusters": clusters },
    });
    if let (Some(admin), Some(bootstrap)) = (options.admin, bootstrap.as_object_mut()) {
        bootstrap.insert("admin".into(), json!({ "address": socket(&admin.ip().to_string(), admin.port()) }));
    }
    Ok(bootstrap)
}

/// The bootstrap of an Envoy that takes the rest from the files of `folder`, and its listeners from `listeners`.
pub(crate) fn bootstrap_for_folder(folder: &Path, listeners: &Value, admin: &Value) -> Value {
    json!({
        // Envoy asks for a name where it discovers anything.
        "node": { "id": "httproute", "cluster": "httproute" },
        "admin": { "address": admin },
        "stats_config": stats_config(),
        "overload_manager": overload_manager(),
        "dynamic_resources": {
            "lds_config": listeners,
            "cds_config": discovery::source(folder, &discovery::file(discovery::CLUSTERS)),
        },
    })
}

/// The address of a socket.
pub(crate) fn socket(address: &str, port: u16) -> Value {
    json!({ "socket_address": { "address": address, "port_value": port } })
}

/// Metrics of modules have no labels: what tells rules apart is in their names, and becomes a label here.
fn stats_config() -> Value {
    json!({ "stats_tags": [{
        "tag_name": "httproute.rule",
        // Of the two groups the first is cut out of the name, the second is the label.
        "regex": r"^wasmcustom\.httproute\.[^.]+\.rules(\.(.+))\.requests$",
    }] })
}

/// As Envoy's guide to running it at the edge has it.
fn overload_manager() -> Value {
    json!({ "resource_monitors": [{
        "name": "envoy.resource_monitors.global_downstream_max_connections",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
            "max_active_downstream_connections": 50000,
        },
    }] })
}
