//! Backends that speak HTTP/2 and nothing else: an Envoy in front of the backends of this crate, which speak HTTP/1.1.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::envoy::{Binary, Envoy};

/// Puts an Envoy in front of those of `places` that are named in `names`, and says where it is instead. It tells the backend
/// in `x-protocol` what it was spoken to in.
pub(super) fn bridge(
    binary: &Binary,
    names: &[&String],
    places: &mut BTreeMap<String, (String, u16)>,
) -> Result<Option<Envoy>, String> {
    let known: Vec<_> = names.iter().filter_map(|&name| Some((name, places.get(name)?.clone()))).collect();
    if known.is_empty() {
        return Ok(None);
    }
    let listeners: Vec<Value> = known.iter().map(|(name, _)| listener(name)).collect();
    let clusters: Vec<Value> = known.iter().map(|(name, place)| cluster(name, place)).collect();
    let bootstrap = json!({
        "admin": { "address": socket("127.0.0.1", 0) },
        "static_resources": { "listeners": listeners, "clusters": clusters },
    });
    let envoy = Envoy::start(binary, "http2-backends", &bootstrap)?;
    for (name, address) in envoy.admin.listeners()? {
        places.insert(name, (address.ip().to_string(), address.port()));
    }
    Ok(Some(envoy))
}

fn socket(address: &str, port: u16) -> Value {
    json!({ "socket_address": { "address": address, "port_value": port } })
}

fn listener(name: &str) -> Value {
    let route = json!({ "match": { "prefix": "/" }, "route": { "cluster": name, "timeout": "0s" } });
    let header = json!({ "header": { "key": "x-protocol", "value": "%PROTOCOL%" } });
    let manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "http2",
        // Who speaks HTTP/1.1 is not understood.
        "codec_type": "HTTP2",
        "route_config": {
            "request_headers_to_add": [header],
            "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": [route] }],
        },
        "http_filters": [{
            "name": "envoy.filters.http.router",
            "typed_config": { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
        }],
    });
    json!({
        "name": name,
        "address": socket("127.0.0.1", 0),
        "filter_chains": [{
            "filters": [{ "name": "envoy.filters.network.http_connection_manager", "typed_config": manager }],
        }],
    })
}

fn cluster(name: &str, (host, port): &(String, u16)) -> Value {
    json!({
        "name": name,
        "type": "STATIC",
        "connect_timeout": "5s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": socket(host, *port) } }] }],
        },
    })
}
