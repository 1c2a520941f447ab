//! The routes of Envoy, in every configuration in which the module chooses the upstream.

use serde_json::{Value, json};

use super::private::{self, CLUSTER, CLUSTER_WITHOUT_PROTO, NO_CLUSTER};
use crate::args::Mirroring;

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
    let first_mirror = private::mirrors().take(1).map(|name| present(&name));
    let marks: Vec<Value> = [present(CLUSTER)].into_iter().chain(first_mirror).collect();
    [
        json!({
            "match": { "prefix": "/", "headers": marks },
            "route": {
                "cluster_header": CLUSTER,
                "timeout": "0s",
                "request_mirror_policies": mirroring.policies(),
            },
            "request_headers_to_remove": [CLUSTER],
            "request_body_buffer_limit": mirroring.buffer.0,
        }),
        route(CLUSTER, &[CLUSTER]),
        route(CLUSTER_WITHOUT_PROTO, &[CLUSTER_WITHOUT_PROTO, "x-forwarded-proto"]),
        json!({
            "match": { "prefix": "/" },
            "route": { "cluster_header": NO_CLUSTER },
        }),
    ]
}

fn present(name: &str) -> Value {
    json!({ "name": name, "present_match": true })
}
