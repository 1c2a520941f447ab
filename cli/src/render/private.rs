//! The private headers: those by which the module speaks to Envoy, and Envoy's parts to each other. Clients' are removed before any
//! filter, and no rule can set one.

/// Names the upstream.
pub(crate) const CLUSTER: &str = "x-httproute-cluster";

/// Names it if the rule removes `X-Forwarded-Proto`.
pub(crate) const CLUSTER_WITHOUT_PROTO: &str = "x-httproute-cluster-without-proto";

/// A header that no request has: no module sets it.
pub(crate) const NO_CLUSTER: &str = "x-httproute-none";

/// Under these names a copy that Envoy carries keeps the request's `X-Forwarded-For`, even if it is missing, and `X-Envoy-Internal`.
pub(crate) const FORWARDED_FOR: &str = "x-httproute-forwarded-for";
pub(crate) const INTERNAL: &str = "x-httproute-internal";

/// How many copies of a request Envoy carries; the module sends those beyond.
const MIRRORS: usize = 4;

/// Those that name the upstreams of copies, in the order in which the module uses them.
pub(crate) fn mirrors() -> impl Iterator<Item = String> {
    (1..=MIRRORS).map(|n| format!("x-httproute-mirror-{n}"))
}

/// All that a request can have.
pub(crate) fn all() -> impl Iterator<Item = String> {
    mirrors().chain([CLUSTER, CLUSTER_WITHOUT_PROTO, FORWARDED_FOR, INTERNAL].map(str::to_owned))
}
