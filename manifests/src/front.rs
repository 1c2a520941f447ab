//! What the proxy does to a request before the module sees it.
//!
//! [`FrontSettings`] are the settings of Envoy's connection manager that the command line renders; [`Front::receive`] is what a
//! connection manager with them does. A test sends generated requests through a real Envoy and through this model.

mod headers;
mod path;
#[cfg(test)]
mod tests;
pub(crate) mod unmatchable;
mod url;

use std::net::{IpAddr, Ipv4Addr};

use httproute_sdk::{HeaderLines, HeaderOp};
use serde_json::Value;

use crate::explain::{Answer, Request};
use crate::resolve::FilterChain;
use headers::{EDGE, Headers};
use path::Normalised;
use url::Absolute;

/// The proxy that a module runs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// Envoy, as `httproute render envoy` and `httproute run` configure it.
    #[default]
    Envoy,
    /// A gateway of Istio, with the patches of `httproute render istio`.
    Istio,
    /// Envoy Gateway, as it configures its Envoys by itself.
    EnvoyGateway,
}

impl Proxy {
    /// Its name in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Proxy::Envoy => "Envoy",
            Proxy::Istio => "Istio's gateway",
            Proxy::EnvoyGateway => "Envoy Gateway's proxy",
        }
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Proxy::Envoy => "envoy",
            Proxy::Istio => "istio",
            Proxy::EnvoyGateway => "envoy-gateway",
        }
    }
}

/// What becomes of headers with an underscore in their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Underscores {
    /// The request is refused.
    Reject,
    /// The header is removed.
    Drop,
    /// They are headers like others.
    Allow,
}

/// What becomes of paths with `%2F` or `%5C`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EscapedSlashes {
    /// The client is redirected to the path with slashes.
    #[default]
    Redirect,
    /// They are part of a segment.
    Keep,
    /// The request is refused.
    Reject,
    /// They are slashes.
    Decode,
}

/// The settings of a connection manager that decide what a module sees of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontSettings {
    /// Whose connection manager it is.
    pub proxy: Proxy,
    /// What becomes of headers with an underscore in their name; `None` rejects them where no rule matches such a header, and
    /// allows them where one does.
    pub underscores: Option<Underscores>,
    /// What becomes of paths with an escaped slash.
    pub escaped_slashes: EscapedSlashes,
    /// Whether several slashes are one.
    pub merge_slashes: bool,
    /// How many trusted proxies are in front: what they say in X-Forwarded-For and X-Forwarded-Proto is believed.
    pub trusted_hops: u32,
}

impl Default for FrontSettings {
    fn default() -> Self {
        FrontSettings {
            proxy: Proxy::Envoy,
            underscores: None,
            escaped_slashes: EscapedSlashes::Redirect,
            merge_slashes: true,
            trusted_hops: 0,
        }
    }
}

/// Headers that are removed before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// All whose name begins with this.
    Prefix(&'static str),
    /// This one.
    Name(&'static str),
}

/// What modules and Envoy say to each other.
const PRIVATE: Removed = Removed::Prefix("x-httproute-");

/// What clients could say to Envoy's router, were they taken for internal ones (`meshNetworks` of Istio).
const ROUTER: [Removed; 12] = [
    Removed::Name("x-envoy-upstream-rq-timeout-ms"),
    Removed::Name("x-envoy-upstream-rq-per-try-timeout-ms"),
    Removed::Name("x-envoy-max-retries"),
    Removed::Name("x-envoy-retry-on"),
    Removed::Name("x-envoy-retry-grpc-on"),
    Removed::Name("x-envoy-retriable-status-codes"),
    Removed::Name("x-envoy-retriable-header-names"),
    Removed::Name("x-envoy-upstream-rq-timeout-alt-response"),
    Removed::Name("x-envoy-upstream-stream-duration-ms"),
    Removed::Name("x-envoy-upstream-alt-stat-name"),
    Removed::Name("x-envoy-hedge-on-per-try-timeout"),
    Removed::Name("x-envoy-original-path"),
];

impl FrontSettings {
    /// The headers of clients that are removed before anything else (`early_header_mutation_extensions`). In Istio's output the
    /// private headers of modules are among them, name by name.
    pub fn removed(&self) -> &'static [Removed] {
        match self.proxy {
            Proxy::Envoy => &[PRIVATE, Removed::Prefix("x-envoy-")],
            Proxy::Istio => &ROUTER,
            Proxy::EnvoyGateway => &[],
        }
    }

    /// What a connection manager for `chain` has for headers with an underscore in their name.
    pub fn underscores(&self, chain: &FilterChain) -> Underscores {
        self.underscores.unwrap_or_else(|| match (self.proxy, matches_underscore(&chain.configuration)) {
            // What Envoy Gateway does is for its ClientTrafficPolicy to say.
            (Proxy::Envoy | Proxy::Istio, true) => Underscores::Allow,
            _ => Underscores::Reject,
        })
    }
}

