//! The decision about one request, as data.

use std::borrow::Cow;
use std::fmt;

use smallvec::SmallVec;

use crate::decision::{Decision, NoRule};
use crate::extension::{Answer, Effects, ObjectName};
use crate::header_op::HeaderOp;
use crate::kinds::Kinds;
use crate::reply::Reply;
use crate::settings::Unmatched;
use crate::timeouts::Timeouts;

/// What becomes of one request: the rule it belongs to, and all that the rule's filters do to it.
///
/// A plan holds everything that the rule says, whatever module asked for it. A module carries out the kinds that it is for
/// ([`Kinds`]) and leaves the rest to the others. Static parts are borrowed from the compiled configuration.
#[derive(Debug)]
pub struct Plan<'r> {
    /// Which rule was chosen, in a form that outlives the plan and travels to other modules.
    pub decision: Decision,
    /// The rule that was chosen, for logs and people; `None` where the request belongs to no rule.
    pub rule: Option<RuleName<'r>>,
    /// The kinds in which something in the rule is wrong: a module that carries one of them out answers 500.
    pub broken: Kinds,
    /// Changes to the request's headers: one list for each modifier, in the order of execution. Those of modifiers are borrowed;
    /// those of custom filters are owned. None of them changes a header that belongs to the proxy.
    pub request_headers: Steps<'r>,
    /// Whether these changes remove `X-Forwarded-Proto`. A proxy may need that header to choose a route, so it is the route that
    /// removes it: the upstream is then named by another header
    /// ([`Settings::cluster_header_without_proto`](crate::Settings::cluster_header_without_proto)).
    pub removes_proto: bool,
    /// The new path and query of the request, where a filter rewrites it.
    pub path: Option<Vec<u8>>,
    /// The new authority of the request, where a filter rewrites it.
    pub authority: Option<Cow<'r, str>>,
    /// The redirect that answers the request.
    pub redirect: Option<Redirection>,
    /// Whether the request is a preflight that a CORS filter answers.
    pub preflight: bool,
    /// Where the request goes.
    pub backend: Backend<'r>,
    /// How long the request may take.
    pub timeouts: Timeouts,
    /// The copies to send.
    pub mirrors: SmallVec<[Mirror<'r>; 2]>,
    /// Changes to the response's headers, in the order of execution.
    pub response_headers: Steps<'r>,
    /// Changes to the response's headers that a CORS filter makes, behind the others. They depend on the request.
    pub cors: Vec<HeaderOp>,
    /// What custom filters did; `None` where none saw the request.
    pub extensions: Option<Box<Effects>>,
}

/// A redirect, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// The HTTP status: 301, 302, 303, 307 or 308.
    pub status: u16,
    /// The value of the `Location` header: an absolute URI.
    pub location: String,
}

/// Lists of header changes, to be carried out one list after the other.
pub type Steps<'r> = SmallVec<[Cow<'r, [HeaderOp]>; 2]>;

/// The name of a rule, as people and logs speak of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleName<'r> {
    /// `namespace/name` of the route.
    pub route: &'r str,
    /// The rule's place in the route, from 0.
    pub rule: usize,
    /// The place of the match that won in the rule, from 0.
    pub matched: usize,
    /// The rule's own name, where it has one.
    pub name: Option<&'r str>,
}

/// `shop/cart#canary`, or `shop/cart#1` where the rule has no name.
impl fmt::Display for RuleName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => write!(f, "{}#{name}", self.route),
            None => write!(f, "{}#{}", self.route, self.rule),
        }
    }
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend<'r> {
    /// To this upstream of the proxy.
    Cluster(&'r str),
    /// Nowhere: the rule has no `backendRefs`, or those it has weigh nothing. Without a filter that answers, "a 500".
    None,
    /// To a reference that cannot be resolved: "requests that would have been sent to it MUST receive a 500 status code".
    Unresolved,
}

/// One copy of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror<'r> {
    /// The upstream that gets it.
    pub cluster: &'r str,
    /// How it travels.
    pub carrier: Carrier,
    /// How many of [`Plan::request_headers`] were carried out before the mirror filter: the copy shows those.
    pub header_steps: usize,
    /// The path and query of the copy, where a filter before the mirror rewrote it.
    pub path: Option<Vec<u8>>,
    /// The authority of the copy, where a filter before the mirror rewrote it.
    pub authority: Option<Cow<'r, str>>,
}

