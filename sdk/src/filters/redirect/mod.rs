//! `RequestRedirect`.

mod config;
mod location;
#[cfg(test)]
mod tests;

pub(crate) use config::{decode, decode_hostname};

use super::path_modifier::PathModifier;
use super::{Cx, Filter, Flow};
use crate::listener::Scheme;
use crate::plan::{Plan, Redirection};

/// "HTTPRequestRedirectFilter defines a filter that redirects a request."
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestRedirect {
    /// "When empty, the scheme of the request is used."
    scheme: Option<Scheme>,
    /// "When empty, the hostname in the `Host` header of the request is used."
    hostname: Option<Box<str>>,
    /// "When empty, the request path is used as-is."
    path: Option<PathModifier>,
    /// See [`location`] for what takes its place.
    port: Option<u16>,
    status: u16,
}

impl Filter for RequestRedirect {
    fn on_request<'r>(&'r self, cx: &mut Cx<'_>, plan: &mut Plan<'r>) -> Flow {
        let Some(location) = self.location(cx) else { return Flow::BadHost };
        plan.redirect = Some(Redirection { status: self.status, location });
        Flow::Answered
    }
}
