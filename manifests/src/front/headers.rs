//! The headers of a request, as Envoy's connection manager reads and changes them.

use std::net::IpAddr;

use httproute_sdk::HeaderLines;

use super::url::is_referer;
use super::{Removed, Step, shown};

/// Headers that Envoy keeps as one line, with the values of repeated lines joined by commas.
const JOINED: [&str; 36] = [
    "accept",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "authentication",
    "authorization",
    "cache-control",
    "cdn-loop",
    "connection",
    "content-encoding",
    "content-type",
    "expect",
    "grpc-accept-encoding",
    "grpc-timeout",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "origin",
    "pragma",
    "proxy-connection",
    "proxy-status",
    "referer",
    "te",
    "upgrade",
    "user-agent",
    "via",
    "x-client-trace-id",
    "x-forwarded-client-cert",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
];

/// What Envoy's own router would obey, and Envoy takes from clients outside.
pub(super) const EDGE: [&str; 21] = [
    "x-envoy-internal",
    "x-envoy-decorator-operation",
    "x-envoy-downstream-service-cluster",
    "x-envoy-downstream-service-node",
    "x-envoy-original-path",
    "x-envoy-original-host",
    "x-envoy-original-url",
    "x-envoy-retry-on",
    "x-envoy-retry-grpc-on",
    "x-envoy-max-retries",
    "x-envoy-upstream-alt-stat-name",
    "x-envoy-upstream-rq-timeout-ms",
    "x-envoy-upstream-rq-per-try-timeout-ms",
    "x-envoy-upstream-rq-timeout-alt-response",
    "x-envoy-upstream-stream-duration-ms",
    "x-envoy-expected-rq-timeout-ms",
    "x-envoy-force-trace",
    "x-envoy-ip-tags",
    "x-envoy-hedge-on-per-try-timeout",
    "x-envoy-retriable-status-codes",
    "x-envoy-retriable-header-names",
];

/// What is shown for the id that Envoy makes of each request.
const REQUEST_ID: &[u8] = b"00000000-0000-4000-8000-000000000000";

/// The headers of one request, and what was done to them.
pub(super) struct Headers {
    pub(super) lines: HeaderLines,
    pub(super) steps: Vec<Step>,
}

/// "If we have 10 or more nominated headers, fail this request", as Envoy's source has it.
const MOST_NOMINATED: usize = 10;
const LONGEST_NOMINATED_TE: usize = 256;

impl Headers {
    /// Takes the lines of a client in: one line for each header that Envoy keeps as one.
    pub(super) fn new(sent: HeaderLines, is_http2: bool) -> Self {
        let mut lines: HeaderLines = Vec::with_capacity(sent.len());
        let mut crumbs = Vec::new();
        for (name, value) in sent {
            if is_http2 && name == b"cookie" {
                // "These MUST be concatenated into a single octet string" (RFC 9113, section 8.2.3).
                if !crumbs.is_empty() {
                    crumbs.extend(b"; ");
                }
                crumbs.extend(value);
                continue;
            }
            let is_joined = JOINED.iter().any(|joined| joined.as_bytes() == name);
            match lines.iter_mut().find(|(other, _)| is_joined && *other == name) {
                Some((_, joined)) => append(joined, &value),
                None => lines.push((name, value)),
            }
        }
        if !crumbs.is_empty() {
            lines.push((b"cookie".to_vec(), crumbs));
        }
        Headers { lines, steps: Vec::new() }
    }

    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        let line = self.lines.iter().find(|(other, _)| other == name.as_bytes());
        line.map(|(_, value)| value.as_slice())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn remove(&mut self, name: &str) -> bool {
        let before = self.lines.len();
        self.lines.retain(|(other, _)| other != name.as_bytes());
        self.lines.len() < before
    }

    fn set(&mut self, name: &str, value: &[u8]) {
        // Of several lines the first stays.
        let mut is_set = false;
        self.lines.retain_mut(|(other, line)| {
            if other != name.as_bytes() {
                return true;
            }
            *line = value.to_vec();
            !std::mem::replace(&mut is_set, true)
        });
        if !is_set {
            self.lines.push((name.as_bytes().to_vec(), value.to_vec()));
        }
    }