/// How a copy travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// The proxy sends it: the module puts the upstream's name in this one of the mirror headers
    /// ([`Settings::mirror_headers`](crate::Settings::mirror_headers), from 0).
    Proxy(usize),
    /// The module sends it.
    Module,
}

impl<'r> Plan<'r> {
    /// A plan in which nothing has been decided but the rule.
    #[inline]
    pub(crate) fn new(decision: Decision, rule: Option<RuleName<'r>>, broken: Kinds) -> Self {
        Plan {
            decision,
            rule,
            broken,
            request_headers: SmallVec::new(),
            removes_proto: false,
            path: None,
            authority: None,
            redirect: None,
            preflight: false,
            backend: Backend::None,
            timeouts: Timeouts::default(),
            mirrors: SmallVec::new(),
            response_headers: SmallVec::new(),
            cors: Vec::new(),
            extensions: None,
        }
    }

    /// Whether a module that carries out `kinds` is to leave this request as it is, because it belongs to no rule.
    pub fn passes(&self, kinds: Kinds, unmatched: Option<Unmatched>) -> bool {
        self.rule.is_none() && self.reply(kinds, unmatched).is_none()
    }

    /// Whether something that a module of these `kinds` carries out is wrong in the rule.
    #[inline]
    pub fn is_broken(&self, kinds: Kinds) -> bool {
        self.broken.has(kinds)
    }

    /// Whether a custom filter returned an error: the request is answered with 500, and has no copies.
    pub fn is_failed(&self) -> bool {
        self.extensions.as_ref().is_some_and(|effects| effects.failed)
    }

    /// The objects of the custom filters of which only the kind is known here
    /// ([`Registry::with_unknown`](crate::extension::Registry::with_unknown)): the plan is made as if they let the request pass, and a module that
    /// has their code may decide otherwise.
    pub fn undecided(&self) -> &[ObjectName] {
        self.extensions.as_ref().map_or(&[], |effects| &effects.undecided)
    }

    /// The answer of a custom filter.
    pub(crate) fn custom_answer(&self) -> Option<&Answer> {
        self.extensions.as_ref()?.answer.as_ref()
    }

    /// The answer that a module which carries out `kinds` gives by itself; `None` where the request goes on.
    ///
    /// `unmatched` is what the configuration says of requests that belong to no rule. Where it says nothing, modules that
    /// choose backends reject them and others let them pass.
    pub fn reply(&self, kinds: Kinds, unmatched: Option<Unmatched>) -> Option<Reply<'_>> {
        let chooses_backends = kinds.has(Kinds::BACKENDS);
        match self.decision {
            Decision::NoRule(NoRule::DotSegment) => chooses_backends.then_some(Reply::DOT_SEGMENT),
            Decision::NoRule(NoRule::BadHost) => chooses_backends.then_some(Reply::BAD_HOST),
            Decision::NoRule(NoRule::TooCostly) => chooses_backends.then_some(Reply::TOO_COSTLY),
            Decision::NoRule(NoRule::Broken) => chooses_backends.then_some(Reply::BROKEN_RULE),
            Decision::NoRule(NoRule::Misdirected) => chooses_backends.then_some(Reply::MISDIRECTED),
            Decision::NoRule(NoRule::Unmatched) => {
                let default = if chooses_backends { Unmatched::Reject } else { Unmatched::Pass };
                (unmatched.unwrap_or(default) == Unmatched::Reject).then_some(Reply::NO_RULE)
            }
            Decision::Rule { .. } if self.is_broken(kinds) => Some(Reply::BROKEN_RULE),
            Decision::Rule { .. } if chooses_backends && self.is_failed() => Some(Reply::EXTENSION_FAILED),
            Decision::Rule { .. } if self.preflight && kinds.has(Kinds::CORS) => Some(Reply::PREFLIGHT),
            Decision::Rule { .. } => match &self.redirect {
                Some(redirection) if kinds.has(Kinds::REDIRECT) => Some(Reply::redirect(redirection)),
                _ if !chooses_backends => None,
                _ => match (self.custom_answer(), self.backend) {
                    (Some(answer), _) => Some(Reply::custom(answer)),
                    (None, Backend::Cluster(_)) => None,
                    (None, Backend::None) => Some(Reply::NO_BACKEND),
                    (None, Backend::Unresolved) => Some(Reply::UNRESOLVED_BACKEND),
                },
            },
        }
    }
}
