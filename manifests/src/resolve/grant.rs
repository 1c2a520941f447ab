//! ReferenceGrants: which objects may refer to objects of another namespace.

use super::inventory::{GATEWAY_API, Inventory};
use super::json::{items, text};

/// One object that refers to another: its group, kind and namespace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct From<'a> {
    pub(crate) group: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) namespace: &'a str,
}

/// The object that is referred to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct To<'a> {
    pub(crate) group: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
}

/// What the ReferenceGrants of the manifests permit.
#[derive(Debug, Default)]
pub(crate) struct Grants<'d> {
    grants: Vec<Grant<'d>>,
}

#[derive(Debug)]
struct Grant<'d> {
    /// Its own namespace, which is that of what it lets refer to.
    namespace: String,
    from: Vec<From<'d>>,
    /// Group, kind and name.
    to: Vec<(&'d str, &'d str, Option<&'d str>)>,
}

impl<'d> Grants<'d> {
    pub(crate) fn new(inventory: &Inventory<'d>) -> Self {
        let grants = inventory.all(GATEWAY_API, "ReferenceGrant").filter_map(|grant| {
            let spec = grant.value.get("spec")?;
            // An entry of which something cannot be read permits nothing.
            let from = items(spec, "from").iter().filter_map(|from| {
                Some(From {
                    group: text(from, "group")?,
                    kind: text(from, "kind")?,
                    namespace: text(from, "namespace")?,
                })
            });
            let to = items(spec, "to").iter().filter_map(|to| {
                let name = match to.get("name").filter(|name| !name.is_null()) {
                    Some(name) => Some(name.as_str()?),
                    None => None,
                };
                Some((text(to, "group")?, text(to, "kind")?, name))
            });
            Some(Grant { namespace: grant.name.namespace.clone(), from: from.collect(), to: to.collect() })
        });
        Grants { grants: grants.collect() }
    }

    /// Whether `from` may refer to `to`. "Note that when a namespace different than the local namespace is specified, a
    /// ReferenceGrant object is required in the referent namespace to allow that namespace's owner to accept the reference."
    pub(crate) fn permit(&self, from: From<'_>, to: To<'_>) -> bool {
        from.namespace == to.namespace
            || self.grants.iter().any(|grant| {
                grant.namespace == to.namespace
                    && grant.from.iter().any(|allowed| {
                        (allowed.group, allowed.kind, allowed.namespace) == (from.group, from.kind, from.namespace)
                    })
                    // "When unspecified, this policy refers to all resources of the specified Group and Kind".
                    && grant.to.iter().any(|&(group, kind, name)| {
                        (group, kind) == (to.group, to.kind) && name.is_none_or(|name| name == to.name)
                    })
            })
    }
}
