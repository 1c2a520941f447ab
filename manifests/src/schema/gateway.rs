//! `GatewaySpec` and `GatewayClassSpec`

use super::form::{ADDRESS_TYPE, CONTROLLER, HOSTNAME, LABEL_KEY, LABEL_VALUE, PROTOCOL};
use super::metadata::SELECTOR;
use super::reference::{GROUP_TEXT, KIND_TEXT, LOCAL, OBJECT, SECRET, SECTION};
use super::{
    List, Object, PORT, Shape, Texts, Unique, experimental, list, object, optional, required, text, words,
};
use crate::check::rules::{address, listener};

pub(super) const GATEWAY: Object = object(
    "Gateway spec",
    &[
        required("gatewayClassName", Shape::Text(&const { text(1, 253, None) })),
        required("listeners", Shape::List(&LISTENERS)),
        optional("addresses", Shape::List(&ADDRESSES)),
        optional("infrastructure", Shape::Object(&INFRASTRUCTURE)),
        optional("allowedListeners", Shape::Object(&ALLOWED_LISTENERS)),
        optional("tls", Shape::Object(&GATEWAY_TLS)),
        experimental("defaultScope", Shape::Choice(&const { words(&["All", "None"]) })),
    ],
    &[],
);

const LISTENERS: List = List {
    least: 1,
    unique: Unique::By("name"),
    rules: &[listener::told_apart],
    ..list(Shape::Object(&LISTENER), 64)
};
const LISTENER: Object = object(
    "listener",
    &[
        required("name", SECTION),
        optional("hostname", Shape::Text(&const { text(1, 253, Some(&HOSTNAME)) })),
        required("port", PORT),
        required("protocol", Shape::Text(&const { text(1, 255, Some(&PROTOCOL)) })),
        optional("tls", Shape::Object(&LISTENER_TLS)),
        optional("allowedRoutes", Shape::Object(&ALLOWED_ROUTES)),
    ],
    &[listener::tls_of_protocol, listener::hostname_of_protocol],
);
const LISTENER_TLS: Object = object(
    "listener's tls",
    &[
        optional("mode", Shape::Choice(&const { words(&["Terminate", "Passthrough"]) })),
        optional("certificateRefs", Shape::List(&const { list(Shape::Object(&SECRET), 64) })),
        optional("options", Shape::Texts(&OPTIONS)),
    ],
    &[listener::terminate_has_certificates],
);
const OPTIONS: Texts = Texts { most: 16, key: None, value: &const { text(0, 4096, None) } };

const ALLOWED_ROUTES: Object = object(
    "allowedRoutes",
    &[
        optional("namespaces", Shape::Object(&ROUTE_NAMESPACES)),
        optional("kinds", Shape::List(&const { list(Shape::Object(&ROUTE_KIND), 8) })),
    ],
    &[],
);
const ROUTE_NAMESPACES: Object = object(
    "namespaces",
    &[
        optional("from", Shape::Choice(&const { words(&["All", "Selector", "Same"]) })),
        optional("selector", Shape::Object(&SELECTOR)),
    ],
    &[listener::selector_is_given],
);
const ROUTE_KIND: Object =
    object("route kind", &[optional("group", GROUP_TEXT), required("kind", KIND_TEXT)], &[]);

const ALLOWED_LISTENERS: Object =
    object("allowedListeners", &[optional("namespaces", Shape::Object(&LISTENER_NAMESPACES))], &[]);
const LISTENER_NAMESPACES: Object = object(
    "namespaces",
    &[
        optional("from", Shape::Choice(&const { words(&["All", "Selector", "Same", "None"]) })),
        optional("selector", Shape::Object(&SELECTOR)),
    ],
    &[listener::selector_is_given],
);

const ADDRESSES: List = List { rules: &[address::once], ..list(Shape::Object(&ADDRESS), 16) };
const ADDRESS: Object = object(
    "address",
    &[
        optional("type", Shape::Text(&const { text(1, 253, Some(&ADDRESS_TYPE)) })),
        optional("value", Shape::Text(&const { text(0, 253, None) })),
    ],
    &[address::value_of_type],
);

const INFRASTRUCTURE: Object = object(
    "infrastructure",
    &[
        optional(
            "labels",
            Shape::Texts(
                &const {
                    Texts {
                        most: 8,
                        key: Some(&LABEL_KEY),
                        value: &const { text(0, 63, Some(&LABEL_VALUE)) },
                    }
                },
            ),
        ),
        optional(
            "annotations",
            Shape::Texts(
                &const { Texts { most: 16, key: Some(&LABEL_KEY), value: &const { text(0, 4096, None) } } },
            ),
        ),
        optional("parametersRef", Shape::Object(&LOCAL)),
    ],
    &[],
);

const GATEWAY_TLS: Object = object(
    "Gateway's tls",
    &[optional("backend", Shape::Object(&BACKEND_TLS)), optional("frontend", Shape::Object(&FRONTEND_TLS))],
    &[],
);
const BACKEND_TLS: Object =
    object("backend", &[optional("clientCertificateRef", Shape::Object(&SECRET))], &[]);
const FRONTEND_TLS: Object = object(
    "frontend",
    &[
        required("default", Shape::Object(&TLS_CONFIG)),
        optional(
            "perPort",
            Shape::List(&const { List { unique: Unique::By("port"), ..list(Shape::Object(&PORT_TLS), 64) } }),
        ),
    ],
    &[],
);
const PORT_TLS: Object =
    object("perPort", &[required("port", PORT), required("tls", Shape::Object(&TLS_CONFIG))], &[]);
const TLS_CONFIG: Object = object("tls", &[optional("validation", Shape::Object(&VALIDATION))], &[]);
const VALIDATION: Object = object(
    "validation",
    &[
        required(
            "caCertificateRefs",
            Shape::List(&const { List { least: 1, ..list(Shape::Object(&OBJECT), 16) } }),
        ),
        optional("mode", Shape::Choice(&const { words(&["AllowValidOnly", "AllowInsecureFallback"]) })),
    ],
    &[],
);

pub(super) const GATEWAY_CLASS: Object = object(
    "GatewayClass spec",
    &[
        required("controllerName", Shape::Text(&const { text(1, 253, Some(&CONTROLLER)) })),
        optional("description", Shape::Text(&const { text(0, 64, None) })),
        optional("parametersRef", Shape::Object(&OBJECT)),
    ],
    &[],
);