/// Whether a rule matches a header with an underscore in its name.
fn matches_underscore(configuration: &Value) -> bool {
    let list =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let routes = list(configuration, "routes");
    let rules = routes.iter().filter_map(|route| route.get("spec")).flat_map(|spec| list(spec, "rules"));
    let matches = rules.flat_map(|rule| list(&rule, "matches"));
    let mut headers = matches.flat_map(|one| list(&one, "headers"));
    headers.any(|header| header.get("name").and_then(Value::as_str).is_some_and(|name| name.contains('_')))
}

impl Underscores {
    /// As Envoy calls it.
    pub fn envoy_name(self) -> &'static str {
        match self {
            Underscores::Reject => "REJECT_REQUEST",
            Underscores::Drop => "DROP_HEADER",
            Underscores::Allow => "ALLOW",
        }
    }
}

impl EscapedSlashes {
    /// As Envoy calls it.
    pub fn envoy_name(self) -> &'static str {
        match self {
            EscapedSlashes::Redirect => "UNESCAPE_AND_REDIRECT",
            EscapedSlashes::Keep => "KEEP_UNCHANGED",
            EscapedSlashes::Reject => "REJECT_REQUEST",
            EscapedSlashes::Decode => "UNESCAPE_AND_FORWARD",
        }
    }
}

/// A version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

/// What the proxy did to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// What it changed, for people.
    pub steps: Vec<Step>,
    /// What became of the request.
    pub end: FrontEnd,
}

/// A change that the proxy makes to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The header that it is about.
    pub header: Option<String>,
    /// The change, as a sentence without subject: `removes te`.
    pub words: String,
}

/// What became of a request in front of the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrontEnd {
    /// The module gets it, with pseudo-headers.
    Module(HeaderLines),
    /// The proxy answers it, with these headers beside the status.
    Answer(Answer, Vec<HeaderOp>),
    /// HTTP/2: the proxy resets the stream or closes the connection.
    Reset,
}

/// The connection manager of a filter chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    settings: FrontSettings,
    underscores: Underscores,
    is_tls: bool,
}

/// An address from the range that is set aside for documentation (RFC 5737): nobody's.
pub const SOME_CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// The methods that Envoy's HTTP/1.1 parser knows.
const METHODS: [&str; 34] = [
    "ACL",
    "BIND",
    "CHECKOUT",
    "CONNECT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "MSEARCH",
    "NOTIFY",
    "OPTIONS",
    "PATCH",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "PUT",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "SOURCE",
    "SUBSCRIBE",
    "TRACE",
    "UNBIND",
    "UNLINK",
    "UNLOCK",
];

/// Envoy's limits for the head of a request, where nothing else is configured.
const MOST_HEADERS: usize = 100;
const LARGEST_HEAD: usize = 60 * 1024;

/// Why a request goes no further: the answer, and the reason for people.
struct Stop {
    status: u16,
    body: &'static str,
    details: &'static str,
    location: Option<Vec<u8>>,
    why: String,
}

impl Stop {
    fn new(status: u16, details: &'static str, why: impl Into<String>) -> Self {
        Stop { status, body: "", details, location: None, why: why.into() }
    }

    /// A request that is no HTTP/1.1 for Envoy's parser.
    fn codec(details: &'static str, why: impl Into<String>) -> Self {
        Stop { body: "Bad Request", ..Stop::new(400, details, why) }
    }
}

impl Front {
    /// The connection manager that a proxy with these settings has for `chain`.
    pub fn new(settings: &FrontSettings, chain: &FilterChain) -> Self {
        Front { underscores: settings.underscores(chain), is_tls: chain.https, settings: settings.clone() }
    }

