//! A compiled route.

use crate::matching::host::{HostPattern, specificity};

/// A compiled route, without its rules.
#[derive(Debug)]
pub(crate) struct Route {
    /// `namespace/name`.
    pub(crate) name: Box<str>,
    /// The name can be read; else the route answers 500, and may be meant by any name.
    pub(crate) has_name: bool,
    pub(crate) created: Option<(i64, u32)>,
    /// None: all hosts.
    pub(crate) hostnames: Option<Box<[Hostname]>>,
}

/// One of `hostnames`.
#[derive(Debug)]
pub(crate) struct Hostname {
    /// The hostname, or what an invalid one was probably meant to be; `None` if that cannot be told: it counts as none.
    pub(crate) pattern: Option<HostPattern>,
    /// It is not valid: the requests that come by it are answered with 500.
    pub(crate) broken: bool,
}

impl Route {
    /// Whether requests for `host` (normalised) come by a hostname that is not valid.
    #[cold]
    pub(crate) fn is_broken_for(&self, host: &[u8]) -> bool {
        let hostnames = self.hostnames.iter().flatten();
        let matching =
            hostnames.filter_map(|name| Some((specificity(name.pattern.as_ref(), host)?, !name.broken)));
        matching.max().is_some_and(|(_, is_valid)| !is_valid)
    }
}
