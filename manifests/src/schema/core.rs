//! Kinds of the core API, as far as they matter here: the API server has many more rules for them.

use super::metadata::FREE_TEXTS;
use super::{ANY_LENGTH, List, Object, PORT, Shape, Text, list, object, optional, required, text, words};
use crate::check::rules::{secret, service};

pub(super) const SERVICE: Object = Object {
    open: true,
    ..object(
        "Service spec",
        &[
            optional("ports", Shape::List(&PORTS)),
            optional("selector", Shape::Texts(&FREE_TEXTS)),
            optional(
                "type",
                Shape::Choice(&const { words(&["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]) }),
            ),
            optional("clusterIP", Shape::Text(&super::FREE_TEXT)),
            optional("externalName", Shape::Text(&super::FREE_TEXT)),
        ],
        &[service::has_ports],
    )
};
const PORTS: List =
    List { rules: &[service::ports_told_apart], ..list(Shape::Object(&SERVICE_PORT), ANY_LENGTH) };
const SERVICE_PORT: Object = object(
    "Service port",
    &[
        optional("name", Shape::Text(&NAME)),
        optional("protocol", Shape::Choice(&const { words(&["TCP", "UDP", "SCTP"]) })),
        optional("appProtocol", Shape::Text(&super::FREE_TEXT)),
        required("port", PORT),
        optional("targetPort", Shape::NumberOrText),
        optional("nodePort", Shape::Number(0, 65_535)),
    ],
    &[],
);
const NAME: Text = text(0, 63, None);

/// A Secret has its content beside `spec`, which it has not.
pub(super) const SECRET_DATA: Shape = Shape::Texts(&FREE_TEXTS);
pub(super) const SECRET_RULES: &[super::Rule] = &[secret::data_is_base64, secret::tls_has_both];
