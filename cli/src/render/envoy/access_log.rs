//! A line of JSON for each request: what came, which rule and which backend it went to, and what became of it.

use serde_json::{Value, json};

/// The name under which the module publishes the rule of a request: its setting `ruleProperty`.
pub(crate) const RULE_PROPERTY: &str = "httproute_rule";

/// The access log of a filter chain.
pub(crate) fn access_log(chain: &str) -> Value {
    json!({
        "name": "envoy.access_loggers.stdout",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
            "log_format": { "json_format": {
                "time": "%START_TIME%",
                "chain": chain.replace('%', "%%"),
                "protocol": "%PROTOCOL%",
                "method": "%REQ(:METHOD)%",
                "host": "%REQ(:AUTHORITY)%",
                // As it was forwarded. The query may hold secrets, and stays out.
                "path": "%PATH(NQ:PATH)%",
                "rule": format!("%FILTER_STATE(wasm.{RULE_PROPERTY}:PLAIN)%"),
                "backend": "%UPSTREAM_CLUSTER%",
                "upstream": "%UPSTREAM_HOST%",
                "status": "%RESPONSE_CODE%",
                "details": "%RESPONSE_CODE_DETAILS%",
                "flags": "%RESPONSE_FLAGS%",
                "duration_ms": "%DURATION%",
                "bytes_received": "%BYTES_RECEIVED%",
                "bytes_sent": "%BYTES_SENT%",
                "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
                "request_id": "%REQ(X-REQUEST-ID)%",
            } },
        },
    })
}
