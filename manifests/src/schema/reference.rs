//! References to other objects.

use super::form::{GROUP, KIND, NAMESPACE, SUBDOMAIN};
use super::{Object, PORT, Shape, Text, object, optional, required, text};
use crate::check::rules::backend;

pub(super) const GROUP_TEXT: Shape = Shape::Text(&const { text(0, 253, Some(&GROUP)) });
pub(super) const KIND_TEXT: Shape = Shape::Text(&const { text(1, 63, Some(&KIND)) });
/// Names of other objects have no pattern: other kinds may have other rules.
pub(super) const NAME_TEXT: Shape =
    Shape::Text(&const { Text { code: "InvalidName", ..text(1, 253, None) } });
pub(super) const NAMESPACE_TEXT: Shape = Shape::Text(&const { text(1, 63, Some(&NAMESPACE)) });
pub(super) const SECTION: Shape = Shape::Text(&SECTION_TEXT);
const SECTION_TEXT: Text = text(1, 253, Some(&SUBDOMAIN));

/// `ParentReference`
pub(super) const PARENT: Object = object(
    "parentRef",
    &[
        optional("group", GROUP_TEXT),
        optional("kind", KIND_TEXT),
        optional("namespace", NAMESPACE_TEXT),
        required("name", NAME_TEXT),
        optional("sectionName", SECTION),
        optional("port", PORT),
    ],
    &[],
);

/// `BackendObjectReference`
pub(super) const BACKEND: Object = object(
    "backendRef",
    &[
        optional("group", GROUP_TEXT),
        optional("kind", KIND_TEXT),
        required("name", NAME_TEXT),
        optional("namespace", NAMESPACE_TEXT),
        optional("port", PORT),
    ],
    &[backend::service_has_port],
);

/// `LocalObjectReference`
pub(super) const LOCAL: Object = object(
    "reference",
    &[required("group", GROUP_TEXT), required("kind", KIND_TEXT), required("name", NAME_TEXT)],
    &[],
);

/// `SecretObjectReference`
pub(super) const SECRET: Object = object(
    "certificateRef",
    &[
        optional("group", GROUP_TEXT),
        optional("kind", KIND_TEXT),
        required("name", NAME_TEXT),
        optional("namespace", NAMESPACE_TEXT),
    ],
    &[],
);

/// `ObjectReference`
pub(super) const OBJECT: Object = object(
    "reference",
    &[
        required("group", GROUP_TEXT),
        required("kind", KIND_TEXT),
        required("name", NAME_TEXT),
        optional("namespace", NAMESPACE_TEXT),
    ],
    &[],
);
