//! Routes, and requests that belong to them: the same for the modules, for Envoy's own routes and for the micro-benchmarks.

use std::io::Write;

use httproute_integration::load::{Answer, Traffic};
use serde_json::{Value, json};

/// The name of the one upstream, as the modules make it from a backendRef.
pub const UPSTREAM: &str = "bench/backend/80";
/// A second name for the same upstream.
pub const SECOND_UPSTREAM: &str = "bench/second/80";
/// The request header that names the rule, so that an answer shows which one was carried out.
pub const RULE_HEADER: &str = "x-bench-rule";
/// The other request header.
pub const SECOND_HEADER: &str = "x-bench-second";
/// What the other request header is set to.
pub const SECOND_VALUE: &str = "second";
/// The response header, which tells of which configuration an answer is.
pub const MARK_HEADER: &str = "x-bench-mark";
/// What it is set to, where a configuration is not swapped.
pub const MARK: &str = "a";

/// Header lines: name and value of each.
pub type Lines = Vec<(Vec<u8>, Vec<u8>)>;

/// By what the routes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Each has a path prefix of its own.
    Prefixes,
    /// They are spread over so many hostnames, and each has a path prefix of its own.
    Hosts(usize),
    /// The same with wildcards for hostnames.
    Wildcards(usize),
    /// Each has a regular expression for a path, all for one host.
    Regexes,
    /// All have the same path, and each the value of a header of its own.
    Headers,
}

/// So many routes of a shape. Each sets two request headers and a response header, and has one backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// By what the routes differ.
    pub shape: Shape,
    /// How many there are.
    pub routes: usize,
    /// Whether each has filters of all kinds that go together, and two backends.
    pub all_kinds: bool,
}

impl Workload {
    /// So many routes of a shape.
    pub fn new(shape: Shape, routes: usize) -> Self {
        Workload { shape, routes, all_kinds: false }
    }

    /// The configuration of a module; `mark` is what its answers are marked with.
    pub fn configuration(&self, mark: &str) -> String {
        let routes: Vec<_> = (0..self.routes).map(|number| self.route(number, mark)).collect();
        json!({ "routes": routes }).to_string()
    }

    fn route(&self, number: usize, mark: &str) -> Value {
        let mut filters = vec![
            json!({ "type": "RequestHeaderModifier", "requestHeaderModifier": { "set": [
                { "name": RULE_HEADER, "value": id(number) },
                { "name": SECOND_HEADER, "value": SECOND_VALUE },
            ] } }),
            json!({ "type": "ResponseHeaderModifier", "responseHeaderModifier": { "set": [
                { "name": MARK_HEADER, "value": mark },
            ] } }),
        ];
        let mut backends = vec![json!({ "name": "backend", "port": 80 })];
        if self.all_kinds {
            filters.insert(0, json!({ "type": "CORS", "cors": { "allowOrigins": [ORIGIN] } }));
            filters.push(json!({ "type": "URLRewrite", "urlRewrite": {
                "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": "/new" },
            } }));
            backends = vec![
                json!({ "name": "backend", "port": 80, "weight": 90 }),
                json!({ "name": "second", "port": 80, "weight": 10 }),
            ];
        }
        let mut route = json!({
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": { "namespace": "bench", "name": format!("app-{}", id(number)) },
            "spec": { "rules": [{
                "matches": [self.condition(number)], "filters": filters, "backendRefs": backends,
            }] },
        });
        if let Some(hostname) = self.hostname(number) {
            route["spec"]["hostnames"] = json!([hostname]);
        }
        route
    }

    fn condition(&self, number: usize) -> Value {
        match self.shape {
            Shape::Prefixes | Shape::Hosts(_) | Shape::Wildcards(_) => {
                json!({ "path": { "type": "PathPrefix", "value": prefix(number) } })
            }
            Shape::Regexes => json!({ "path": { "type": "RegularExpression", "value": regex(number) } }),
            Shape::Headers => json!({
                "path": { "type": "PathPrefix", "value": prefix(0) },
                "headers": [{ "name": VARIANT_HEADER, "value": id(number) }],
            }),
        }
    }

    /// The hostname that route `number` is for, if it is not for all.
    pub fn hostname(&self, number: usize) -> Option<String> {
        match self.shape {
            Shape::Hosts(hosts) => Some(format!("h-{}.example.com", id(number % hosts))),
            Shape::Wildcards(hosts) => Some(format!("*.h-{}.example.com", id(number % hosts))),
            Shape::Prefixes | Shape::Regexes | Shape::Headers => None,
        }
    }

    /// A request that belongs to route `number`.
    pub fn request(&self, number: usize) -> Request {
        let headers = match self.shape {
            Shape::Headers => vec![(VARIANT_HEADER, id(number))],
            _ if self.all_kinds => vec![("origin", ORIGIN.to_owned())],
            _ => Vec::new(),
        };
        let host = self.hostname(number).unwrap_or_else(|| "example.com".to_owned()).replace('*', "www");
        let path = prefix(if self.shape == Shape::Headers { 0 } else { number });
        Request { host, target: format!("{path}{BELOW}"), headers }
    }

    /// The header lines of the request of this number, as Envoy holds them.
    pub fn lines(&self, number: u64) -> Lines {
        let request = self.request(self.pick(number));
        let mut lines: Lines = [
            (":authority", request.host.as_str()),
            (":path", &request.target),
            (":method", "GET"),
            (":scheme", "http"),
            ("user-agent", "bench"),
            ("accept", "*/*"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-proto", "http"),
            ("x-request-id", "7d8f3c7e-5d0c-4f6e-9d0b-2f3a1c9e8b7a"),
        ]
        .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
        .into();
        lines.extend(request.headers.into_iter().map(|(name, value)| (name.into(), value.into_bytes())));
        lines
    }

    /// The route that the request of this number is for: any, but the same in each run.
    pub fn pick(&self, number: u64) -> usize {
        // SplitMix64: neighbours have nothing in common.
        let mut mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % self.routes as u64) as usize
    }
}

