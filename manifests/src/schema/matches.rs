//! `HTTPRouteMatch`

use super::form::{
    Form, HEADER_NAME, HEADER_VALUE, MATCHED_HEADER_NAME, MATCHED_HEADER_VALUE, PARAMETER_NAME,
};
use super::{List, Object, Shape, Text, Unique, list, object, optional, required, text, words};
use crate::check::rules::path;

pub(super) const HEADER_NAME_TEXT: Shape = Shape::Text(&const { text(1, 256, Some(&HEADER_NAME)) });
/// A value that a rule writes.
pub(super) const HEADER_VALUE_TEXT: Shape =
    Shape::Text(&const { Text { code: "InvalidHeaderValue", ..header_value(&HEADER_VALUE) } });

const fn header_value(form: &'static Form) -> Text {
    Text { experimental_form: Some(form), ..text(1, 4096, None) }
}

pub(super) const METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

const PREDICATE_TYPE: Shape = Shape::Choice(&const { words(&["Exact", "RegularExpression"]) });

pub(super) const MATCH: Object = object(
    "match",
    &[
        optional("path", Shape::Object(&PATH)),
        optional("headers", Shape::List(&HEADERS)),
        optional("queryParams", Shape::List(&QUERY_PARAMS)),
        optional("method", Shape::Choice(&const { words(&METHODS) })),
    ],
    &[],
);

const PATH: Object = object(
    "path",
    &[
        optional("type", Shape::Choice(&const { words(&["Exact", "PathPrefix", "RegularExpression"]) })),
        optional("value", Shape::Text(&const { Text { code: "InvalidPath", ..text(0, 1024, None) } })),
    ],
    &[path::is_absolute, path::is_no_pattern],
);

const HEADERS: List = List { unique: Unique::By("name"), ..list(Shape::Object(&HEADER_PREDICATE), 16) };
const HEADER_PREDICATE: Object = object(
    "header match",
    &[
        optional("type", PREDICATE_TYPE),
        required("name", Shape::Text(&const { text(1, 256, Some(&MATCHED_HEADER_NAME)) })),
        required("value", Shape::Text(&const { header_value(&MATCHED_HEADER_VALUE) })),
    ],
    &[],
);

const QUERY_PARAMS: List = List { unique: Unique::By("name"), ..list(Shape::Object(&QUERY_PREDICATE), 16) };
const QUERY_PREDICATE: Object = object(
    "query parameter match",
    &[
        optional("type", PREDICATE_TYPE),
        required("name", Shape::Text(&const { text(1, 256, Some(&PARAMETER_NAME)) })),
        required("value", Shape::Text(&const { text(1, 1024, None) })),
    ],
    &[path::query_is_encoded],
);
