//! Who serves a Gateway.

use httproute_manifests::{Document, GatewayStatus};
use serde_json::Value;

/// Who serves a Gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Istio, which starts pods for it.
    Istio,
    /// Istio, as a waypoint of the mesh's own traffic.
    Waypoint,
    /// Somebody else, or nobody: a GatewayClass of this name.
    Other(String),
}

impl Class {
    /// The class of `gateway`, by its name, or by the controller of a GatewayClass among the manifests.
    pub(super) fn of(gateway: &GatewayStatus, documents: &[Document]) -> Class {
        let document = gateway.document.and_then(|number| documents.get(number));
        let name = document.and_then(|document| document.value.pointer("/spec/gatewayClassName"));
        let name = name.and_then(Value::as_str).unwrap_or_default();
        match (name, controller(name, documents)) {
            (_, Some("istio.io/gateway-controller")) | ("istio" | "istio-remote", None) => Class::Istio,
            (_, Some("istio.io/mesh-controller" | "istio.io/eastwest-controller"))
            | ("istio-waypoint" | "istio-east-west", None) => Class::Waypoint,
            _ => Class::Other(name.to_owned()),
        }
    }
}

fn controller<'d>(class: &str, documents: &'d [Document]) -> Option<&'d str> {
    let text = |document: &'d Document, pointer| document.value.pointer(pointer).and_then(Value::as_str);
    let mut classes = documents.iter().filter(|document| text(document, "/kind") == Some("GatewayClass"));
    let found = classes.find(|document| text(document, "/metadata/name") == Some(class))?;
    text(found, "/spec/controllerName")
}
