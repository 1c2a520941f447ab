//! Which rule a request belongs to.

pub(crate) mod dots;
pub(crate) mod header;
pub(crate) mod host;
pub(crate) mod path;
pub(crate) mod pattern;
pub(crate) mod rank;
pub(crate) mod work;

use crate::request::RequestView;
use header::{HeaderMatch, QueryParamMatch};
use path::PathMatch;
use work::Work;

/// One entry of `rules[].matches`: "the route will match only if all specified conditions are satisfied".
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub(crate) path: PathMatch,
    /// What it asks for beside the path, which most matches do not.
    pub(crate) conditions: Option<Box<Conditions>>,
    /// Something in it cannot be read, and nothing but its path says which requests it is for: it comes after those of the
    /// same path that are whole, so that it takes nothing from them.
    pub(crate) last: bool,
}

/// What a match asks for beside the path.
#[derive(Clone, Debug)]
pub(crate) struct Conditions {
    pub(crate) method: Option<Box<str>>,
    pub(crate) headers: Box<[HeaderMatch]>,
    pub(crate) query_params: Box<[QueryParamMatch]>,
}

/// A match of a rule that a request may belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Index of the rule among all rules of the configuration.
    pub(crate) rule: u32,
    /// Index of the match in the rule.
    pub(crate) matched: u32,
}

impl Match {
    /// Whether all conditions hold but Exact and PathPrefix, which the index has looked at.
    #[inline]
    pub(crate) fn accepts(&self, request: &RequestView<'_>, work: &Work) -> bool {
        match &self.conditions {
            None => self.path.accepts(request.path(), work),
            Some(conditions) => {
                conditions.have_method(request.method())
                    && self.path.accepts(request.path(), work)
                    && conditions.headers.iter().all(|header| header.accepts(request, work))
                    && conditions.query_params.iter().all(|param| param.accepts(request, work))
            }
        }
    }

    /// Whether the request that a preflight asks about may belong to this match. Header conditions are left out: a browser
    /// asks before it sends them.
    pub(crate) fn accepts_preflight(&self, request: &RequestView<'_>, method: &[u8], work: &Work) -> bool {
        let conditions = self.conditions.as_deref();
        conditions.is_none_or(|conditions| conditions.have_method(method))
            && self.path.accepts(request.path(), work)
            && conditions.is_none_or(|conditions| {
                conditions.query_params.iter().all(|param| param.accepts(request, work))
            })
    }
}

impl Conditions {
    #[inline]
    fn have_method(&self, method: &[u8]) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted.as_bytes() == method)
    }
}

impl PathMatch {
    /// Whether a regular expression matches; the index has looked at all else.
    #[inline]
    pub(crate) fn accepts(&self, path: &[u8], work: &Work) -> bool {
        match self {
            PathMatch::Exact(_) | PathMatch::Prefix(_) => true,
            PathMatch::Regex(pattern) => pattern.matches(path, work),
        }
    }
}
