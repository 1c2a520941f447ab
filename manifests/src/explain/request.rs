//! A request that somebody asks about.

use std::fmt;
use std::net::IpAddr;

use httproute_sdk::HeaderLines;

use super::url::Url;
use crate::front::{HttpVersion, SOME_CLIENT};

/// A request that somebody asks about: as a client sends it, and where it connects to.
///
/// ```
/// use httproute_manifests::Request;
///
/// let request = Request::new("GET", "https://shop.example.com/cart?item=1")?;
/// assert_eq!((request.port, request.server_name.as_deref()), (443, Some("shop.example.com")));
/// assert_eq!((request.authority(), request.target.as_slice()), (&b"shop.example.com"[..], &b"/cart?item=1"[..]));
/// // As curl has it: another Host header than the name that was connected to.
/// let request = request.with_header("Host: www.example.com")?;
/// assert_eq!(request.authority(), b"www.example.com");
/// assert_eq!(request.server_name.as_deref(), Some("shop.example.com"));
/// # Ok::<(), httproute_manifests::InvalidRequest>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The version of HTTP.
    pub version: HttpVersion,
    /// The address of the client.
    pub client: IpAddr,
    /// Whether it is sent over TLS.
    pub https: bool,
    /// The port that the client connects to.
    pub port: u16,
    /// The name that the client asks for in the TLS handshake (SNI); `None` for an IP address.
    pub server_name: Option<String>,
    /// The method, as sent.
    pub method: Vec<u8>,
    /// The target of the request line, in HTTP/2 `:path`: path and query as a rule.
    pub target: Vec<u8>,
    /// The header lines, names in lower case. `host` is one of them, in HTTP/2 too, where it is sent as `:authority`.
    pub headers: HeaderLines,
}

/// Why something is no request: a sentence, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequest {
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub hint: String,
}

/// How a header is written.
const HEADER_HINT: &str = "write NAME: VALUE, as in 'x-canary: yes'";

impl Request {
    /// The request that `curl` sends for `url`: in HTTP/2 if it is one of `https`, and with the path as it is written.
    ///
    /// # Errors
    ///
    /// Where the method is none, or the URL is none of `http` or `https`.
    pub fn new(method: &str, url: &str) -> Result<Self, InvalidRequest> {
        if !is_token(method) {
            return Err(InvalidRequest::new(format!("{method:?} is no method"), "write one as GET or POST"));
        }
        let url = Url::parse(url)?;
        Ok(Request {
            version: if url.https { HttpVersion::Http2 } else { HttpVersion::Http1 },
            client: SOME_CLIENT,
            https: url.https,
            port: url.port(),
            server_name: url.server_name(),
            method: method.into(),
            headers: vec![(b"host".to_vec(), url.authority().into())],
            target: url.target.into(),
        })
    }

    /// The request with one more header, written as `name: value`.
    ///
    /// # Errors
    ///
    /// Where it is none, or one that a client cannot send.
    pub fn with_header(self, line: &str) -> Result<Self, InvalidRequest> {
        let (name, value) = line.split_once(':').ok_or_else(|| {
            InvalidRequest::new(format!("{line:?} is no header: it has no colon"), HEADER_HINT)
        })?;
        self.with_field(name, value)
    }

    /// Likewise, with name and value apart.
    ///
    /// # Errors
    ///
    /// Where it is none that a client can send.
    pub fn with_field(mut self, name: &str, value: &str) -> Result<Self, InvalidRequest> {
        let invalid = |message: &str| {
            InvalidRequest::new(format!("{:?} {message}", format!("{name}:{value}")), HEADER_HINT)
        };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        if !is_token(&name) {
            return Err(invalid("is no header: its name has characters that names do not have"));
        }
        if value.contains(['\r', '\n', '\0']) {
            return Err(invalid("is no header: its value has a line break or a zero byte"));
        }
        let host = self.headers.iter_mut().find(|(other, _)| name == "host" && other == b"host");
        match host {
            Some(host) => host.1 = value.into(),
            None => self.headers.push((name.into(), value.into())),
        }
        Ok(self)
    }

    /// Host and port that it asks for.
    pub fn authority(&self) -> &[u8] {
        let host = self.headers.iter().find(|(name, _)| name == b"host");
        host.map(|(_, value)| value.as_slice()).unwrap_or_default()
    }

    /// The name of its scheme.
    pub fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    /// The header map in which a proxy holds it that changes nothing, with the pseudo-headers in it.
    pub(crate) fn lines(&self) -> HeaderLines {
        let pseudo = [
            (&b":method"[..], self.method.as_slice()),
            (b":scheme", self.scheme().as_bytes()),
            (b":authority", self.authority()),
            (b":path", &self.target),
        ];
        let pseudo = pseudo.into_iter().map(|(name, value)| (name.to_vec(), value.to_vec()));
        pseudo.chain(self.headers.iter().filter(|(name, _)| name != b"host").cloned()).collect()
    }
}

impl InvalidRequest {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        InvalidRequest { message: message.into(), hint: hint.into() }
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.hint)
    }
}

impl std::error::Error for InvalidRequest {}

/// A `token` of RFC 9110, section 5.6.2: what methods and names of headers are made of.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
