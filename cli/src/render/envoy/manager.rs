//! The HTTP connection manager of a filter chain, with the safety that every rendered configuration has.

use httproute_manifests::FilterChain;
use serde_json::{Value, json};

use super::{access_log, discovery, wasm};
use crate::render::RenderOptions;
use crate::render::route::routes;

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
        "http_filters": [wasm::filter(chain, options), router()],
    });
    if let Some(manager) = manager.as_object_mut() {
        match &options.folder {
            None => manager.insert("route_config".into(), route_configuration(&chain.name)),
            Some(folder) => manager.insert(
                "rds".into(),
                json!({
                    "route_config_name": discovery::ROUTES,
                    "config_source": discovery::source(folder, &discovery::file(discovery::ROUTES)),
                }),
            ),
        };
        if options.access_log {
            manager.insert("access_log".into(), json!([access_log::access_log(&chain.name)]));
        }
    }
    manager
}

/// The routes of Envoy, the same for every filter chain.
pub(crate) fn route_configuration(name: &str) -> Value {
    json!({
        "name": name,
        "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": routes() }],
    })
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
