//! The listeners: one for each port of the Gateways, with a filter chain for each server name.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use httproute_manifests::{FilterChain, ObjectName, Resolution};
use serde_json::{Value, json};

use super::{manager, socket, tls};
use crate::render::{RenderOptions, ports};

/// The listeners of Envoy, by Gateway and port.
///
/// # Errors
///
/// Listeners that would bind one port, and ports of listeners that there are not.
pub(crate) fn listeners(resolution: &Resolution, options: &RenderOptions) -> Result<Vec<Value>, String> {
    ports::check(&options.ports, resolution)?;
    let mut by_port: BTreeMap<(Option<&ObjectName>, u16), Vec<&FilterChain>> = BTreeMap::new();
    for chain in &resolution.chains {
        by_port.entry((chain.gateway.as_ref(), chain.port)).or_default().push(chain);
    }
    let mut taken: BTreeMap<u16, String> = BTreeMap::new();
    let mut listeners = Vec::new();
    for ((gateway, port), chains) in by_port {
        let name = name(gateway, port, &chains);
        let bound = ports::bound(&options.ports, &options.raised, &chains)?;
        // Port 0 lets the system choose, each time another.
        if let Some(other) = taken.insert(bound, name.clone()).filter(|_| bound != 0) {
            return Err(format!(
                "listeners {other} and {name} would both bind port {bound}: give one of them another with --port"
            ));
        }
        let is_admins = |admin: SocketAddr| admin.port() == bound && meets(options.address, admin.ip());
        if bound != 0 && options.admin.is_some_and(is_admins) {
            return Err(format!(
                "listener {name} and Envoy's administration interface would both bind port {bound}: give the interface another \
                 port with --admin, or the listener with --port {port}=BOUND"
            ));
        }
        listeners.push(listener(&name, bound, &chains, options));
    }
    Ok(listeners)
}

/// Whether a socket that is bound to `one` takes connections to `other`.
fn meets(one: IpAddr, other: IpAddr) -> bool {
    one.is_unspecified() || one == other
}

/// `http-80`, `https-443`: the same while hostnames and routes change.
fn name(gateway: Option<&ObjectName>, port: u16, chains: &[&FilterChain]) -> String {
    let gateway = gateway.map(|gateway| format!("{gateway}/")).unwrap_or_default();
    let protocol = if chains.iter().any(|chain| chain.https) { "https" } else { "http" };
    format!("{gateway}{protocol}-{port}")
}

fn listener(name: &str, port: u16, chains: &[&FilterChain], options: &RenderOptions) -> Value {
    let is_https = chains.iter().any(|chain| chain.https);
    let chains: Vec<Value> = chains.iter().map(|chain| filter_chain(chain, options)).collect();
    let mut listener = json!({
        "name": name,
        "address": socket(&options.address.to_string(), port),
        "per_connection_buffer_limit_bytes": 32768,
        "filter_chains": chains,
    });
    if let (true, Some(listener)) = (is_https, listener.as_object_mut()) {
        // Filter chains are chosen by the server name in the TLS handshake.
        listener.insert("listener_filters".into(), json!([tls::inspector()]));
    }
    listener
}

fn filter_chain(chain: &FilterChain, options: &RenderOptions) -> Value {
    let mut object = json!({
        "name": chain.name,
        "filters": [{
            "name": "envoy.filters.network.http_connection_manager",
            "typed_config": manager::manager(chain, options),
        }],
    });
    if let (true, Some(object)) = (chain.https, object.as_object_mut()) {
        // The chain without a server name takes all others: those that no chain is for, and clients that send none.
        if let Some(server_name) = &chain.server_name {
            object.insert("filter_chain_match".into(), json!({ "server_names": [server_name] }));
        }
        // A handshake that never ends is a connection that never ends.
        object.insert("transport_socket_connect_timeout".into(), json!("10s"));
        object.insert("transport_socket".into(), tls::transport_socket(&chain.certificates));
    }
    object
}
