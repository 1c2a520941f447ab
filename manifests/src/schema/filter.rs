//! `HTTPRouteFilter`, the same in rules and backendRefs.

use super::form::{HEADER_NAME, ORIGIN, PRECISE_HOSTNAME};
use super::matches::{HEADER_NAME_TEXT, HEADER_VALUE_TEXT};
use super::reference::{BACKEND, LOCAL};
use super::{
    Choice, FREE_TEXT, List, MOST_NUMBER, Object, PORT, Shape, Text, Unique, experimental, list, object,
    optional, required, text, words,
};
use crate::check::rules::{cors, filters, mirror, path};

pub(super) const FILTERS: List = List {
    rules: &[filters::redirect_or_rewrite, filters::not_repeated],
    ..list(Shape::Object(&FILTER), 16)
};

const FILTER: Object = object(
    "filter",
    &[
        required("type", Shape::Choice(&TYPES)),
        optional("requestHeaderModifier", Shape::Object(&HEADER_MODIFIER)),
        optional("responseHeaderModifier", Shape::Object(&HEADER_MODIFIER)),
        optional("requestMirror", Shape::Object(&MIRROR)),
        optional("requestRedirect", Shape::Object(&REDIRECT)),
        optional("urlRewrite", Shape::Object(&REWRITE)),
        optional("cors", Shape::Object(&CORS)),
        experimental("externalAuth", Shape::Object(&super::experimental::EXTERNAL_AUTH)),
        optional("extensionRef", Shape::Object(&LOCAL)),
    ],
    &[filters::member_of_type],
);

const TYPES: Choice = Choice {
    words: &[
        "RequestHeaderModifier",
        "ResponseHeaderModifier",
        "RequestMirror",
        "RequestRedirect",
        "URLRewrite",
        "ExtensionRef",
        "CORS",
    ],
    experimental: &["ExternalAuth"],
};

const HEADER_MODIFIER: Object = object(
    "header modifier",
    &[
        optional("set", Shape::List(&HEADERS)),
        optional("add", Shape::List(&HEADERS)),
        optional("remove", Shape::List(&HEADER_NAMES)),
    ],
    &[],
);
const HEADERS: List = List { unique: Unique::By("name"), ..list(Shape::Object(&HEADER), 16) };
const HEADER: Object =
    object("header", &[required("name", HEADER_NAME_TEXT), required("value", HEADER_VALUE_TEXT)], &[]);
/// The API has no pattern for these. What is no name of a header, the module refuses: see `check::module`.
const HEADER_NAMES: List = List { unique: Unique::Items, ..list(Shape::Text(&FREE_TEXT), 16) };

const MIRROR: Object = object(
    "mirror",
    &[
        required("backendRef", Shape::Object(&BACKEND)),
        optional("percent", Shape::Number(0, 100)),
        optional("fraction", Shape::Object(&FRACTION)),
    ],
    &[mirror::percent_or_fraction],
);
const FRACTION: Object = object(
    "fraction",
    &[
        required("numerator", Shape::Number(0, MOST_NUMBER)),
        optional("denominator", Shape::Number(1, MOST_NUMBER)),
    ],
    &[mirror::at_most_one],
);

const HOSTNAME: Shape = Shape::Text(&const { text(1, 253, Some(&PRECISE_HOSTNAME)) });

const REDIRECT: Object = object(
    "redirect",
    &[
        optional("scheme", Shape::Choice(&const { words(&["http", "https"]) })),
        optional("hostname", HOSTNAME),
        optional("path", Shape::Object(&PATH_MODIFIER)),
        optional("port", PORT),
        optional("statusCode", Shape::Numbers(&[301, 302, 303, 307, 308])),
    ],
    &[],
);
const REWRITE: Object = object(
    "rewrite",
    &[optional("hostname", HOSTNAME), optional("path", Shape::Object(&PATH_MODIFIER))],
    &[],
);
const PATH_MODIFIER: Object = object(
    "path modifier",
    &[
        required("type", Shape::Choice(&const { words(&["ReplaceFullPath", "ReplacePrefixMatch"]) })),
        optional("replaceFullPath", Shape::Text(&REPLACEMENT)),
        optional("replacePrefixMatch", Shape::Text(&REPLACEMENT)),
    ],
    &[path::modifier_of_type],
);

const REPLACEMENT: Text = Text { code: "InvalidPath", ..text(0, 1024, None) };

const CORS: Object = object(
    "CORS filter",
    &[
        optional("allowOrigins", Shape::List(&ORIGINS)),
        optional("allowCredentials", Shape::Flag),
        optional("allowMethods", Shape::List(&CORS_METHODS)),
        optional("allowHeaders", Shape::List(&ALLOWED_HEADERS)),
        optional("exposeHeaders", Shape::List(&EXPOSED_HEADERS)),
        optional("maxAge", Shape::Number(1, MOST_NUMBER)),
    ],
    &[],
);
const ORIGINS: List = List {
    unique: Unique::Items,
    rules: &[cors::star_alone],
    ..list(Shape::Text(&const { text(1, 253, Some(&ORIGIN)) }), 64)
};
const CORS_METHODS: List = List {
    unique: Unique::Items,
    rules: &[cors::star_alone],
    ..list(
        Shape::Choice(
            &const {
                words(&["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"])
            },
        ),
        9,
    )
};
const ALLOWED_HEADERS: List = List { rules: &[cors::star_alone], ..EXPOSED_HEADERS };
const EXPOSED_HEADERS: List =
    List { unique: Unique::Items, ..list(Shape::Text(&const { text(1, 256, Some(&HEADER_NAME)) }), 64) };
