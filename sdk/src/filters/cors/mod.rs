//! `CORS`: which pages of other origins may read the answers of a rule.

mod config;
mod ops;
mod origin;
#[cfg(test)]
mod tests;

pub(crate) use config::decode;
pub(crate) use ops::Preflight;

use origin::OriginPattern;

/// "HTTPCORSFilter defines a filter that that configures CORS request processing."
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cors {
    origins: Box<[OriginPattern]>,
    credentials: bool,
    methods: Listed,
    headers: Listed,
    /// `exposeHeaders`, joined with commas; `None` where it is empty or not to be said.
    expose: Option<Box<str>>,
    /// "Access-Control-Max-Age", in seconds.
    max_age: Box<str>,
}

/// `allowMethods` or `allowHeaders`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Listed {
    /// There are none: the header is left out.
    None,
    /// `*`.
    All,
    /// These, joined with commas.
    These(Box<str>),
}
