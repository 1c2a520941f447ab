//! The routes of Envoy, in every configuration in which the module chooses the upstream.

use serde_json::{Value, json};

/// The header by which the module names the upstream.
const CLUSTER_HEADER: &str = "x-httproute-cluster";

/// The header by which it does so if the rule removes `X-Forwarded-Proto`.
const CLUSTER_HEADER_WITHOUT_PROTO: &str = "x-httproute-cluster-without-proto";

/// How many copies of a request Envoy carries; the module sends those beyond.
const MIRRORS: usize = 4;

/// How long a copy may wait for its answer, as long as one that the module sends: the route itself sets no end, and a mirror
/// that answers nobody would keep each copy for good. Envoy's router reads this header, and does not pass it on.
const COPY_TIMEOUT_MS: &str = "60000";

/// The routes: the module chooses the upstream by a header, and rules say how long it may take. So an edit of an HTTPRoute
/// changes the configuration of the module and nothing else.
///
/// Envoy chooses a route again after the module has rewritten path or host. Only requests that belong to a rule have the header,
/// and they have it whatever path and host have become, so no other route can take them, nor can these take others' requests.
///
/// `X-Forwarded-Proto` can only be removed by a route: Envoy has none for a request without it. Copies of such requests are the
/// module's to send.
pub(crate) fn routes() -> [Value; 2] {
    let route = |header: &str, more: Value, removed: Value| {
        let mut route = json!({
            "match": { "prefix": "/", "headers": [{ "name": header, "present_match": true }] },
            "route": { "cluster_header": header, "timeout": "0s" },
            "request_headers_to_remove": removed,
        });
        if let (Some(action), Value::Object(more)) = (route["route"].as_object_mut(), more) {
            action.extend(more);
        }
        route
    };
    [
        route(
            CLUSTER_HEADER,
            json!({ "request_mirror_policies": mirror_policies() }),
            json!([CLUSTER_HEADER]),
        ),
        route(
            CLUSTER_HEADER_WITHOUT_PROTO,
            json!({}),
            json!([CLUSTER_HEADER_WITHOUT_PROTO, "x-forwarded-proto"]),
        ),
    ]
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
    mirror_headers().chain([CLUSTER_HEADER, CLUSTER_HEADER_WITHOUT_PROTO].map(str::to_owned))
}
