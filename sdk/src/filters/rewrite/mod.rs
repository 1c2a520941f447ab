//! `URLRewrite`.

use std::borrow::Cow;

use super::path_modifier::{self, PathModifier};
use super::redirect::decode_hostname;
use super::{Cx, Filter, Flow};
use crate::plan::Plan;
use crate::reading::node::Node;
use crate::reading::report::Report;
use crate::references::RuleScope;

/// "HTTPURLRewriteFilter defines a filter that modifies a request during forwarding."
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UrlRewrite {
    /// "the value to be used to replace the Host header value during forwarding"
    hostname: Option<Box<str>>,
    /// "Path defines a path rewrite."
    path: Option<PathModifier>,
}

pub(crate) fn decode(node: &Node<'_>, scope: &RuleScope<'_>, report: &mut Report) -> Option<UrlRewrite> {
    let rewrite = node.object(report)?;
    rewrite.only(&["hostname", "path"], report);
    let hostname = rewrite.get("hostname").and_then(|node| decode_hostname(&node, report));
    let path = rewrite.get("path").and_then(|node| path_modifier::decode(&node, scope, report));
    Some(UrlRewrite { hostname, path })
}

impl Filter for UrlRewrite {
    /// A later rewrite (that of the chosen backend) takes the place of an earlier one: both speak of the request as it
    /// arrived.
    fn on_request<'r>(&'r self, cx: &mut Cx<'_>, plan: &mut Plan<'r>) -> Flow {
        if self.hostname.is_some() {
            plan.authority = self.hostname.as_deref().map(Cow::Borrowed);
        }
        if let Some(path) = &self.path {
            plan.path = Some(path.apply(cx.request, cx.prefix.unwrap_or_default()));
        }
        Flow::Continue
    }
}
