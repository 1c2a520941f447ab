//! References to backends, and the upstreams that they name.

mod backend_ref;
mod cluster;
mod unresolved;

pub(crate) use backend_ref::decode_reference;
pub(crate) use cluster::ClusterName;
pub(crate) use unresolved::Unresolved;

/// What the parts of a rule need to know of what is around them.
pub(crate) struct RuleScope<'a> {
    /// The namespace of the route: "When unspecified, the local namespace is inferred."
    pub(crate) namespace: &'a str,
    pub(crate) cluster_name: &'a ClusterName,
    pub(crate) unresolved: &'a Unresolved,
    /// Whether the rule has exactly one match, and that of type PathPrefix.
    pub(crate) single_prefix: bool,
}
