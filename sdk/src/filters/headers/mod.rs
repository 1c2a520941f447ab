//! `RequestHeaderModifier` and `ResponseHeaderModifier`.

mod config;
#[cfg(test)]
mod tests;

pub(crate) use config::{decode_request, decode_response};

use std::borrow::Cow;

use super::{Cx, Filter, Flow};
use crate::header_op::HeaderOp;
use crate::plan::Plan;

/// "HTTPHeaderFilter defines a filter that modifies the headers of an HTTP request": a `RequestHeaderModifier`.
#[derive(Clone, Debug)]
pub(crate) struct RequestHeaderModifier {
    ops: Box<[HeaderOp]>,
    /// Whether one of them sets the host.
    sets_host: bool,
    /// Whether the request has no `X-Forwarded-Proto` after them; `None` if they do not change it.
    removes_proto: Option<bool>,
}

/// A `ResponseHeaderModifier`.
#[derive(Clone, Debug)]
pub(crate) struct ResponseHeaderModifier {
    pub(crate) ops: Box<[HeaderOp]>,
}

impl Filter for RequestHeaderModifier {
    #[inline]
    fn on_request<'r>(&'r self, _: &mut Cx<'_>, plan: &mut Plan<'r>) -> Flow {
        if !self.ops.is_empty() {
            plan.request_headers.push(Cow::Borrowed(&self.ops));
            // Of two filters that change the host, the later has the last word.
            if self.sets_host {
                plan.authority = None;
            }
            if let Some(removes) = self.removes_proto {
                plan.removes_proto = removes;
            }
        }
        Flow::Continue
    }
}

impl Filter for ResponseHeaderModifier {
    #[inline]
    fn on_request<'r>(&'r self, _: &mut Cx<'_>, plan: &mut Plan<'r>) -> Flow {
        if !self.ops.is_empty() {
            plan.response_headers.push(Cow::Borrowed(&self.ops));
        }
        Flow::Continue
    }
}
