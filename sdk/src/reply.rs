//! The answers that a module gives by itself.

use crate::extension::Answer;
use crate::plan::Redirection;

/// An answer that a module gives by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<'p> {
    /// The HTTP status.
    pub status: u16,
    /// The `Location` header, where the answer is a redirect.
    pub location: Option<&'p str>,
    /// The header lines beside `Location`: those of a custom filter's answer.
    pub headers: &'p [(Vec<u8>, Vec<u8>)],
    /// The body. That of a module itself is one line of text for a person, without anything that the client sent.
    pub body: &'p [u8],
    /// What the proxy's access log shows as the details of the response code.
    pub details: &'static str,
}

impl Reply<'static> {
    /// "If no matches are found … HTTP 404 status code MUST be returned."
    pub const NO_RULE: Self = Self::of(404, "no HTTPRoute rule matches this request\n", "httproute_no_rule");
    /// A listener of another filter chain serves this host (RFC 9110, section 15.5.20).
    pub const MISDIRECTED: Self =
        Self::of(421, "this host is served on another connection\n", "httproute_misdirected");
    /// What the proxy has not normalised must not slip past a rule.
    pub const DOT_SEGMENT: Self =
        Self::of(400, "the path has a \".\" or \"..\" segment\n", "httproute_dot_segment");
    /// "userinfo … should be treated as an error" (RFC 9110, section 4.2.4), and so should what is no host at all.
    pub const BAD_HOST: Self = Self::of(400, "the request names no valid host\n", "httproute_bad_host");
    /// It is not known which rule the request belongs to, and to find out would hold up all others.
    pub const TOO_COSTLY: Self =
        Self::of(400, "to find the rule for this request takes too long\n", "httproute_too_costly");
    /// Something in the rule is wrong; the log says what.
    pub const BROKEN_RULE: Self =
        Self::of(500, "the rule for this request is not valid\n", "httproute_broken_rule");
    /// "a 500 unless a filter produces the response"
    pub const NO_BACKEND: Self =
        Self::of(500, "the rule for this request has no backend\n", "httproute_no_backend");
    /// "requests that would have been routed to an invalid backend MUST receive a 500 status code"
    pub const UNRESOLVED_BACKEND: Self =
        Self::of(500, "the backend for this request cannot be resolved\n", "httproute_unresolved_backend");
    /// A CORS filter's answer to a preflight: its headers say it all.
    pub const PREFLIGHT: Self = Self::of(204, "", "httproute_preflight");
    /// A custom filter returned an error; the log says which.
    pub const EXTENSION_FAILED: Self =
        Self::of(500, "a filter of the rule for this request failed\n", "httproute_extension_failed");
    /// The proxy refused a change; to go on would mean to forward what the rule does not say.
    pub const HOST_FAILURE: Self =
        Self::of(500, "the request could not be processed\n", "httproute_host_failure");

    const fn of(status: u16, body: &'static str, details: &'static str) -> Self {
        Reply { status, location: None, headers: &[], body: body.as_bytes(), details }
    }
}

impl<'p> Reply<'p> {
    /// The answer that is a redirect.
    pub(crate) fn redirect(redirection: &'p Redirection) -> Self {
        Reply {
            status: redirection.status,
            location: Some(&redirection.location),
            headers: &[],
            body: b"",
            details: "httproute_redirect",
        }
    }

    /// The answer of a custom filter.
    pub(crate) fn custom(answer: &'p Answer) -> Self {
        Reply {
            status: answer.status(),
            location: None,
            headers: answer.headers(),
            body: answer.bytes(),
            details: "httproute_extension",
        }
    }

    /// Whether it is what a filter of the rule is for, and not a sign that something is missing or wrong.
    pub fn is_by_a_filter(&self) -> bool {
        ["httproute_redirect", "httproute_preflight", "httproute_extension"].contains(&self.details)
    }
}
