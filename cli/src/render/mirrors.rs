//! The copies that Envoy carries, so that no mirror can hold up what it mirrors.
//!
//! Envoy sends a copy while the request streams by, and reads the request no faster than the slowest mirror reads its copy. What
//! ends that is set for each upstream, so mirrors have upstreams of their own: the backend of a request may take its time.
//!
//! A copy may wait for its mirror in four places, and each has the size of the buffer as its limit: before it has a connection,
//! where the route says how much; in the stream, for a mirror that speaks HTTP/2 and grants no window; in the connection, for one
//! that does not read; and before a WebSocket is agreed upon, which is the first again.

use std::time::Duration;

use httproute_manifests::Protocol;
use serde_json::{Value, json};

use super::private::{self, FORWARDED_FOR, INTERNAL};
use super::with;
use crate::args::Mirroring;

/// How upstreams for copies are named: as those for requests, behind a word that no namespace follows.
pub(crate) const CLUSTER_NAME: &str = "mirror/{namespace}/{name}/{port}";

/// How much the copies for one mirror may hold while they run, and again while they are being connected.
const MEMORY: u32 = 1 << 30;

impl Mirroring {
    /// How many copies for one mirror may run at a time, and how many may be connecting.
    fn copies(&self) -> u32 {
        (MEMORY / self.buffer.0.max(1)).min(1024)
    }

    /// How long a copy may wait for a connection.
    fn connect_timeout(&self) -> Duration {
        // Whole milliseconds, as they are written.
        Duration::from_millis(self.timeout.0.as_millis() as u64 / 3).min(Duration::from_secs(5))
    }

    /// What an upstream for copies has, and others have not. A third of the time is for the connection, so that both together
    /// take no longer than the user says.
    pub(crate) fn cluster(&self, protocol: Protocol) -> Value {
        let copies = self.copies();
        let connect = self.connect_timeout();
        let common = json!({ "max_stream_duration": seconds(self.timeout.0.saturating_sub(connect)) });
        let (protocol, common) = match protocol {
            Protocol::H2c => (
                json!({ "http2_protocol_options": { "initial_stream_window_size": self.buffer.0 } }),
                // A connection whose mirror no longer reads is full for the copies after it, too.
                with(common, json!({ "max_requests_per_connection": 1 })),
            ),
            Protocol::Http1 | Protocol::WebSocket => (json!({ "http_protocol_options": {} }), common),
        };
        json!({
            "connect_timeout": seconds(connect),
            "per_connection_buffer_limit_bytes": self.buffer.0,
            "circuit_breakers": { "thresholds": [{
                "max_requests": copies,
                "max_pending_requests": copies,
                // No copy waits for the connection of another.
                "max_connections": 1_000_000_000,
            }] },
            "typed_extension_protocol_options": {
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                    "explicit_http_config": protocol,
                    "common_http_protocol_options": common,
                    "http_filters": [as_forwarded(), upstream_codec()],
                },
            },
        })
    }

    /// What the route of requests with mirrors has, and others have not.
    pub(crate) fn policies(&self) -> Value {
        Value::from_iter(private::mirrors().map(|name| {
            json!({
                "cluster_header": name,
                // "The mirrored request" is the request: the API knows of no other Host for it.
                "disable_shadow_host_suffix_append": true,
                "request_headers_mutations": changes(),
            })
        }))
    }
}

/// What is changed on a copy before Envoy sends it, and changes it in its own way.
fn changes() -> [Value; 3] {
    // Empty if the request has none: so it differs from a copy that the module sends, which Envoy adds no address to.
    let forwarded_for = json!({ "append": {
        "header": { "key": FORWARDED_FOR, "value": "%REQ(x-forwarded-for)%" },
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
        "keep_empty_value": true,
    } });
    [
        forwarded_for,
        set(INTERNAL, "%REQ(x-envoy-internal)%"),
        // The timeouts of the rule are those of the request.
        set("x-envoy-upstream-rq-timeout-ms", "0"),
    ]
}

/// The filter of an upstream for copies by which they show what the request shows. Envoy takes a copy for a request of its own:
/// it adds its address to X-Forwarded-For, says that the request is internal, and how long it will wait.
fn as_forwarded() -> Value {
    let remove = |name: &str| json!({ "remove": name });
    let of_the_module = json!({ "append": {
        "header": { "key": FORWARDED_FOR, "value": "%REQ(x-forwarded-for)%" },
        "append_action": "ADD_IF_ABSENT",
    } });
    let mut changes = vec![
        of_the_module,
        remove("x-forwarded-for"),
        remove("x-envoy-internal"),
        remove("x-envoy-expected-rq-timeout-ms"),
        // An empty value sets nothing.
        set("x-forwarded-for", &format!("%REQ({FORWARDED_FOR})%")),
        set("x-envoy-internal", &format!("%REQ({INTERNAL})%")),
    ];
    // By their names, because Istio 1.27 knows no removal by prefix.
    changes.extend(private::all().map(|name| remove(&name)));
    json!({
        "name": "as-forwarded",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
            "mutations": { "request_mutations": changes },
        },
    })
}

fn upstream_codec() -> Value {
    json!({
        "name": "envoy.filters.http.upstream_codec",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec",
        },
    })
}

fn set(name: &str, value: &str) -> Value {
    json!({ "append": {
        "header": { "key": name, "value": value },
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    } })
}

fn seconds(duration: Duration) -> String {
    format!("{}s", duration.as_millis() as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{CopyBuffer, CopyTimeout};

    fn mirroring(timeout: &str, buffer: &str) -> Mirroring {
        let (timeout, buffer): (CopyTimeout, CopyBuffer) =
            (timeout.parse().unwrap(), buffer.parse().unwrap());
        Mirroring { timeout, buffer }
    }

    #[test]
    fn connecting_and_sending_take_no_longer_than_the_user_says() {
        for (timeout, connect, stream) in [
            ("15s", "5s", "10s"),
            ("1s", "0.333s", "0.667s"),
            ("30ms", "0.01s", "0.02s"),
            ("1m", "5s", "55s"),
        ] {
            let cluster = mirroring(timeout, "4M").cluster(Protocol::Http1);
            let options = &cluster["typed_extension_protocol_options"]["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"];
            assert_eq!(cluster["connect_timeout"], connect, "{timeout}");
            assert_eq!(options["common_http_protocol_options"]["max_stream_duration"], stream, "{timeout}");
        }
    }

    #[test]
    fn the_memory_of_copies_is_bounded() {
        for (buffer, copies) in [("64K", 1024), ("1M", 1024), ("4M", 256), ("64M", 16), ("128M", 8)] {
            let cluster = mirroring("15s", buffer).cluster(Protocol::H2c);
            let threshold = &cluster["circuit_breakers"]["thresholds"][0];
            assert_eq!(
                (&threshold["max_requests"], &threshold["max_pending_requests"]),
                (&json!(copies), &json!(copies)),
                "{buffer}"
            );
        }
    }
}
