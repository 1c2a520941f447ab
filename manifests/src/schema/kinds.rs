//! The kinds that are looked at.

use super::core::{SECRET_DATA, SECRET_RULES, SERVICE};
use super::gateway::{GATEWAY, GATEWAY_CLASS};
use super::grant::REFERENCE_GRANT;
use super::metadata::{METADATA, OF_NAMESPACE, OF_SERVICE};
use super::route::HTTP_ROUTE;
use super::{FREE_TEXT, Field, Object, Rule, Shape, object, optional, required};

pub(crate) const GATEWAY_GROUP: &str = "gateway.networking.k8s.io";

/// A kind of object.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Empty for the core API.
    pub(crate) group: &'static str,
    /// The versions that v1.6 of the API serves, the present one first.
    pub(crate) versions: &'static [&'static str],
    pub(crate) object: Object,
}

/// Kinds of [`GATEWAY_GROUP`] that are not looked at, and not carried out either.
pub(crate) const NOT_CARRIED_OUT: [&str; 6] =
    ["BackendTLSPolicy", "GRPCRoute", "ListenerSet", "TCPRoute", "TLSRoute", "UDPRoute"];

pub(crate) static KINDS: [Kind; 7] = [
    Kind {
        name: "HTTPRoute",
        group: GATEWAY_GROUP,
        versions: &["v1", "v1beta1"],
        object: kind("HTTPRoute", &with_spec(&METADATA, &HTTP_ROUTE), &[]),
    },
    Kind {
        name: "Gateway",
        group: GATEWAY_GROUP,
        versions: &["v1", "v1beta1"],
        object: kind("Gateway", &with_spec(&METADATA, &GATEWAY), &[]),
    },
    Kind {
        name: "GatewayClass",
        group: GATEWAY_GROUP,
        versions: &["v1", "v1beta1"],
        object: kind("GatewayClass", &with_spec(&METADATA, &GATEWAY_CLASS), &[]),
    },
    Kind {
        name: "ReferenceGrant",
        group: GATEWAY_GROUP,
        versions: &["v1", "v1beta1"],
        object: kind("ReferenceGrant", &with_spec(&METADATA, &REFERENCE_GRANT), &[]),
    },
    Kind {
        name: "Service",
        group: "",
        versions: &["v1"],
        object: kind("Service", &with_spec(&OF_SERVICE, &SERVICE), &[]),
    },
    Kind { name: "Namespace", group: "", versions: &["v1"], object: kind("Namespace", &NAMESPACE, &[]) },
    Kind { name: "Secret", group: "", versions: &["v1"], object: kind("Secret", &SECRET, SECRET_RULES) },
];

const fn kind(name: &'static str, fields: &'static [Field], rules: &'static [Rule]) -> Object {
    object(name, fields, rules)
}

const fn with_spec(metadata: &'static Object, spec: &'static Object) -> [Field; 5] {
    [
        optional("apiVersion", Shape::Text(&FREE_TEXT)),
        optional("kind", Shape::Text(&FREE_TEXT)),
        required("metadata", Shape::Object(metadata)),
        required("spec", Shape::Object(spec)),
        optional("status", Shape::Any),
    ]
}

const NAMESPACE: [Field; 5] = [
    optional("apiVersion", Shape::Text(&FREE_TEXT)),
    optional("kind", Shape::Text(&FREE_TEXT)),
    required("metadata", Shape::Object(&OF_NAMESPACE)),
    optional("spec", Shape::Any),
    optional("status", Shape::Any),
];

const SECRET: [Field; 7] = [
    optional("apiVersion", Shape::Text(&FREE_TEXT)),
    optional("kind", Shape::Text(&FREE_TEXT)),
    required("metadata", Shape::Object(&METADATA)),
    optional("type", Shape::Text(&FREE_TEXT)),
    optional("data", SECRET_DATA),
    optional("stringData", SECRET_DATA),
    optional("immutable", Shape::Flag),
];
