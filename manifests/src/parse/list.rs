//! `kind: List`.

use super::tree::{Kind, Node};
use super::{Fault, Output};

/// Adds an object, or the items of a list of objects: like kubectl, a kind that ends in `List` and has a list `items`.
pub(super) fn unpack(node: &Node, output: &mut Output<'_>) {
    let items = node.get("items").and_then(|items| match &items.kind {
        Kind::List(items) => Some(items),
        _ => None,
    });
    let kind = node.get("kind").and_then(|kind| kind.as_str()).and_then(|kind| kind.strip_suffix("List"));
    let (Some(items), Some(kind)) = (items, kind) else { return output.document(node, None) };
    // The items of a typed list may leave out what the list says already.
    let version = node.get("apiVersion").and_then(|version| version.as_str());
    let of_items = version.filter(|_| !kind.is_empty()).map(|version| (version, kind));
    for item in items {
        match &item.kind {
            // A list in a list: no tree is so deep that this would not end.
            Kind::Map(_) if item.get("items").is_some() => unpack(item, output),
            Kind::Map(_) => output.document(item, of_items),
            Kind::List(_) | Kind::Scalar(_) => output.fault(Fault {
                position: item.position,
                code: "NotAnObject",
                message: "an item of a list must be an object".into(),
                hint: "begin it with `apiVersion:` and `kind:`".into(),
            }),
        }
    }
}
