//! References to backends, and the upstreams that they name.

mod backend_ref;
mod cluster;
mod unresolved;

use crate::extension::Extensions;
use crate::settings::Settings;

pub(crate) use backend_ref::decode_reference;
pub(crate) use cluster::{ClusterName, ClusterNames};
pub(crate) use unresolved::Unresolved;

/// What the parts of a rule need to know of what is around them.
#[derive(Clone, Copy)]
pub(crate) struct RuleScope<'a> {
    /// The namespace of the route: "When unspecified, the local namespace is inferred."
    pub(crate) namespace: &'a str,
    pub(crate) cluster_names: &'a ClusterNames,
    pub(crate) unresolved: &'a Unresolved,
    pub(crate) settings: &'a Settings,
    /// What ExtensionRef filters may name.
    pub(crate) extensions: &'a Extensions<'a>,
    /// Whether the rule has exactly one match, and that of type PathPrefix.
    pub(crate) single_prefix: bool,
    /// Whether these are the backends of a rule that has a CORS filter itself.
    pub(crate) has_cors: bool,
}