    /// The connection manager of a port with or without TLS that has such a chain.
    pub fn with_tls(self, is_tls: bool) -> Self {
        Front { is_tls, ..self }
    }

    /// What becomes of a request before the first filter.
    pub fn receive(&self, sent: &Request) -> Received {
        let mut steps = Vec::new();
        let is_http2 = sent.version == HttpVersion::Http2;
        let parsed = match is_http2 {
            false => self.parse_http1(sent, &mut steps),
            true => self.parse_http2(sent, &mut steps),
        };
        let mut parsed = match parsed {
            Ok(parsed) => parsed,
            Err(stop) if is_http2 => {
                steps.push(Step { header: None, words: format!("resets the stream: {}", stop.why) });
                return Received { steps, end: FrontEnd::Reset };
            }
            Err(stop) => return stopped(steps, stop, false),
        };
        let is_grpc = parsed.headers.get("content-type").is_some_and(is_grpc);
        let managed = self.manage(sent, &mut parsed, &mut steps);
        steps.append(&mut parsed.headers.steps);
        match managed {
            Ok(()) => {
                let Parsed { method, scheme, authority, target, headers } = parsed;
                let pseudo = [
                    (":method", method),
                    (":scheme", scheme),
                    (":authority", authority.unwrap_or_default()),
                    (":path", target),
                ];
                let pseudo = pseudo.into_iter().map(|(name, value)| (name.as_bytes().to_vec(), value));
                Received { steps, end: FrontEnd::Module(pseudo.chain(headers.lines).collect()) }
            }
            Err(stop) => stopped(steps, stop, is_grpc),
        }
    }

