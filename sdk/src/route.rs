//! A compiled route.

use crate::matching::host::HostPattern;

/// A compiled route, without its rules.
#[derive(Debug)]
pub(crate) struct Route {
    /// `namespace/name`.
    pub(crate) name: Box<str>,
    pub(crate) created: Option<(i64, u32)>,
    /// None: all hosts.
    pub(crate) hostnames: Option<Box<[Hostname]>>,
}

/// One of `hostnames`.
#[derive(Debug)]
pub(crate) struct Hostname {
    pub(crate) pattern: HostPattern,
    /// It is not valid: what still is recognised as meant by it is answered with 500.
    pub(crate) broken: bool,
}
