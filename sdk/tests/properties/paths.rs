//! Paths and locations, from the text of the specification alone.

use crate::model::Request;
use crate::predicates::{normal, path};

/// `ReplacePrefixMatch`: "Specifies the value with which to replace the prefix match of a request during a rewrite or
/// redirect", with a table of examples in which a trailing slash of prefix and replacement never counts.
pub(crate) fn replace_prefix(path: &[u8], prefix: &str, replacement: &str) -> Vec<u8> {
    let prefix = normal(prefix.trim_end_matches('/').as_bytes());
    // However the prefix is spelled in the request: what stands behind it is kept.
    let end = (0..=path.len()).find(|end| normal(&path[..*end]) == prefix).unwrap();
    let rest = &path[end..];
    at_root([replacement.trim_end_matches('/').as_bytes(), rest].concat())
}

/// `ReplaceFullPath`: "Specifies the value with which to replace the full path of a request".
pub(crate) fn replace_full(replacement: &str) -> Vec<u8> {
    at_root(replacement.as_bytes().to_vec())
}

/// A path is never empty (RFC 9110, section 4.2.3) and, where something has been cut off, never begins with `//`: that
/// would be a host to whoever reads it as a reference (RFC 3986, section 4.2).
fn at_root(path: Vec<u8>) -> Vec<u8> {
    let slashes = path.iter().take_while(|byte| **byte == b'/').count();
    [b"/", &path[slashes..]].concat()
}

/// The query of a request with its `?`, or nothing.
pub(crate) fn query(request: &Request) -> &[u8] {
    let target = request.target.split(|byte| *byte == b'#').next().unwrap_or_default();
    target.iter().position(|byte| *byte == b'?').map_or(b"", |place| &target[place..])
}

/// `RequestRedirect`, as far as it decides on the location.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redirect {
    pub(crate) scheme: Option<&'static str>,
    pub(crate) hostname: Option<&'static str>,
    pub(crate) port: Option<u16>,
    pub(crate) path: Replacement,
}

/// `HTTPPathModifier`.
#[derive(Clone, Debug, Default)]
pub(crate) enum Replacement {
    #[default]
    None,
    Full(String),
    Prefix(String),
}

impl Replacement {
    /// The path of a request that matched this prefix.
    pub(crate) fn apply(&self, path: &[u8], prefix: &str) -> Vec<u8> {
        match self {
            Replacement::None => path.to_vec(),
            Replacement::Full(value) => replace_full(value),
            Replacement::Prefix(value) => replace_prefix(path, prefix, value),
        }
    }
}

/// Protocol and port of a listener.
pub(crate) type Protocol = (&'static str, u16);

/// What the `Location` header says.
pub(crate) fn location(
    redirect: &Redirect,
    prefix: &str,
    listener: Option<Protocol>,
    request: &Request,
) -> String {
    // "Scheme … When empty, the scheme of the request is used." Where the proxy does not tell, the listener's protocol does.
    let protocol = listener.map_or("", |(protocol, _)| protocol).to_ascii_lowercase();
    let scheme =
        redirect.scheme.unwrap_or(if request.scheme.is_empty() { &protocol } else { request.scheme });
    // "Hostname … When empty, the hostname in the `Host` header of the request is used."
    let authority = String::from_utf8(request.authority.clone()).unwrap();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => &authority,
    };
    let host = redirect.hostname.unwrap_or(host);
    // "If redirect scheme is not-empty, the redirect port MUST be the well-known port associated with the redirect scheme.
    // … If redirect scheme is empty, the redirect port MUST be the Gateway Listener port."
    let well_known = redirect.scheme.map(|scheme| if scheme == "https" { 443 } else { 80 });
    let here = listener.map(|(_, port)| port).or(request.local_port);
    let port = redirect.port.or(well_known).or(here);
    // "Implementations SHOULD NOT add the port number in the 'Location' header" for HTTP and 80, HTTPS and 443.
    let port = match (scheme, port) {
        (_, None) | ("http", Some(80)) | ("https", Some(443)) => String::new(),
        (_, Some(port)) => format!(":{port}"),
    };
    // "Path … When empty, the request path is used as-is."
    let target = [redirect.path.apply(path(request), prefix), query(request).to_vec()].concat();
    format!("{scheme}://{host}{port}{}", as_uri(&target))
}

/// What is no character of a path or a query (RFC 3986, section 3.3 and 3.4) is percent-encoded.
fn as_uri(target: &[u8]) -> String {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(byte);
    let encode = |byte: &u8| {
        if allowed(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }
    };
    target.iter().map(encode).collect()
}