    /// What Envoy's HTTP/1.1 parser makes of it.
    fn parse_http1(&self, sent: &Request, steps: &mut Vec<Step>) -> Result<Parsed, Stop> {
        let is_connect = sent.method == b"CONNECT";
        if !METHODS.iter().any(|method| method.as_bytes() == sent.method) && sent.method != b"UNSUBSCRIBE" {
            let why = format!("Envoy knows no method {} in HTTP/1.1", shown(&sent.method));
            return Err(Stop::codec("http1.codec_error", why));
        }
        // Any number of spaces separates the parts of the request line.
        let target = sent.target.trim_ascii();
        if !url::is_target(target, is_connect) {
            let why = "the path has a character that must be percent-encoded (a space, a control character, or one that is \
                       not ASCII)";
            return Err(Stop::codec("http1.codec_error", why));
        }
        let size = |(name, value): &(Vec<u8>, Vec<u8>)| name.len() + value.len() + 4;
        let head = sent.method.len() + sent.target.len() + 14 + sent.headers.iter().map(size).sum::<usize>();
        if head > LARGEST_HEAD {
            let why = "the head of the request is larger than 60 KiB";
            let stop = Stop::new(431, "http1.headers_too_large", why);
            return Err(Stop { body: "Request Header Fields Too Large", ..stop });
        }
        let mut lines = HeaderLines::new();
        let mut hosts = Vec::new();
        for (name, value) in &sent.headers {
            let (name, value) = (name.to_ascii_lowercase(), value.trim_ascii());
            if name.is_empty() || !name.iter().all(|&byte| is_token_byte(byte)) {
                let why = format!("a header name has characters that names must not have: {}", shown(&name));
                return Err(Stop::codec("http1.codec_error", why));
            }
            if has_control(value) {
                let why = format!("the header {} has a control character", shown(&name));
                return Err(Stop::codec("http1.invalid_characters", why));
            }
            if !self.keeps_underscore(&name, steps)? {
                continue;
            }
            match name.as_slice() {
                b"host" => hosts.push(value.to_vec()),
                b"content-length"
                    if value.is_empty()
                        || !value.iter().all(u8::is_ascii_digit)
                        || lines.iter().any(|(other, _)| *other == name) =>
                {
                    return Err(Stop::codec("http1.codec_error", "its Content-Length is not one number"));
                }
                _ => lines.push((name, value.to_vec())),
            }
            if lines.len() + hosts.len() > MOST_HEADERS {
                let stop = Stop::new(431, "http1.too_many_headers", "the request has more than 100 headers");
                return Err(Stop { body: "Request Header Fields Too Large", ..stop });
            }
        }
        let mut headers = Headers::new(lines, false);
        let authority = (!hosts.is_empty()).then(|| hosts.join(&b","[..]));
        let (mut authority, mut target, mut scheme) = (authority, target.to_vec(), None);
        headers.ignore_h2c();
        if let Some(encoding) = headers.get("transfer-encoding") {
            if headers.has("content-length") {
                let why = "it has both Transfer-Encoding and Content-Length";
                return Err(Stop::codec("http1.content_length_and_chunked_not_allowed", why));
            }
            if !encoding.eq_ignore_ascii_case(b"chunked") || is_connect {
                let why = "Envoy knows no Transfer-Encoding but chunked";
                let stop = Stop::new(501, "http1.invalid_transfer_encoding", why);
                return Err(Stop { body: "Not Implemented", ..stop });
            }
        }
        if !is_connect && headers.upgrade().is_none() {
            let nominated = headers.remove_nominated();
            nominated.map_err(|why| Stop::codec("http1.connection_header_rejected", why))?;
            let names_host = sent.headers.iter().any(|(name, value)| {
                name.eq_ignore_ascii_case(b"connection")
                    && value
                        .split(|&b| b == b',')
                        .any(|token| token.trim_ascii().eq_ignore_ascii_case(b"host"))
            });
            if names_host {
                authority = None;
            }
        }
        if is_connect {
            if !url::is_connect_target(&target) {
                return Err(Stop::codec("http1.invalid_url", "CONNECT needs HOST:PORT"));
            }
            authority = Some(std::mem::take(&mut target));
        } else if target.first() != Some(&b'/')
            && !(sent.method == b"OPTIONS" && target.first() == Some(&b'*'))
        {
            let Some(url) = Absolute::parse(&target) else {
                return Err(Stop::codec("http1.invalid_url", "the target is neither a path nor a URL"));
            };
            match url.scheme.to_ascii_lowercase().as_slice() {
                b"http" => {}
                b"https" if self.is_tls || self.settings.trusted_hops > 0 => {}
                b"https" => {
                    let why = "the target is a URL of https, but the connection has no TLS";
                    let stop = Stop::new(403, "http1.https_url_on_plaintext_connection", why);
                    return Err(Stop { body: "Forbidden", ..stop });
                }
                _ => {
                    return Err(Stop::codec("http1.invalid_scheme", "the target is a URL of another scheme"));
                }
            }
            scheme = Some(url.scheme.to_ascii_lowercase());
            authority = Some(url.authority.to_vec());
            let path = if url.target.is_empty() { b"/".to_vec() } else { url.target.to_vec() };
            let words = format!("takes host and path from the URL {}", shown(&sent.target));
            steps.push(Step { header: None, words });
            target = path;
        }
        if !authority.iter().flatten().all(|&byte| url::is_host_byte(byte)) {
            let why = "its Host has characters that hosts must not have";
            return Err(Stop::codec("http.invalid_authority", why));
        }
        let scheme = scheme.unwrap_or_default();
        Ok(Parsed { method: sent.method.clone(), scheme, authority, target, headers })
    }

