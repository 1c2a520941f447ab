//! The one route of Envoy, in every configuration in which the module chooses the upstream.

use serde_json::{Value, json};

/// The header by which the module names the upstream.
const CLUSTER_HEADER: &str = "x-httproute-cluster";

/// How many copies of a request Envoy carries; the module sends those beyond.
const MIRRORS: usize = 4;

/// How long a copy may wait for its answer, as long as one that the module sends: the route itself sets no end, and a mirror
/// that answers nobody would keep each copy for good. Envoy's router reads this header, and does not pass it on.
const COPY_TIMEOUT_MS: &str = "60000";

/// The one route: the module chooses the upstream by a header, and rules say how long it may take. So an edit of an HTTPRoute
/// changes the configuration of the module and nothing else.
pub(crate) fn route() -> Value {
    json!({
        "match": { "prefix": "/" },
        "route": {
            "cluster_header": CLUSTER_HEADER,
            "timeout": "0s",
            "request_mirror_policies": mirror_policies(),
        },
        "request_headers_to_remove": [CLUSTER_HEADER],
    })
}

/// Envoy sends a copy where the module puts the name of an upstream into a mirror header; the copies do not show it. What is
/// removed for the request itself would not be mirrored, so its backend does see these headers.
fn mirror_policies() -> Vec<Value> {
    let mut changes: Vec<Value> = private_headers().map(|name| json!({ "remove": name })).collect();
    changes.push(json!({ "append": {
        "header": { "key": "x-envoy-upstream-rq-timeout-ms", "value": COPY_TIMEOUT_MS },
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    } }));
    let policy = |name: String| {
        json!({
            "cluster_header": name,
            // "The mirrored request" is the request: the API knows of no other Host for it.
            "disable_shadow_host_suffix_append": true,
            "request_headers_mutations": changes,
        })
    };
    mirror_headers().map(policy).collect()
}

fn mirror_headers() -> impl Iterator<Item = String> {
    (1..=MIRRORS).map(|n| format!("x-httproute-mirror-{n}"))
}

/// The headers by which the module speaks to Envoy.
pub(crate) fn private_headers() -> impl Iterator<Item = String> {
    mirror_headers().chain([CLUSTER_HEADER.to_owned()])
}