    /// Notes a change to a header of the client.
    fn note(&mut self, name: &str, words: String) {
        self.steps.push(Step { header: Some(name.to_owned()), words });
    }

    /// Whether the client asks for another protocol on this connection, and which.
    pub(super) fn upgrade(&self) -> Option<&[u8]> {
        let asks = tokens(self.get("connection")?).any(|token| token.eq_ignore_ascii_case(b"upgrade"));
        self.get("upgrade").filter(|_| asks)
    }

    /// HTTP/1.1: Envoy does not speak HTTP/2 after an upgrade, and takes the request as if nobody had asked for it.
    pub(super) fn ignore_h2c(&mut self) {
        if !self.upgrade().is_some_and(|protocol| protocol.eq_ignore_ascii_case(b"h2c")) {
            return;
        }
        self.remove("upgrade");
        self.remove("http2-settings");
        self.note("upgrade", "ignores the upgrade to h2c".to_owned());
        self.keep_tokens(|token| {
            !token.eq_ignore_ascii_case(b"upgrade") && !token.eq_ignore_ascii_case(b"http2-settings")
        });
    }

    /// The tokens of the Connection header for which `keep` holds.
    fn keep_tokens(&mut self, keep: impl Fn(&[u8]) -> bool) {
        let kept: Vec<&[u8]> =
            tokens(self.get("connection").unwrap_or_default()).filter(|token| keep(token)).collect();
        let kept = kept.join(&b","[..]);
        if kept.is_empty() {
            self.remove("connection");
        } else {
            self.set("connection", &kept);
        }
    }