    /// What Envoy's HTTP/2 parser makes of it. What it does not take ends the stream or the connection, without an answer.
    fn parse_http2(&self, sent: &Request, steps: &mut Vec<Step>) -> Result<Parsed, Stop> {
        let refused = |why: &str| Err(Stop::new(0, "http2.invalid.header.field", why));
        if sent.method.is_empty() || !sent.method.iter().all(|&byte| is_token_byte(byte) || byte == b'_') {
            return refused("the method has characters that methods must not have");
        }
        let is_connect = sent.method == b"CONNECT";
        let is_path = match sent.target.as_slice() {
            b"*" => sent.method == b"OPTIONS",
            // "The ":scheme" and ":path" pseudo-header fields MUST be omitted" (RFC 9113, section 8.5).
            target => {
                if is_connect {
                    target.is_empty()
                } else {
                    target.first() == Some(&b'/')
                }
            }
        };
        if !is_path || sent.target.iter().any(|&byte| byte <= b' ' || byte == 0x7f) {
            return refused("the path does not begin with a slash, or has a space or a control character");
        }
        let (mut lines, mut authority) = (HeaderLines::new(), None::<Vec<u8>>);
        for (name, value) in &sent.headers {
            match name.as_slice() {
                // The first is sent as :authority.
                b"host" => {
                    authority = authority.or_else(|| Some(value.clone()));
                    continue;
                }
                b"connection" | b"keep-alive" | b"proxy-connection" | b"transfer-encoding" | b"upgrade" => {
                    return refused(&format!("HTTP/2 has no header {}", shown(name)));
                }
                b"te" if !value.eq_ignore_ascii_case(b"trailers") => {
                    return refused("in HTTP/2 te must be \"trailers\"");
                }
                b"content-length"
                    if value.is_empty()
                        || !value.iter().all(u8::is_ascii_digit)
                        || lines.iter().any(|(other, _)| other == name) =>
                {
                    return refused("its content-length is not one number");
                }
                _ => {}
            }
            let is_name = |byte: &u8| is_token_byte(*byte) && !byte.is_ascii_uppercase();
            if name.is_empty() || !name.iter().all(is_name) {
                return refused(&format!(
                    "a header name has characters that names must not have: {}",
                    shown(name)
                ));
            }
            if has_control(value) {
                return refused(&format!("the header {} has a control character", shown(name)));
            }
            if self.keeps_underscore(name, steps)? {
                lines.push((name.clone(), value.clone()));
            }
        }
        let is_host = |host: &Vec<u8>| {
            !host.is_empty() && host.iter().all(|&byte| url::is_host_byte(byte) && byte != b'@')
        };
        if !authority.as_ref().is_some_and(is_host) {
            return refused("the host is missing or has characters that hosts must not have");
        }
        // Pseudo-headers count.
        if lines.len() + 4 > MOST_HEADERS {
            return refused("the request has more than 100 headers");
        }
        let scheme = if self.is_tls { "https" } else { "http" };
        let target = if is_connect { Vec::new() } else { sent.target.clone() };
        let (method, scheme) = (sent.method.clone(), scheme.as_bytes().to_vec());
        Ok(Parsed { method, scheme, authority, target, headers: Headers::new(lines, true) })
    }

    /// Whether a header is kept although, or because, its name has an underscore.
    fn keeps_underscore(&self, name: &[u8], steps: &mut Vec<Step>) -> Result<bool, Stop> {
        if !name.contains(&b'_') {
            return Ok(true);
        }
        let header = shown(name);
        match self.underscores {
            Underscores::Allow => Ok(true),
            Underscores::Drop => {
                let words = format!("removes {header}: its name has an underscore (--underscores drop)");
                steps.push(Step { header: Some(header), words });
                Ok(false)
            }
            Underscores::Reject => Err(Stop::codec(
                "http1.unexpected_underscore",
                format!(
                    "the name of the header {header} has an underscore (--underscores allow passes it on)"
                ),
            )),
        }
    }

    /// What the connection manager does with a request that its parser has taken.
    fn manage(&self, sent: &Request, parsed: &mut Parsed, steps: &mut Vec<Step>) -> Result<(), Stop> {
        parsed.headers.answer_expectation();
        if parsed.authority.is_none() {
            return Err(Stop::new(400, "missing_host_header", "the request has no Host header"));
        }
        let content_type = parsed.headers.get("content-type").unwrap_or_default();
        if parsed.method == b"QUERY" && content_type.is_empty() {
            let why = "a QUERY request needs a Content-Type";
            return Err(Stop::new(400, "query_missing_content_type", why));
        }
        if parsed.method == b"CONNECT" {
            let why = "Envoy has no route for CONNECT: no rule gets such a request";
            return Err(Stop::new(404, "route_not_found", why));
        }
        if parsed.target.first() != Some(&b'/') {
            let why = format!("the target {} is not a path", shown(&parsed.target));
            return Err(Stop::new(404, "absolute_path_rejected", why));
        }
        match path::normalise(&parsed.target, &self.settings) {
            Normalised::Refused(why) => {
                let hint = if self.settings.escaped_slashes == EscapedSlashes::Reject && why.contains("%2F") {
                    " (--escaped-slashes keep passes it on)"
                } else {
                    ""
                };
                return Err(Stop::new(400, "path_normalization_failed", format!("{why}{hint}")));
            }
            Normalised::Redirect(location) if parsed.headers.get("content-type").is_some_and(is_grpc) => {
                let why = format!("a gRPC request cannot be redirected to {}", shown(&location));
                return Err(Stop::new(400, "path_normalization_failed", why));
            }
            Normalised::Redirect(location) => {
                let why = "the path has an escaped slash or backslash (--escaped-slashes keep passes it on)";
                let stop = Stop::new(307, "path_normalization_failed", why);
                return Err(Stop { location: Some(location), ..stop });
            }
            Normalised::Path(path) if path != parsed.target => {
                let words = format!("normalises the path {} to {}", shown(&parsed.target), shown(&path));
                steps.push(Step { header: None, words });
                parsed.target = path;
            }
            Normalised::Path(_) => {}
        }
        self.manage_headers(sent, parsed)
    }

