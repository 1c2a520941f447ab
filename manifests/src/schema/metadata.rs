//! `metadata`, and how other objects are picked by it.

use super::form::{LABEL_KEY, LABEL_VALUE, NAMESPACE, SERVICE_NAME, SUBDOMAIN};
use super::{ANY_LENGTH, FREE_TEXT, Field, Object, Shape, Texts, list, object, optional, required, text};
use crate::check::rules::metadata;

/// Objects of which the name is a DNS subdomain: most.
pub(super) const METADATA: Object = of(&with_name(Shape::Text(&const { text(1, 253, Some(&SUBDOMAIN)) })));
pub(super) const OF_SERVICE: Object =
    of(&with_name(Shape::Text(&const { text(1, 63, Some(&SERVICE_NAME)) })));
pub(super) const OF_NAMESPACE: Object = of(&with_name(Shape::Text(&const { text(1, 63, Some(&NAMESPACE)) })));

const fn of(fields: &'static [Field]) -> Object {
    object("metadata", fields, &[metadata::has_name])
}

const fn with_name(name: Shape) -> [Field; 15] {
    [
        optional("name", name),
        optional("generateName", Shape::Text(&FREE_TEXT)),
        optional("namespace", Shape::Text(&const { text(0, 63, Some(&NAMESPACE)) })),
        optional("labels", Shape::Texts(&LABELS)),
        optional("annotations", Shape::Texts(&ANNOTATIONS)),
        // What the API server writes.
        optional("creationTimestamp", Shape::Any),
        optional("deletionGracePeriodSeconds", Shape::Any),
        optional("deletionTimestamp", Shape::Any),
        optional("finalizers", Shape::Any),
        optional("generation", Shape::Any),
        optional("managedFields", Shape::Any),
        optional("ownerReferences", Shape::Any),
        optional("resourceVersion", Shape::Any),
        optional("selfLink", Shape::Any),
        optional("uid", Shape::Any),
    ]
}

const LABELS: Texts =
    Texts { most: ANY_LENGTH, key: Some(&LABEL_KEY), value: &const { text(0, 63, Some(&LABEL_VALUE)) } };
const ANNOTATIONS: Texts = Texts { most: ANY_LENGTH, key: Some(&LABEL_KEY), value: &FREE_TEXT };
pub(super) const FREE_TEXTS: Texts = Texts { most: ANY_LENGTH, key: None, value: &FREE_TEXT };

/// `LabelSelector`
pub(super) const SELECTOR: Object = object(
    "selector",
    &[
        optional("matchLabels", Shape::Texts(&FREE_TEXTS)),
        optional("matchExpressions", Shape::List(&const { list(Shape::Object(&EXPRESSION), ANY_LENGTH) })),
    ],
    &[],
);
/// The operator is free text in the schema: see `rules::metadata::operator_is_known`.
const EXPRESSION: Object = object(
    "match expression",
    &[
        required("key", Shape::Text(&FREE_TEXT)),
        required("operator", Shape::Text(&FREE_TEXT)),
        optional("values", Shape::List(&const { list(Shape::Text(&FREE_TEXT), ANY_LENGTH) })),
    ],
    &[metadata::operator_is_known],
);