    /// HTTP/1.1: what the Connection header names is for this connection only.
    ///
    /// # Errors
    ///
    /// Why the request is refused.
    pub(super) fn remove_nominated(&mut self) -> Result<(), &'static str> {
        let Some(connection) = self.get("connection") else { return Ok(()) };
        let named: Vec<String> =
            tokens(connection).map(|token| String::from_utf8_lossy(token).to_ascii_lowercase()).collect();
        if named.len() >= MOST_NOMINATED {
            return Err("its Connection header names ten headers or more");
        }
        for name in named {
            match name.as_str() {
                "close" | "http2-settings" | "keep-alive" | "upgrade" | "connection" => {}
                "x-forwarded-for" | "x-forwarded-host" | "x-forwarded-proto" => {
                    return Err("its Connection header names a header that says where the request is from");
                }
                name if name.starts_with(':') => return Err("its Connection header names a pseudo-header"),
                "te" => {
                    let Some(te) = self.get("te") else { continue };
                    if te.len() >= LONGEST_NOMINATED_TE {
                        return Err("its TE header is longer than 255 bytes");
                    }
                    if tokens(te).any(|token| token.eq_ignore_ascii_case(b"trailers")) {
                        self.set("te", b"trailers");
                    } else {
                        self.remove("te");
                        self.note("te", "removes te, which the Connection header names".to_owned());
                    }
                }
                name => {
                    if self.remove(name) {
                        self.note(name, format!("removes {name}, which the Connection header names"));
                    }
                }
            }
        }
        Ok(())
    }

    /// Envoy answers `Expect: 100-continue` itself.
    pub(super) fn answer_expectation(&mut self) {
        if self.get("expect").is_some_and(|value| value.eq_ignore_ascii_case(b"100-continue")) {
            self.remove("expect");
            self.note("expect", "answers expect: 100-continue itself".to_owned());
        }
    }

    /// Removes what nobody but the proxy and the module may say.
    pub(super) fn remove_private(&mut self, removed: &[Removed], why: &str) {
        let is_removed = |name: &[u8]| {
            removed.iter().any(|removed| match removed {
                Removed::Prefix(prefix) => name.starts_with(prefix.as_bytes()),
                Removed::Name(only) => name == only.as_bytes(),
            })
        };
        let (gone, lines) =
            std::mem::take(&mut self.lines).into_iter().partition(|(name, _)| is_removed(name));
        self.lines = lines;
        let gone: HeaderLines = gone;
        for (name, _) in gone {
            let name = shown(&name);
            self.note(&name, format!("removes {name}: {why}"));
        }
    }

    /// Removes what is for one connection only, and what cannot be relied on.
    pub(super) fn sanitise(&mut self) {
        let mut hop_by_hop = vec!["keep-alive", "proxy-connection", "transfer-encoding"];
        if self.upgrade().is_none() {
            hop_by_hop.extend(["connection", "upgrade"]);
        }
        for name in hop_by_hop {
            if self.remove(name) {
                self.note(name, format!("removes {name}, which is for one connection only"));
            }
        }
        if let Some(te) = self.get("te").filter(|te| !te.is_empty()) {
            if tokens(te).any(|token| token == b"trailers") {
                if te != b"trailers" {
                    self.set("te", b"trailers");
                    self.note("te", "sets te to trailers".to_owned());
                }
            } else {
                self.remove("te");
                self.note("te", "removes te: only \"trailers\" goes beyond one connection".to_owned());
            }
        }
        if self.get("referer").is_some_and(|referer| !is_referer(referer)) {
            self.remove("referer");
            self.note("referer", "removes referer: its value is not a URL".to_owned());
        }
    }

    /// Says who the client is: what `use_remote_address` does.
    pub(super) fn identify(&mut self, client: IpAddr, is_tls: bool, trusted_hops: u32) {
        let sent = self.get("x-forwarded-for").unwrap_or_default().to_vec();
        let mut forwarded = sent.clone();
        append(&mut forwarded, client.to_string().as_bytes());
        self.set("x-forwarded-for", &forwarded);
        if !sent.is_empty() {
            self.note(
                "x-forwarded-for",
                format!("appends the client's address, {client}, to x-forwarded-for"),
            );
        }
        let scheme = if is_tls { "https" } else { "http" };
        let proto = self.get("x-forwarded-proto").map(<[u8]>::to_vec);
        match proto.filter(|proto| proto != scheme.as_bytes()) {
            Some(_) if trusted_hops > 0 => {}
            Some(proto) => {
                self.set("x-forwarded-proto", scheme.as_bytes());
                self.note(
                    "x-forwarded-proto",
                    format!(
                        "replaces x-forwarded-proto: {} by {scheme}, the scheme of the connection (--trusted-hops 1 \
                         keeps what a load balancer in front says)",
                        shown(&proto)
                    ),
                );
            }
            None => self.set("x-forwarded-proto", scheme.as_bytes()),
        }
        let trusted = trusted_client(&sent, trusted_hops).unwrap_or(client);
        self.set("x-envoy-external-address", trusted.to_string().as_bytes());
        if self.has("x-request-id") {
            self.note("x-request-id", "replaces x-request-id by one of its own".to_owned());
        }
        self.set("x-request-id", REQUEST_ID);
        if self.remove("x-forwarded-client-cert") {
            self.note(
                "x-forwarded-client-cert",
                "removes x-forwarded-client-cert: the client shows no certificate".to_owned(),
            );
        }
    }
}

/// The address that the proxy in front of so many trusted ones has seen.
fn trusted_client(forwarded: &[u8], trusted_hops: u32) -> Option<IpAddr> {
    let hop = usize::try_from(trusted_hops).ok()?.checked_sub(1)?;
    let address = forwarded.split(|&byte| byte == b',').rev().nth(hop)?;
    std::str::from_utf8(address).ok()?.trim().parse().ok()
}

/// Adds a value to a line as Envoy does: without a comma where there is nothing on one of its sides.
fn append(line: &mut Vec<u8>, value: &[u8]) {
    if value.is_empty() {
        return;
    }
    if !line.is_empty() {
        line.push(b',');
    }
    line.extend_from_slice(value);
}

/// What stands between commas.
fn tokens(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).filter(|token| !token.is_empty())
}
