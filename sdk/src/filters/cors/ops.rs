//! What a CORS filter does to a request and its response.

use super::origin::{OriginPattern, allows};
use super::{Cors, Listed};
use crate::filters::{Cx, Filter, Flow};
use crate::header_op::HeaderOp;
use crate::plan::Plan;
use crate::request::RequestView;

/// A request by which a browser asks whether it may send another one: "OPTIONS" with "Origin" and
/// "Access-Control-Request-Method".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Preflight<'a> {
    /// The method of the request that the browser asks about.
    pub(crate) method: &'a [u8],
}

impl<'a> Preflight<'a> {
    /// The question in `request`, if it is a preflight.
    #[inline]
    pub(crate) fn of(request: &RequestView<'a>) -> Option<Self> {
        if request.method() != b"OPTIONS" {
            return None;
        }
        request.header("origin").next()?;
        let method = request.header("access-control-request-method").next()?;
        Some(Preflight { method })
    }
}

/// Headers by which a backend would speak of CORS itself: the HTTPRoute has the word.
const OF_BACKENDS: [&str; 9] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-private-network",
    "access-control-expose-headers",
    "access-control-max-age",
    "private-network-access-id",
    "private-network-access-name",
];

impl Filter for Cors {
    fn on_request<'r>(&'r self, cx: &mut Cx<'_>, plan: &mut Plan<'r>) -> Flow {
        let origin = cx.request.header("origin").next();
        let preflight = Preflight::of(cx.request);
        // "If `Access-Control-Allow-Origin` is set to `*` or a static origin for a particular resource, then configure the server to
        // always send `Access-Control-Allow-Origin` in responses for the resource — even for non-CORS requests — and do not use
        // `Vary`. Otherwise, if `Access-Control-Allow-Origin` headers are sent only in response to CORS requests, configure the
        // server to send `Vary: Origin` in responses for the resource — even for non-CORS requests." (Fetch standard, "CORS protocol
        // and HTTP caches")
        let depends_on_origin = self.depends_on_origin();
        if origin.is_some() || !depends_on_origin {
            plan.cors.extend(OF_BACKENDS.map(|name| HeaderOp::Remove { name: name.into() }));
        }
        let allowed = if depends_on_origin {
            add(plan, "vary", "origin");
            origin
                .and_then(|origin| std::str::from_utf8(origin).ok())
                .filter(|origin| allows(&self.origins, origin))
        } else {
            Some("*")
        };
        if let Some(allowed) = allowed {
            self.allow(allowed, preflight.map(|_| cx.request), plan);
        }
        if preflight.is_none() {
            // "Simple request from a non-matching origin" is forwarded all the same: it is the browser that keeps the answer.
            return Flow::Continue;
        }
        // "the gateway MUST NOT pass the preflight request to the upstream", matching origin or not.
        plan.preflight = true;
        Flow::Answered
    }
}

impl Cors {
    /// The headers for an origin that is allowed, or for `*`; `preflight` is the request if it is a preflight.
    ///
    /// "When the `allowCredentials` field is true and `allowOrigins` field specified with the `*` wildcard, the gateway must return
    /// a single origin in the value of the `Access-Control-Allow-Origin` response header".
    fn allow(&self, origin: &str, preflight: Option<&RequestView<'_>>, plan: &mut Plan<'_>) {
        set(plan, "access-control-allow-origin", origin);
        if self.credentials {
            set(plan, "access-control-allow-credentials", "true");
        }
        if let Some(expose) = &self.expose {
            set(plan, "access-control-expose-headers", expose);
        }
        let Some(request) = preflight else { return };
        for (name, listed, asked) in [
            ("access-control-allow-methods", &self.methods, "access-control-request-method"),
            ("access-control-allow-headers", &self.headers, "access-control-request-headers"),
        ] {
            match listed {
                Listed::None => {}
                Listed::These(these) => set(plan, name, these),
                Listed::All if !self.credentials => set(plan, name, "*"),
                // "the gateway must return the requested … and never `*`; if the request has none, the header is omitted".
                Listed::All => {
                    // A cache must not give the answer to this question to another one.
                    add(plan, "vary", asked);
                    let value =
                        request.header(asked).next().and_then(|value| std::str::from_utf8(value).ok());
                    if let Some(value) = value.filter(|value| is_list_of_names(value)) {
                        set(plan, name, value);
                    }
                }
            }
        }
        set(plan, "access-control-max-age", &self.max_age);
    }

    /// Whether the answer for one origin is another than that for another.
    fn depends_on_origin(&self) -> bool {
        self.credentials || !self.origins.contains(&OriginPattern::Any)
    }
}

fn set(plan: &mut Plan<'_>, name: &str, value: &str) {
    plan.cors.push(HeaderOp::Set { name: name.into(), value: value.as_bytes().into() });
}

fn add(plan: &mut Plan<'_>, name: &str, value: &str) {
    plan.cors.push(HeaderOp::Add { name: name.into(), value: value.as_bytes().into() });
}

/// Whether a client's word can stand in a header of the answer: names, commas and spaces.
fn is_list_of_names(text: &str) -> bool {
    text.len() <= 4096
        && text.split(',').all(|name| crate::reading::text::is_token(name.trim_matches([' ', '\t'])))
}