const ORIGIN: &str = "https://shop.example.com";
/// What a request has behind the prefix of its route.
const BELOW: &str = "/items?id=7";
/// The header by which [`Shape::Headers`] tells its routes apart.
pub(crate) const VARIANT_HEADER: &str = "x-variant";

/// Of equal length for each, so that no variant has longer requests than another.
pub(crate) fn id(number: usize) -> String {
    format!("{number:05}")
}

pub(crate) fn prefix(number: usize) -> String {
    format!("/app-{}", id(number))
}

/// The pattern of route `number` of [`Shape::Regexes`].
pub fn regex(number: usize) -> String {
    format!("/app-{}/[a-z]+", id(number))
}

/// A request, without its method, which is GET.
#[derive(Clone, Debug)]
pub struct Request {
    /// The host that is asked for.
    pub host: String,
    /// Path and query.
    pub target: String,
    /// Headers beside the host.
    pub headers: Vec<(&'static str, String)>,
}

/// What must have been done to a request and its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing at all.
    Nothing,
    /// All that the rule says.
    All,
    /// What a single module does of it: header operations.
    Headers,
    /// A new path.
    Rewrite,
    /// Headers for another origin's scripts.
    Cors,
}

/// The requests of a workload, and what must come of them.
#[derive(Debug)]
pub struct Requests {
    /// Which.
    pub workload: Workload,
    /// What must have been done to them.
    pub done: Done,
    /// How many have been sent before, in earlier rounds.
    pub before: u64,
}

impl Traffic for Requests {
    fn request(&mut self, number: u64, out: &mut Vec<u8>) {
        let request = self.workload.request(self.workload.pick(self.before + number));
        let (target, host) = (&request.target, &request.host);
        // Writing to memory does not fail.
        let _ = write!(out, "GET {target} HTTP/1.1\r\nhost: {host}\r\nuser-agent: bench\r\naccept: */*\r\n");
        for (name, value) in &request.headers {
            let _ = write!(out, "{name}: {value}\r\n");
        }
        out.extend_from_slice(b"\r\n");
    }

    fn check(&mut self, number: u64, answer: &Answer<'_>) -> Result<(), String> {
        self.done.check(&self.workload, self.workload.pick(self.before + number), answer)
    }
}

impl Done {
    /// Says what is wrong with the answer to a request for route `number`; the backend answered with what it received.
    pub fn check(self, workload: &Workload, number: usize, answer: &Answer<'_>) -> Result<(), String> {
        let received = std::str::from_utf8(answer.body).map_err(|_| "the backend did not answer")?;
        let wrong = |what: &str| Err(format!("{what}: {} {:?}\n{received}", answer.status, answer.headers));
        if answer.status != 200 {
            return wrong("not 200");
        }
        let headers = matches!(self, Done::All | Done::Headers);
        let rewritten = self == Done::Rewrite || (self == Done::All && workload.all_kinds);
        let cors = self == Done::Cors || (self == Done::All && workload.all_kinds);
        let target = workload.request(number).target;
        let target = if rewritten { format!("/new{BELOW}") } else { target };
        if received.strip_prefix("GET ").and_then(|rest| rest.split("\r\n").next()) != Some(&target) {
            return wrong("not the path that was due");
        }
        if line(received, RULE_HEADER) != headers.then_some(&*id(number)) {
            return wrong("not the rule that was due");
        }
        if line(received, SECOND_HEADER) != headers.then_some(SECOND_VALUE) {
            return wrong("not the second request header that was due");
        }
        if answer.header(MARK_HEADER).is_some() != headers {
            return wrong("not the response header that was due");
        }
        if answer.header("access-control-allow-origin").is_some() != cors {
            return wrong("not the header for CORS that was due");
        }
        Ok(())
    }
}

/// The value of a header line in what the backend received.
fn line<'a>(received: &'a str, name: &str) -> Option<&'a str> {
    let lines = received.split("\r\n");
    lines.into_iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}
