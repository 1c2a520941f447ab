//! The upstreams: one for each port of a Service that a route refers to.

use std::net::IpAddr;

use httproute_manifests::{Cluster, Protocol};
use serde_json::{Value, json};

use super::socket;
use crate::render::{RenderOptions, with};

/// An upstream of Envoy.
pub(crate) fn cluster(cluster: &Cluster, options: &RenderOptions) -> Value {
    let (host, port) = match options.backends.get(&cluster.backend) {
        Some(place) => (place.host.as_str(), place.port),
        None => (cluster.host.as_str(), cluster.backend.port),
    };
    let is_address = host.parse::<IpAddr>().is_ok();
    let limits = match cluster.for_copies {
        true => options.mirroring.cluster(cluster.protocol),
        false => for_requests(cluster.protocol),
    };
    let place = json!({
        "name": cluster.name,
        "type": if is_address { "STATIC" } else { "STRICT_DNS" },
        "load_assignment": {
            "cluster_name": cluster.name,
            "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": socket(host, port) } }] }],
        },
    });
    // With both families Envoy would send half of the requests to each, also if only one of them answers.
    let family = if is_address { json!({}) } else { json!({ "dns_lookup_family": "V4_PREFERRED" }) };
    with(with(limits, place), family)
}

/// What an upstream for requests has, and those for copies have not.
fn for_requests(protocol: Protocol) -> Value {
    let protocol = match protocol {
        Protocol::H2c => json!({ "http2_protocol_options": {} }),
        // "kubernetes.io/ws" is "WebSocket over cleartext as described in RFC6445": an upgrade of HTTP/1.1.
        Protocol::Http1 | Protocol::WebSocket => json!({ "http_protocol_options": {} }),
    };
    // More than Envoy's 1024, which a gateway reaches soon; still an end for a backend that answers nobody.
    let limit = 8192;
    json!({
        "connect_timeout": "5s",
        "per_connection_buffer_limit_bytes": 32768,
        "circuit_breakers": { "thresholds": [
            { "max_connections": limit, "max_pending_requests": limit, "max_requests": limit },
        ] },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": protocol,
            },
        },
    })
}
