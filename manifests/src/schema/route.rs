//! `HTTPRouteSpec`

use super::experimental::{DURATION_TEXT, RETRY, SESSION_PERSISTENCE};
use super::filter::FILTERS;
use super::form::HOSTNAME;
use super::matches::MATCH;
use super::reference::{GROUP_TEXT, KIND_TEXT, NAME_TEXT, NAMESPACE_TEXT, PARENT, SECTION};
use super::{List, Object, PORT, Shape, experimental, list, object, optional, required, text, words};
use crate::check::rules::{backend, parents, rule, rules};

pub(super) const HTTP_ROUTE: Object = object(
    "HTTPRoute spec",
    &[
        optional("parentRefs", Shape::List(&PARENTS)),
        optional("hostnames", Shape::List(&HOSTNAMES)),
        optional("rules", Shape::List(&RULES)),
        experimental("useDefaultGateways", Shape::Choice(&const { words(&["All", "None"]) })),
    ],
    &[],
);

const PARENTS: List = List { rules: &[parents::told_apart], ..list(Shape::Object(&PARENT), 32) };
const HOSTNAMES: List = list(Shape::Text(&const { text(1, 253, Some(&HOSTNAME)) }), 16);
const RULES: List =
    List { least: 1, rules: &[rules::matches_in_all, rules::names_once], ..list(Shape::Object(&RULE), 16) };

const RULE: Object = object(
    "rule",
    &[
        optional("name", SECTION),
        optional("matches", Shape::List(&MATCHES)),
        optional("filters", Shape::List(&FILTERS)),
        optional("backendRefs", Shape::List(&const { list(Shape::Object(&BACKEND_REF), 16) })),
        optional("timeouts", Shape::Object(&TIMEOUTS)),
        experimental("retry", Shape::Object(&RETRY)),
        experimental("sessionPersistence", Shape::Object(&SESSION_PERSISTENCE)),
    ],
    &[rule::redirect_without_backends, rule::prefix_is_matched],
);

const MATCHES: List = List { rules: &[rule::alternatives], ..list(Shape::Object(&MATCH), 64) };

/// `HTTPBackendRef`
const BACKEND_REF: Object = object(
    "backendRef",
    &[
        optional("group", GROUP_TEXT),
        optional("kind", KIND_TEXT),
        required("name", NAME_TEXT),
        optional("namespace", NAMESPACE_TEXT),
        optional("port", PORT),
        optional("weight", Shape::Number(0, 1_000_000)),
        optional("filters", Shape::List(&FILTERS)),
    ],
    &[backend::service_has_port],
);

const TIMEOUTS: Object = object(
    "timeouts",
    &[optional("request", DURATION_TEXT), optional("backendRequest", DURATION_TEXT)],
    &[rule::backend_request_within_request],
);