    fn manage_headers(&self, sent: &Request, parsed: &mut Parsed) -> Result<(), Stop> {
        let headers = &mut parsed.headers;
        if self.settings.proxy != Proxy::EnvoyGateway {
            headers.remove_private(&[PRIVATE], "modules and Envoy say such headers to each other");
        }
        headers.remove_private(self.settings.removed(), "Envoy takes such headers from nobody");
        headers.remove_private(&EDGE.map(Removed::Name), "Envoy takes it from no client outside");
        headers.sanitise();
        headers.identify(sent.client, self.is_tls, self.settings.trusted_hops);
        if parsed.scheme.is_empty() {
            let proto = headers.get("x-forwarded-proto").unwrap_or_default().to_ascii_lowercase();
            parsed.scheme = match (proto.as_slice(), self.is_tls) {
                (b"http" | b"https", _) => proto,
                (_, true) => b"https".to_vec(),
                (_, false) => b"http".to_vec(),
            };
        }
        match headers.upgrade() {
            Some(protocol) if !protocol.eq_ignore_ascii_case(b"websocket") => {
                let why = format!("Envoy upgrades to websocket only, not to {}", shown(protocol));
                Err(Stop::new(403, "upgrade_failed", why))
            }
            _ => Ok(()),
        }
    }
}

/// A request that Envoy's parser has taken.
struct Parsed {
    method: Vec<u8>,
    scheme: Vec<u8>,
    authority: Option<Vec<u8>>,
    target: Vec<u8>,
    headers: Headers,
}

/// The answer of Envoy.
fn stopped(mut steps: Vec<Step>, stop: Stop, is_grpc: bool) -> Received {
    let Stop { status, body, details, location, why } = stop;
    let location = location.map(|location| shown(&location));
    let words = match &location {
        Some(location) => format!("answers {status} to {location}: {why}"),
        None => format!("answers {status}: {why}"),
    };
    steps.push(Step { header: None, words });
    let answer = Answer { status, location, body: body.to_owned(), details: details.to_owned() };
    let (answer, headers) = if is_grpc { to_grpc(answer) } else { (answer, Vec::new()) };
    Received { steps, end: FrontEnd::Answer(answer, headers) }
}

/// What Envoy sends instead of an answer of its own, or of a module, to a gRPC request: its status in a header.
pub(crate) fn to_grpc(answer: Answer) -> (Answer, Vec<HeaderOp>) {
    // "HTTP to gRPC Status Code Mapping" of gRPC.
    let code = match answer.status {
        400 => "13",
        401 => "16",
        403 => "7",
        404 => "12",
        429 | 502..=504 => "14",
        _ => "2",
    };
    let mut fields = vec![("content-type", "application/grpc"), ("grpc-status", code)];
    if !answer.body.is_empty() {
        fields.push(("grpc-message", answer.body.as_str()));
    }
    let set =
        |(name, value): &(&str, &str)| HeaderOp::Set { name: (*name).into(), value: value.as_bytes().into() };
    let headers = fields.iter().map(set).collect();
    (Answer { status: 200, body: String::new(), ..answer }, headers)
}

/// Whether a request with this Content-Type is one of gRPC.
pub(crate) fn is_grpc(content_type: &[u8]) -> bool {
    content_type.strip_prefix(b"application/grpc").is_some_and(|rest| matches!(rest, [] | [b'+', ..]))
}

/// A byte of a `token` (RFC 9110, section 5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn has_control(value: &[u8]) -> bool {
    value.iter().any(|&byte| (byte < b' ' && byte != b'\t') || byte == 0x7f)
}

/// Bytes as text for people.
fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
