//! Which rule a request belongs to.

pub(crate) mod dots;
pub(crate) mod header;
pub(crate) mod host;
pub(crate) mod normal;
pub(crate) mod path;
pub(crate) mod pattern;
pub(crate) mod rank;
pub(crate) mod subject;
pub(crate) mod work;

use header::{HeaderMatch, QueryParamMatch};
use path::PathMatch;
use subject::Subject;

/// One entry of `rules[].matches`: "the route will match only if all specified conditions are satisfied".
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub(crate) path: PathMatch,
    /// What it asks for beside the path, which most matches do not.
    pub(crate) conditions: Option<Box<Conditions>>,
    /// Everything in it could be read. What cannot be read excludes no request, and may be what other matches of the same path
    /// have less of: one that is not sound comes before them, so that none of its requests goes to another rule.
    pub(crate) sound: bool,
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
    /// A match of which nothing can be read: any request may be meant for it.
    pub(crate) fn unreadable() -> Self {
        Match { path: PathMatch::Unreadable, conditions: None, sound: false }
    }

    /// Whether all conditions hold but Exact and PathPrefix, which the index has looked at.
    ///
    /// A search ends with the match that this accepts. So it does where the work is spent: which rule the request belongs to
    /// will not be known.
    #[inline]
    pub(crate) fn accepts(&self, subject: &Subject<'_, '_>) -> bool {
        if !subject.work.spend_on_candidate() {
            return true;
        }
        match &self.conditions {
            None => self.path.accepts(subject),
            Some(conditions) => {
                conditions.have_method(subject.request.method())
                    && self.path.accepts(subject)
                    && conditions.headers.iter().all(|header| header.accepts(subject))
                    && conditions.query_params.iter().all(|param| param.accepts(subject))
            }
        }
    }

    /// Whether the request that a preflight asks about may belong to this match. Header conditions are left out: a browser
    /// asks before it sends them.
    pub(crate) fn accepts_preflight(&self, subject: &Subject<'_, '_>, method: &[u8]) -> bool {
        if !subject.work.spend_on_candidate() {
            return true;
        }
        let conditions = self.conditions.as_deref();
        conditions.is_none_or(|conditions| conditions.have_method(method))
            && self.path.accepts(subject)
            && conditions
                .is_none_or(|conditions| conditions.query_params.iter().all(|param| param.accepts(subject)))
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
    pub(crate) fn accepts(&self, subject: &Subject<'_, '_>) -> bool {
        match self {
            PathMatch::Exact(_) | PathMatch::Prefix(_) | PathMatch::Unreadable => true,
            PathMatch::Regex(pattern) => pattern.matches(&subject.path, subject.work),
        }
    }
}
