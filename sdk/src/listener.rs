//! The listeners of a filter chain.

use crate::matching::host::{HostPattern, Specificity, specificity};

/// A listener of a Gateway that the proxy's filter chain serves.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    /// "When unspecified, all hostnames are matched."
    pub(crate) hostname: Option<HostPattern>,
    /// The port on which clients see it.
    pub(crate) port: Option<u16>,
    /// What its protocol stands for in a URI.
    pub(crate) scheme: Option<Scheme>,
    /// Index of the table of the routes that are attached to it.
    pub(crate) table: usize,
    /// Something in it is wrong: what belongs to it is answered with 500.
    pub(crate) broken: bool,
}

impl Listener {
    /// How specifically the listener's hostname matches `host`, if it does.
    pub(crate) fn matches(&self, host: &[u8]) -> Option<Specificity> {
        specificity(self.hostname.as_ref(), host)
    }
}

/// The scheme of a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    /// The scheme of this name (any case).
    pub(crate) fn new(name: &[u8]) -> Option<Self> {
        match name {
            name if name.eq_ignore_ascii_case(b"http") => Some(Scheme::Http),
            name if name.eq_ignore_ascii_case(b"https") => Some(Scheme::Https),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    /// The well-known port.
    pub(crate) fn port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}
