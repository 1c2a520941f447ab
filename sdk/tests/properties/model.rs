//! The part of a configuration that decides which rule a request belongs to, and its form as JSON.

use std::fmt;

use httproute_sdk::RequestView;
use serde_json::{Map, Value, json};

/// A configuration of a module.
#[derive(Clone, Default)]
pub(crate) struct Configuration {
    pub(crate) routes: Vec<Route>,
    /// Empty: the configuration does not speak of listeners.
    pub(crate) listeners: Vec<Listener>,
    pub(crate) misdirected: Vec<&'static str>,
}

/// A listener of the filter chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listener {
    pub(crate) hostname: Option<&'static str>,
    /// The routes that are attached, as `namespace/name`; `None` attaches all.
    pub(crate) routes: Option<Vec<String>>,
}

/// An HTTPRoute.
#[derive(Clone, Debug, Default)]
pub(crate) struct Route {
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    /// RFC 3339, always in UTC, as the API server writes it.
    pub(crate) created: Option<&'static str>,
    pub(crate) hostnames: Vec<&'static str>,
    pub(crate) rules: Option<Vec<Rule>>,
}

/// A rule: `None` where `matches` is absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rule {
    pub(crate) matches: Option<Vec<Match>>,
}

/// An entry of `matches`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Match {
    pub(crate) path: Option<PathMatch>,
    pub(crate) method: Option<&'static str>,
    pub(crate) headers: Vec<Named>,
    pub(crate) query: Vec<Named>,
}

/// `path`; absent members take the defaults of the API.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathMatch {
    pub(crate) kind: Option<PathKind>,
    pub(crate) value: Option<String>,
}

/// The types of a path match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathKind {
    Exact,
    PathPrefix,
    RegularExpression,
}

/// An entry of `headers` or `queryParams`; `regex` is `None` where the type is left to the default.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
    pub(crate) regex: Option<bool>,
}

/// A request as a client sends it.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) scheme: &'static str,
    pub(crate) authority: Vec<u8>,
    pub(crate) target: Vec<u8>,
    pub(crate) headers: Vec<(&'static str, Vec<u8>)>,
    pub(crate) local_port: Option<u16>,
}

impl Configuration {
    pub(crate) fn to_json(&self) -> Value {
        let mut document = Map::new();
        document.insert("routes".into(), self.routes.iter().map(Route::to_json).collect());
        if !self.listeners.is_empty() {
            let listeners = self.listeners.iter().enumerate();
            document.insert(
                "listeners".into(),
                listeners.map(|(place, listener)| listener.to_json(place)).collect(),
            );
        }
        if !self.misdirected.is_empty() {
            document.insert("misdirected".into(), json!(self.misdirected));
        }
        document.into()
    }
}

impl Listener {
    fn to_json(&self, place: usize) -> Value {
        let mut listener = Map::new();
        listener.insert("gateway".into(), "infra/public".into());
        listener.insert("name".into(), format!("listener-{place}").into());
        listener.insert("port".into(), 80.into());
        listener.insert("protocol".into(), "HTTP".into());
        self.hostname.map(|hostname| listener.insert("hostname".into(), hostname.into()));
        self.routes.as_ref().map(|routes| listener.insert("routes".into(), json!(routes)));
        listener.into()
    }
}

impl Route {
    /// `namespace/name`.
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut metadata = Map::new();
        metadata.insert("namespace".into(), self.namespace.into());
        metadata.insert("name".into(), self.name.into());
        self.created.map(|created| metadata.insert("creationTimestamp".into(), created.into()));
        let mut spec = Map::new();
        if !self.hostnames.is_empty() {
            spec.insert("hostnames".into(), json!(self.hostnames));
        }
        let rules = self.rules.as_ref();
        rules.map(|rules| spec.insert("rules".into(), rules.iter().map(Rule::to_json).collect()));
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": metadata,
            "spec": spec,
        })
    }
}

impl Rule {
    pub(crate) fn to_json(&self) -> Value {
        let mut rule = Map::new();
        let matches = self.matches.as_ref();
        matches.map(|matches| rule.insert("matches".into(), matches.iter().map(Match::to_json).collect()));
        rule.insert("backendRefs".into(), json!([{ "name": "backend", "port": 80 }]));
        rule.into()
    }
}

impl Match {
    fn to_json(&self) -> Value {
        let mut entry = Map::new();
        if let Some(path) = &self.path {
            let mut object = Map::new();
            path.kind.map(|kind| object.insert("type".into(), format!("{kind:?}").into()));
            path.value.as_ref().map(|value| object.insert("value".into(), value.as_str().into()));
            entry.insert("path".into(), object.into());
        }
        self.method.map(|method| entry.insert("method".into(), method.into()));
        for (key, list) in [("headers", &self.headers), ("queryParams", &self.query)] {
            if !list.is_empty() {
                entry.insert(key.into(), list.iter().map(Named::to_json).collect());
            }
        }
        entry.into()
    }
}

impl Named {
    fn to_json(&self) -> Value {
        let mut entry = Map::new();
        entry.insert("name".into(), self.name.into());
        entry.insert("value".into(), self.value.into());
        let kind = self.regex.map(|regex| if regex { "RegularExpression" } else { "Exact" });
        kind.map(|kind| entry.insert("type".into(), kind.into()));
        entry.into()
    }
}

impl Request {
    /// `GET` for this host and target.
    pub(crate) fn get(authority: &str, target: &str) -> Request {
        Request {
            method: "GET",
            scheme: "http",
            authority: authority.into(),
            target: target.into(),
            headers: Vec::new(),
            local_port: Some(80),
        }
    }

    /// Whether a redirect can send the client to the host that it asked for.
    pub(crate) fn names_a_host(&self) -> bool {
        !self.authority.is_empty()
    }

    /// Calls `see` with the request as the core sees it.
    pub(crate) fn view<T>(&self, see: impl FnOnce(&RequestView<'_>) -> T) -> T {
        let pseudo: [(&[u8], &[u8]); 4] = [
            (b":method", self.method.as_bytes()),
            (b":scheme", self.scheme.as_bytes()),
            (b":authority", &self.authority),
            (b":path", &self.target),
        ];
        let headers = self.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_slice()));
        let lines: Vec<(&[u8], &[u8])> = pseudo.into_iter().chain(headers).collect();
        see(&RequestView::new(&lines, &|| self.local_port))
    }
}

/// The JSON, ready to be pasted.
impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_json())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Request { method, scheme, authority, target, headers, local_port } = self;
        let (authority, target) = (authority.escape_ascii(), target.escape_ascii());
        write!(f, "{method} {scheme} {authority} {target} at port {local_port:?}")?;
        headers.iter().try_for_each(|(name, value)| write!(f, " {name}: {}", value.escape_ascii()))
    }
}
