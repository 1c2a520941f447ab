//! The HTTP connection manager of a filter chain, with the safety that every rendered configuration has.

use httproute_manifests::{FilterChain, FrontSettings, Removed};
use serde_json::{Value, json};

use super::{access_log, discovery, wasm};
use crate::args::Mirroring;
use crate::render::RenderOptions;
use crate::render::route::routes;

/// The HTTP connection manager of `chain`.
pub(crate) fn manager(chain: &FilterChain, options: &RenderOptions) -> Value {
    let front = &options.front;
    let mut manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": chain.name,
        "early_header_mutation_extensions": [{
            "name": "remove-private-headers",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
                "mutations": removals(front),
            },
        }],
        "normalize_path": true,
        "merge_slashes": front.merge_slashes,
        "path_with_escaped_slashes_action": front.escaped_slashes.envoy_name(),
        "use_remote_address": true,
        "server_header_transformation": "PASS_THROUGH",
        "common_http_protocol_options": {
            "idle_timeout": "3600s",
            "headers_with_underscores_action": front.underscores(chain).envoy_name(),
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
            None => {
                manager.insert("route_config".into(), route_configuration(&chain.name, &options.mirroring))
            }
            Some(folder) => manager.insert(
                "rds".into(),
                json!({
                    "route_config_name": discovery::ROUTES,
                    "config_source": discovery::source(folder, &discovery::file(discovery::ROUTES)),
                }),
            ),
        };
        if front.trusted_hops > 0 {
            manager.insert("xff_num_trusted_hops".into(), json!(front.trusted_hops));
        }
        if options.access_log {
            manager.insert("access_log".into(), json!([access_log::access_log(&chain.name)]));
        }
    }
    manager
}

/// The headers of clients that are removed before anything else.
pub(crate) fn removals(front: &FrontSettings) -> Vec<Value> {
    let removal = |removed: &Removed| match removed {
        Removed::Prefix(prefix) => json!({ "remove_on_match": { "key_matcher": { "prefix": prefix } } }),
        Removed::Name(name) => json!({ "remove": name }),
    };
    front.removed().iter().map(removal).collect()
}

/// The routes of Envoy, the same for every filter chain.
pub(crate) fn route_configuration(name: &str, mirroring: &Mirroring) -> Value {
    json!({
        "name": name,
        "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": routes(mirroring) }],
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
