//! What a configuration says beside its routes.

/// What a configuration says beside its routes and listeners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The request header by which the proxy picks the upstream, in lower case.
    pub cluster_header: Box<str>,
    /// The request header that names the upstream instead if the rule removes `X-Forwarded-Proto` ([`Plan::removes_proto`](crate::Plan::removes_proto)),
    /// in lower case: `cluster_header` with `-without-proto` after it. A proxy without a route for it forwards nothing, rather than
    /// the header that was to be removed.
    pub cluster_header_without_proto: Box<str>,
    /// The request headers by which the proxy sends copies, in lower case: [`Settings::PROXY_MIRRORS`] of them, or none
    /// where the module sends all copies.
    pub mirror_headers: Vec<Box<str>>,
    /// The largest body of a request that the module copies for a mirror, in bytes.
    pub mirror_body_limit: usize,
    /// The name under which the module keeps the name of a request's rule with the stream, for access logs.
    pub rule_property: Option<Box<str>>,
    /// What becomes of requests that belong to no rule; `None` leaves it to the module.
    pub unmatched: Option<Unmatched>,
}

/// What becomes of requests that belong to no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmatched {
    /// They are answered with 404.
    Reject,
    /// They go on as they are.
    Pass,
}

impl Settings {
    /// How many copies of a request the proxy carries at most. Fixed, because the proxy's route has a mirror policy for
    /// each, and an edit of an HTTPRoute must never change the proxy's route.
    pub const PROXY_MIRRORS: usize = 4;
    /// The most that [`Settings::mirror_body_limit`] can be, and the bytes of bodies that one worker holds for copies at most:
    /// 32 MiB. The memory of a module never shrinks, so this is what many uploads at once may cost for good.
    pub const MIRROR_BODIES: usize = 32 << 20;
    /// The default of [`Settings::mirror_body_limit`]: 1 MiB.
    pub const MIRROR_BODY_LIMIT: usize = 1 << 20;
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            cluster_header: "x-httproute-cluster".into(),
            cluster_header_without_proto: "x-httproute-cluster-without-proto".into(),
            mirror_headers: Vec::new(),
            mirror_body_limit: Settings::MIRROR_BODY_LIMIT,
            rule_property: None,
            unmatched: None,
        }
    }
}
