//! A complete Envoy bootstrap, as data. The parts are apart, for who wants to hand them to a running Envoy one by one.

mod access_log;
mod cluster;
mod comments;
mod listener;
mod manager;
mod tls;
mod wasm;

use httproute_manifests::Resolution;
use serde_json::{Value, json};

use super::RenderOptions;
pub(crate) use cluster::cluster;
pub(crate) use comments::comment;
pub(crate) use listener::listeners;
#[cfg(test)]
pub(crate) use wasm::configuration;
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
        "overload_manager": { "resource_monitors": [connection_limit()] },
        "static_resources": { "listeners": listeners, "clusters": clusters },
    });
    if let (Some(admin), Some(bootstrap)) = (options.admin, bootstrap.as_object_mut()) {
        bootstrap.insert("admin".into(), json!({ "address": socket(&admin.ip().to_string(), admin.port()) }));
    }
    Ok(bootstrap)
}

/// The address of a socket.
fn socket(address: &str, port: u16) -> Value {
    json!({ "socket_address": { "address": address, "port_value": port } })
}

/// As Envoy's guide to running it at the edge has it.
fn connection_limit() -> Value {
    json!({
        "name": "envoy.resource_monitors.global_downstream_max_connections",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
            "max_active_downstream_connections": 50000,
        },
    })
}
