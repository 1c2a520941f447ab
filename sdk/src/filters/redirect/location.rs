//! The `Location` of a redirect.

use std::fmt::Write;

use super::RequestRedirect;
use crate::filters::Cx;
use crate::filters::path_modifier::as_uri;
use crate::listener::Scheme;
use crate::reading::text::host_of;

impl RequestRedirect {
    /// The absolute URI to which the client is sent; `None` where neither the filter nor the request names a host.
    pub(super) fn location(&self, cx: &Cx<'_>) -> Option<String> {
        let listener_scheme = cx.listener.and_then(|listener| listener.scheme);
        let scheme = self.scheme.unwrap_or_else(|| as_seen_by_client(listener_scheme, cx));
        let port = self.port(scheme, listener_scheme, cx);

        let mut location = format!("{}://", scheme.name());
        match &self.hostname {
            Some(hostname) => location.push_str(hostname),
            // What the client sent stands in a header of the answer. A request for what is no host has been refused.
            None => {
                let (host, _) = host_of(cx.request.authority())?;
                if host.is_empty() {
                    // "A recipient that processes such a URI reference MUST reject it as invalid" (RFC 9110, section 4.2.1).
                    return None;
                }
                location.push_str(&String::from_utf8_lossy(host));
            }
        }
        if let Some(port) = port {
            // Writing to a String cannot fail.
            let _ = write!(location, ":{port}");
        }
        let mut path = match &self.path {
            Some(path) => path.apply(cx.request, cx.prefix.unwrap_or_default()),
            None => match cx.request.query() {
                Some(query) => [cx.request.path(), b"?", query].concat(),
                None => cx.request.path().to_vec(),
            },
        };
        // `*` is no path, and would be read as a part of the host.
        if !path.starts_with(b"/") {
            path.insert(0, b'/');
        }
        location.push_str(&as_uri(&path, b"?"));
        Some(location)
    }

    /// The port that the location names; `None` where it "SHOULD" be left out.
    fn port(&self, scheme: Scheme, listener_scheme: Option<Scheme>, cx: &Cx<'_>) -> Option<u16> {
        if let Some(port) = self.port {
            // "Implementations SHOULD NOT add the port number in the 'Location' header … when 'scheme' is HTTP and 'port'
            // is 80 … HTTPS and 443."
            return (port != scheme.port()).then_some(port);
        }
        // "If redirect scheme is not-empty, the redirect port MUST be the well-known port associated with the redirect
        // scheme."
        if self.scheme.is_some() {
            return None;
        }
        // "If redirect scheme is empty, the redirect port MUST be the Gateway Listener port." Not that of the Host header.
        let port = match cx.listener.and_then(|listener| listener.port) {
            Some(port) => port,
            None => cx.request.local_port()?,
        };
        // "A Location header that will use HTTP (whether that is determined via the Listener protocol or the Scheme field)
        // _and_ use port 80." In front of the proxy another one may have ended TLS, so both count.
        let well_known = [Some(scheme), listener_scheme];
        (!well_known.into_iter().flatten().any(|scheme| scheme.port() == port)).then_some(port)
    }
}

/// "When empty, the scheme of the request is used." Where another proxy has ended TLS in front of this one, only one of the
/// listener and the request may say so, and a redirect must not lead a client from https to http.
fn as_seen_by_client(listener: Option<Scheme>, cx: &Cx<'_>) -> Scheme {
    let request = Scheme::new(cx.request.scheme());
    if [listener, request].contains(&Some(Scheme::Https)) { Scheme::Https } else { Scheme::Http }
}
