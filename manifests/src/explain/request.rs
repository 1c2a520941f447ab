//! A request that somebody asks about.

use std::fmt;

use httproute_sdk::HeaderLines;

use super::url::Url;

/// A request that somebody asks about: as a client sends it, and where it connects to.
///
/// ```
/// use httproute_manifests::Request;
///
/// let request = Request::new("GET", "https://shop.example.com/cart?item=1")?;
/// assert_eq!((request.port, request.server_name.as_deref()), (443, Some("shop.example.com")));
/// assert_eq!((request.authority.as_str(), request.target.as_str()), ("shop.example.com", "/cart?item=1"));
/// // As curl has it: another Host header than the name that was connected to.
/// let request = request.with_header("Host: www.example.com")?;
/// assert_eq!(request.authority, "www.example.com");
/// assert_eq!(request.server_name.as_deref(), Some("shop.example.com"));
/// # Ok::<(), httproute_manifests::InvalidRequest>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method, as sent.
    pub method: String,
    /// Whether it is sent over TLS.
    pub https: bool,
    /// The port that the client connects to.
    pub port: u16,
    /// The name that the client asks for in the TLS handshake (SNI); `None` for an IP address.
    pub server_name: Option<String>,
    /// Host and port, as in the Host header.
    pub authority: String,
    /// Path and query.
    pub target: String,
    /// The other headers, names in lower case, as proxies hold them.
    pub headers: Vec<(String, String)>,
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
    /// The request that a client sends for `url`.
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
            method: method.to_owned(),
            https: url.https,
            port: url.port(),
            server_name: url.server_name(),
            authority: url.authority(),
            target: url.target,
            headers: Vec::new(),
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
        if value.contains(|c: char| c.is_control() && c != '\t') {
            return Err(invalid("is no header: its value has a control character"));
        }
        match name.as_str() {
            "host" => self.authority = value.to_owned(),
            _ => self.headers.push((name, value.to_owned())),
        }
        Ok(self)
    }

    /// The name of its scheme.
    pub fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    /// The header map in which proxies hold it, with the pseudo-headers in it.
    pub(crate) fn lines(&self) -> HeaderLines {
        let pseudo = [
            (":method", self.method.as_str()),
            (":scheme", self.scheme()),
            (":authority", &self.authority),
            (":path", &self.target),
        ];
        // What a client says in headers by which modules and proxy talk to each other is removed before any filter.
        let heard = self.headers.iter().filter(|(name, _)| !name.starts_with("x-httproute-"));
        let headers = heard.map(|(name, value)| (name.as_str(), value.as_str()));
        let line = |(name, value): (&str, &str)| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        pseudo.into_iter().chain(headers).map(line).collect()
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
