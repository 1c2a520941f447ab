//! The HTTP connection manager of a filter chain, with the safety that every rendered configuration has.

use httproute_manifests::FilterChain;
use serde_json::{Value, json};

use super::{access_log, wasm};
use crate::render::RenderOptions;

/// The header by which the module names the upstream.
const CLUSTER_HEADER: &str = "x-httproute-cluster";

/// How many copies of a request Envoy carries; the module sends those beyond.
const MIRRORS: usize = 4;

/// The HTTP connection manager of `chain`.
pub(crate) fn manager(chain: &FilterChain, options: &RenderOptions) -> Value {
    let mut manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": chain.name,
        "early_header_mutation_extensions": [{
            "name": "remove-private-headers",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
                "mutations": [
                    { "remove_on_match": { "key_matcher": { "prefix": "x-httproute-" } } },
                    { "remove_on_match": { "key_matcher": { "prefix": "x-envoy-" } } },
                ],
            },
        }],
        "normalize_path": true,
        "merge_slashes": true,
        "path_with_escaped_slashes_action": "UNESCAPE_AND_REDIRECT",
        "use_remote_address": true,
        "server_header_transformation": "PASS_THROUGH",
        "common_http_protocol_options": {
            "idle_timeout": "3600s",
            "headers_with_underscores_action": "REJECT_REQUEST",
        },
        "stream_idle_timeout": "300s",
        "request_headers_timeout": "60s",
        "http2_protocol_options": {
            "max_concurrent_streams": 100,
            "initial_stream_window_size": 65536,
            "initial_connection_window_size": 1_048_576,
        },
        "upgrade_configs": [{ "upgrade_type": "websocket" }],
        "route_config": {
            "name": chain.name,
            "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": [route()] }],
        },
        "http_filters": [wasm::filter(chain, options), router()],
    });
    if let (true, Some(manager)) = (options.access_log, manager.as_object_mut()) {
        manager.insert("access_log".into(), json!([access_log::access_log(&chain.name)]));
    }
    manager
}

/// The one route: the module chooses the upstream by a header, and rules say how long it may take. So an edit of an HTTPRoute
/// changes the configuration of the module and nothing else.
fn route() -> Value {
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
    let names: Vec<String> = (1..=MIRRORS).map(|n| format!("x-httproute-mirror-{n}")).collect();
    let removed = names.iter().map(String::as_str).chain([CLUSTER_HEADER]);
    let removed: Vec<Value> = removed.map(|name| json!({ "remove": name })).collect();
    let policy = |name: &String| {
        json!({
            "cluster_header": name,
            // "The mirrored request" is the request: the API knows of no other Host for it.
            "disable_shadow_host_suffix_append": true,
            "request_headers_mutations": removed,
        })
    };
    names.iter().map(policy).collect()
}

fn router() -> Value {
    json!({
        "name": "envoy.filters.http.router",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
            "suppress_envoy_headers": true,
        },
    })
}
