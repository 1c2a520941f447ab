//! What only the experimental channel has.

use super::form::{ABSOLUTE_PATH, DURATION};
use super::reference::BACKEND;
use super::{
    FREE_TEXT, List, MOST_NUMBER, Object, Shape, Unique, list, object, optional, required, text, words,
};
use crate::check::rules::{auth, session};

pub(super) const DURATION_TEXT: Shape = Shape::Text(&const { text(0, super::ANY_LENGTH, Some(&DURATION)) });

/// `HTTPExternalAuthFilter`
pub(super) const EXTERNAL_AUTH: Object = object(
    "external authorization",
    &[
        required("protocol", Shape::Choice(&const { words(&["HTTP", "GRPC"]) })),
        required("backendRef", Shape::Object(&BACKEND)),
        optional("grpc", Shape::Object(&GRPC)),
        optional("http", Shape::Object(&HTTP)),
        optional("forwardBody", Shape::Object(&FORWARD_BODY)),
    ],
    &[auth::member_of_protocol],
);
const GRPC: Object = object("grpc", &[optional("allowedHeaders", Shape::List(&HEADERS))], &[]);
const HTTP: Object = object(
    "http",
    &[
        optional("path", Shape::Text(&const { text(0, 1024, Some(&ABSOLUTE_PATH)) })),
        optional("allowedHeaders", Shape::List(&HEADERS)),
        optional("allowedResponseHeaders", Shape::List(&HEADERS)),
    ],
    &[],
);
/// "uint16" in the types of the API; its schema has no limits.
const FORWARD_BODY: Object =
    object("forwardBody", &[optional("maxSize", Shape::Number(i64::MIN, i64::MAX))], &[]);
const HEADERS: List = List { unique: Unique::Items, ..list(Shape::Text(&FREE_TEXT), 64) };

/// `HTTPRouteRetry`
pub(super) const RETRY: Object = object(
    "retry",
    &[
        optional("codes", Shape::List(&CODES)),
        optional("attempts", Shape::Number(1, MOST_NUMBER)),
        optional("backoff", DURATION_TEXT),
    ],
    &[],
);
const CODES: List = List { unique: Unique::Items, ..list(Shape::Number(400, 599), super::ANY_LENGTH) };

/// `SessionPersistence`
pub(super) const SESSION_PERSISTENCE: Object = object(
    "sessionPersistence",
    &[
        optional("sessionName", Shape::Text(&const { text(0, 128, None) })),
        optional("absoluteTimeout", DURATION_TEXT),
        optional("type", Shape::Choice(&const { words(&["Cookie", "Header"]) })),
        optional("cookieConfig", Shape::Object(&COOKIE)),
    ],
    &[session::permanent_has_timeout, session::cookie_config_of_cookie],
);
const COOKIE: Object = object(
    "cookieConfig",
    &[optional("lifetimeType", Shape::Choice(&const { words(&["Permanent", "Session"]) }))],
    &[],
);
