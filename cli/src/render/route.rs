//! The routes of Envoy, in every configuration in which the module chooses the upstream.

use serde_json::{Value, json};

use super::mirrors;
use crate::args::Mirroring;

/// The header by which the module names the upstream.
const CLUSTER_HEADER: &str = "x-httproute-cluster";

/// The header by which it does so if the rule removes `X-Forwarded-Proto`.
const CLUSTER_HEADER_WITHOUT_PROTO: &str = "x-httproute-cluster-without-proto";

/// A header that no request has: clients' are removed, and no module sets it.
const NO_CLUSTER_HEADER: &str = "x-httproute-none";

/// The routes: the module chooses the upstream by a header, and rules say how long it may take. So an edit of an HTTPRoute
/// changes the configuration of the module and nothing else.
///
/// Envoy chooses a route again after the module has rewritten path or host. Only requests that belong to a rule have the header,
/// and they keep it when path and host change, so no other route can take them, nor can these take others' requests.
///
/// Envoy sends a copy where the module puts the name of an upstream into a mirror header. What is removed for the request itself
/// would not be mirrored, so its backend does see these headers.
///
/// `X-Forwarded-Proto` can only be removed by a route: Envoy has none for a request without it. Copies of such requests are the
/// module's to send.
///
/// The last one forwards nothing: a request gets to it only while the module is missing, and is answered with 503. It is there because Envoy
/// refuses upgrades that `upgrade_configs` does not name only if a request has a route before the filters run.
pub(crate) fn routes(mirroring: &Mirroring) -> [Value; 4] {
    let route = |header: &str, removed: &[&str]| {
        json!({
            "match": { "prefix": "/", "headers": [present(header)] },
            "route": { "cluster_header": header, "timeout": "0s" },
            "request_headers_to_remove": removed,
        })
    };
    // The module uses the mirror headers in their order.
    let first_mirror = mirrors::headers().take(1).map(|name| present(&name));
    let marks: Vec<Value> = [present(CLUSTER_HEADER)].into_iter().chain(first_mirror).collect();
    [
        json!({
            "match": { "prefix": "/", "headers": marks },
            "route": {
                "cluster_header": CLUSTER_HEADER,
                "timeout": "0s",
                "request_mirror_policies": mirroring.policies(),
            },
            "request_headers_to_remove": [CLUSTER_HEADER],
            "request_body_buffer_limit": mirroring.buffer.0,
        }),
        route(CLUSTER_HEADER, &[CLUSTER_HEADER]),
        route(CLUSTER_HEADER_WITHOUT_PROTO, &[CLUSTER_HEADER_WITHOUT_PROTO, "x-forwarded-proto"]),
        json!({
            "match": { "prefix": "/" },
            "route": { "cluster_header": NO_CLUSTER_HEADER },
        }),
    ]
}

fn present(name: &str) -> Value {
    json!({ "name": name, "present_match": true })
}

/// The headers by which the module speaks to Envoy, and Envoy's parts to each other.
pub(crate) fn private_headers() -> impl Iterator<Item = String> {
    let cluster_headers = [CLUSTER_HEADER, CLUSTER_HEADER_WITHOUT_PROTO];
    mirrors::headers().chain(cluster_headers.into_iter().chain(mirrors::kept()).map(str::to_owned))
}
