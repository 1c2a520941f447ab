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

use super::route::private_headers;
use crate::args::Mirroring;

/// How upstreams for copies are named: as those for requests, behind a word that no namespace follows.
pub(crate) const CLUSTER_NAME: &str = "mirror/{namespace}/{name}/{port}";

/// How many copies of a request Envoy carries; the module sends those beyond.
const MIRRORS: usize = 4;

/// How much the copies for one mirror may hold while they run, and again while they are being connected.
const MEMORY: u32 = 1 << 30;

/// Headers to which Envoy adds on a copy, and under which name it keeps what the request has. Nobody but the proxy sets those
/// names: they are removed from what clients send.
const KEPT: [(&str, &str); 2] =
    [("x-forwarded-for", "x-httproute-forwarded-for"), ("x-envoy-internal", "x-httproute-internal")];

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
        let mut common = json!({ "max_stream_duration": seconds(self.timeout.0.saturating_sub(connect)) });
        let protocol = match protocol {
            Protocol::H2c => {
                // A connection whose mirror no longer reads is full for the copies after it, too.
                common["max_requests_per_connection"] = json!(1);
                json!({ "http2_protocol_options": { "initial_stream_window_size": self.buffer.0 } })
            }
            Protocol::Http1 | Protocol::WebSocket => json!({ "http_protocol_options": {} }),
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
        Value::from_iter(headers().map(|name| {
            json!({
                "cluster_header": name,
                // "The mirrored request" is the request: the API knows of no other Host for it.
                "disable_shadow_host_suffix_append": true,
                "request_headers_mutations": changes(),
            })
        }))
    }
}

/// The headers by which the module names the upstreams of copies.
pub(crate) fn headers() -> impl Iterator<Item = String> {
    (1..=MIRRORS).map(|n| format!("x-httproute-mirror-{n}"))
}

/// The headers under which Envoy keeps for a copy what the request has.
pub(crate) fn kept() -> impl Iterator<Item = &'static str> {
    KEPT.into_iter().map(|(_, kept)| kept)
}

/// What is changed on a copy before Envoy sends it, and changes it in its own way.
fn changes() -> Vec<Value> {
    let keep = KEPT.map(|(name, kept)| set(kept, &format!("%REQ({name})%")));
    // The timeouts of the rule are those of the request.
    keep.into_iter().chain([set("x-envoy-upstream-rq-timeout-ms", "0")]).collect()
}

/// The filter of an upstream for copies by which they show what the request shows. Envoy takes a copy for a request of its own:
/// it adds its address to X-Forwarded-For, says that the request is internal, and how long it will wait.
fn as_forwarded() -> Value {
    let mut changes =
        ["x-envoy-internal", "x-envoy-expected-rq-timeout-ms"].map(|name| json!({ "remove": name })).to_vec();
    // Where nothing was kept, nothing is set.
    changes.extend(KEPT.map(|(name, kept)| set(name, &format!("%REQ({kept})%"))));
    // By their names, because Istio 1.27 knows no removal by prefix.
    changes.extend(private_headers().map(|name| json!({ "remove": name })));
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
