//! The filters of a rule: what each kind says, and what it does to a plan.

pub(crate) mod config;
pub(crate) mod cors;
pub(crate) mod extension;
pub(crate) mod headers;
pub(crate) mod mirror;
pub(crate) mod path_modifier;
pub(crate) mod redirect;
pub(crate) mod rewrite;
pub(crate) mod split;

use crate::header_op::HeaderOp;
use crate::plan::Plan;
use crate::request::RequestView;
use cors::{Cors, Preflight};
use extension::ExtensionRef;
use headers::{RequestHeaderModifier, ResponseHeaderModifier};
use mirror::RequestMirror;
use redirect::RequestRedirect;
use rewrite::UrlRewrite;

use crate::draw::Draw;
use crate::listener::Listener;
use crate::settings::Settings;
use split::Backends;

/// What a filter does to the plan of a request.
pub(crate) trait Filter {
    /// Adds what the filter does to `plan`.
    fn on_request<'r>(&'r self, cx: &mut Cx<'_>, plan: &mut Plan<'r>) -> Flow;
}

/// What a filter knows of the request.
pub(crate) struct Cx<'a> {
    /// The request as it arrived: what earlier filters changed is in the plan.
    pub(crate) request: &'a RequestView<'a>,
    /// The listener that the request belongs to, where the configuration names listeners.
    pub(crate) listener: Option<&'a Listener>,
    /// The PathPrefix that matched, without the slash at its end.
    pub(crate) prefix: Option<&'a str>,
    /// The random draws of the request.
    pub(crate) draw: &'a mut Draw,
    /// What the configuration says beside its routes.
    pub(crate) settings: &'a Settings,
    /// The backends of the rule.
    pub(crate) backends: &'a Backends,
    /// The one of them that the request goes to; a custom filter may choose another.
    pub(crate) chosen: Option<usize>,
    /// Where the filters that run stand.
    pub(crate) level: Level,
}

/// Where filters stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// In the rule.
    Rule,
    /// In this one of its backends.
    Backend(usize),
}

/// Whether the filters after this one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// They run.
    Continue,
    /// The request is answered: only what changes the response still runs.
    Answered,
    /// The request names no host, and what the filter does needs one: it is answered as if it belonged to no rule.
    BadHost,
}

/// A filter of a rule or of a backend.
///
/// Those that take much room have it elsewhere: thousands of rules have header modifiers, and what one request reads of them
/// is to be in as few lines of the processor's cache as can be.
#[derive(Clone, Debug)]
pub(crate) enum RuleFilter {
    RequestHeaderModifier(RequestHeaderModifier),
    ResponseHeaderModifier(ResponseHeaderModifier),
    RequestRedirect(Box<RequestRedirect>),
    UrlRewrite(Box<UrlRewrite>),
    RequestMirror(RequestMirror),
    Cors(Box<Cors>),
    ExtensionRef(ExtensionRef),
}

impl RuleFilter {
    /// Whether it is a CORS filter, which answers preflights.
    #[inline]
    pub(crate) fn is_cors(&self) -> bool {
        matches!(self, RuleFilter::Cors(_))
    }

    #[inline]
    fn on_request<'r>(&'r self, cx: &mut Cx<'_>, plan: &mut Plan<'r>) -> Flow {
        match self {
            RuleFilter::RequestHeaderModifier(filter) => filter.on_request(cx, plan),
            RuleFilter::ResponseHeaderModifier(filter) => filter.on_request(cx, plan),
            RuleFilter::RequestRedirect(filter) => filter.on_request(cx, plan),
            RuleFilter::UrlRewrite(filter) => filter.on_request(cx, plan),
            RuleFilter::RequestMirror(filter) => filter.on_request(cx, plan),
            RuleFilter::Cors(filter) => filter.on_request(cx, plan),
            RuleFilter::ExtensionRef(filter) => filter.on_request(cx, plan),
        }
    }
}

/// Runs `filters` "in the order that they are specified".
///
/// What changes the response runs even behind a redirect: it goes on every response of the rule. A preflight is answered
/// before anything else, wherever the CORS filter stands: browsers take no redirect for an answer.
#[inline]
pub(crate) fn run<'r>(filters: &'r [RuleFilter], cx: &mut Cx<'_>, plan: &mut Plan<'r>) -> Flow {
    let mut flow = Flow::Continue;
    if Preflight::of(cx.request).is_some() && filters.iter().any(RuleFilter::is_cors) {
        flow = Flow::Answered;
    }
    for filter in filters {
        let changes_response = matches!(filter, RuleFilter::ResponseHeaderModifier(_) | RuleFilter::Cors(_));
        if flow == Flow::Continue || changes_response {
            match filter.on_request(cx, plan) {
                Flow::Continue => {}
                Flow::Answered => flow = Flow::Answered,
                Flow::BadHost => return Flow::BadHost,
            }
        }
    }
    flow
}

/// The changes that `filters` make to the response's headers, whatever the request was.
pub(crate) fn response_headers<'r>(filters: &'r [RuleFilter], change: &mut dyn FnMut(&'r HeaderOp)) {
    for filter in filters {
        if let RuleFilter::ResponseHeaderModifier(modifier) = filter {
            modifier.ops.iter().for_each(&mut *change);
        }
    }
}

/// Whether `filters` answer the request, which may be a `preflight`, so that no filter of a backend runs. Custom filters are left out.
pub(crate) fn answer(filters: &[RuleFilter], preflight: bool) -> bool {
    filters
        .iter()
        .any(|filter| matches!(filter, RuleFilter::RequestRedirect(_)) || preflight && filter.is_cors())
}
