//! From `extensionRef` to the filter that it names.

use super::ExtensionRef;
use crate::extension::ObjectName;
use crate::reading::node::Node;
use crate::reading::report::Report;
use crate::references::RuleScope;

/// The reference `node` of the filter at this `place` among the filters of its rule or backend.
pub(crate) fn decode(
    node: &Node<'_>,
    place: u32,
    scope: &RuleScope<'_>,
    report: &mut Report,
) -> Option<ExtensionRef> {
    let reference = node.object(report)?;
    reference.only(&["group", "kind", "name"], report);
    let mut text = |key| reference.required(key, report).and_then(|node| node.text(report).map(Box::from));
    let (group, kind, name) = (text("group"), text("kind"), text("name"));
    // "an extension … in the same namespace": it is a LocalObjectReference.
    let name = ObjectName { group: group?, kind: kind?, namespace: scope.namespace.into(), name: name? };
    let extension = scope.extensions.find(&name, &node.place, report)?;
    Some(ExtensionRef { extension, place })
}
