//! What the proxy does to a request before the module sees it.
//!
//! [`FrontSettings`] are the settings of Envoy's connection manager that the command line renders.

use serde_json::Value;

use crate::resolve::FilterChain;

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
