//! What the configuration says of itself to people who read it.

/// What is to be said above a key.
pub(crate) fn comment(key: &str) -> Option<&'static str> {
    Some(match key {
        "stats_config" => "Prometheus gets the requests of each named rule as one metric with a label.",
        "overload_manager" => "Edge practice: an end to what clients can make Envoy hold.",
        "early_header_mutation_extensions" => {
            "Safety: no client chooses an upstream. These headers are removed before any filter, so that this holds even\n\
             while a module is being reloaded."
        }
        "path_with_escaped_slashes_action" => {
            "Safety, with merge_slashes and normalize_path: one form of each path, so that none slips past a rule."
        }
        "use_remote_address" => "Edge practice: trust no client's word on who it is.",
        "cluster_header" => return None,
        "request_headers_to_remove" => {
            "What the module and Envoy say to each other is nobody else's business."
        }
        "request_mirror_policies" => {
            "Envoy carries up to four copies of a request; the module says to whom, or removes the header. A copy gives what is\n\
             set here to the filter of its upstream, which undoes what Envoy does to copies."
        }
        "request_body_buffer_limit" => "So much of a copy waits where a mirror has no connection yet.",
        "max_stream_duration" => "A copy that takes longer is given up, and the request goes on.",
        "max_requests_per_connection" => "A mirror that no longer reads holds its own copy and no other.",
        "failure_policy" => {
            "A module that traps is loaded anew; meanwhile its requests fail, and none passes it by."
        }
        "upgrade_configs" => "For backends whose appProtocol is kubernetes.io/ws.",
        "server_header_transformation" => {
            "The backend's own, so that a ResponseHeaderModifier has the last word."
        }
        _ => return None,
    })
}
