//! `ReferenceGrantSpec`

use super::reference::{GROUP_TEXT, KIND_TEXT, NAME_TEXT, NAMESPACE_TEXT};
use super::{List, Object, Shape, list, object, optional, required};

pub(super) const REFERENCE_GRANT: Object = object(
    "ReferenceGrant spec",
    &[
        required("from", Shape::List(&const { List { least: 1, ..list(Shape::Object(&FROM), 16) } })),
        required("to", Shape::List(&const { List { least: 1, ..list(Shape::Object(&TO), 16) } })),
    ],
    &[],
);
const FROM: Object = object(
    "from",
    &[required("group", GROUP_TEXT), required("kind", KIND_TEXT), required("namespace", NAMESPACE_TEXT)],
    &[],
);
const TO: Object = object(
    "to",
    &[required("group", GROUP_TEXT), required("kind", KIND_TEXT), optional("name", NAME_TEXT)],
    &[],
);
