//! What will not work in Istio as written.

use std::collections::BTreeSet;

use httproute_manifests::{Document, GatewayStatus, ObjectName, Resolution, Warning};

use super::gateway_class::Class;
use crate::args::{Image, Istio};
use crate::render::objects::Rendered;

/// Tells what is to be known of each Gateway, and says which are waypoints.
pub(super) fn about_gateways(
    resolution: &Resolution,
    documents: &[Document],
    arguments: &Istio,
    rendered: &mut Rendered,
) -> BTreeSet<ObjectName> {
    let mut waypoints = BTreeSet::new();
    let mut filtered = BTreeSet::new();
    for gateway in &resolution.gateways {
        let name = &gateway.name;
        let mut warn =
            |code, message: String, hint: &str| rendered.warnings.push(warning(gateway, code, message, hint));
        match Class::of(gateway, documents) {
            Class::Waypoint => {
                let message = format!("Gateway {name} is a waypoint, for which nothing is rendered");
                warn("Waypoint", message, "routes of the mesh itself are Istio's; render those of a gateway");
                waypoints.insert(name.clone());
            }
            Class::Istio => {
                let message = format!(
                    "Istio carries out the routes of Gateway {name} too: every filter would run twice, were it not for the \
                     EnvoyFilter, which takes Istio's own virtual hosts away"
                );
                warn("CarriedOutTwice", message, "apply and delete WasmPlugin and EnvoyFilter together");
            }
            Class::Other(class) if arguments.selector.is_empty() => {
                let message = format!("Gateway {name} is of class {class:?}, for which Istio starts no pods");
                warn(
                    "UnknownGatewayClass",
                    message,
                    "use gatewayClassName: istio, or say which pods serve it with --selector",
                );
                filtered.insert(name.clone());
            }
            Class::Other(_) => {
                filtered.insert(name.clone());
            }
        }
    }
    about_clusters(resolution, &filtered, rendered);
    about_server_names(resolution, rendered);
    waypoints
}

fn warning(gateway: &GatewayStatus, code: &'static str, message: String, hint: &str) -> Warning {
    let pointer = "/spec/gatewayClassName".into();
    Warning { document: gateway.document, pointer, code, message, hint: hint.into() }
}

/// Where Istio carries routes out itself, their backends are among the upstreams of the gateway in any case.
fn about_clusters(resolution: &Resolution, gateways: &BTreeSet<ObjectName>, rendered: &mut Rendered) {
    let is_one = |route: &ObjectName| {
        let status = resolution.routes.iter().find(|status| status.name == *route);
        status.is_some_and(|status| status.parents.iter().any(|parent| gateways.contains(&parent.gateway)))
    };
    let clusters = resolution.clusters.iter().filter(|cluster| cluster.used_by.iter().any(is_one));
    // A backend may have an upstream for requests and one for copies.
    let names: BTreeSet<String> = clusters.map(|cluster| cluster.backend.to_string()).collect();
    if !names.is_empty() {
        rendered.warn(
            "FilteredClusters",
            format!(
                "where istiod has PILOT_FILTER_GATEWAY_CLUSTER_CONFIG, gateways do not know {}",
                Vec::from_iter(names).join(", ")
            ),
            "leave it off, or name these Services in a VirtualService of the gateway",
        );
    }
}

/// Pods that serve several Gateways have server names of which nothing is known here.
fn about_server_names(resolution: &Resolution, rendered: &mut Rendered) {
    for chain in &resolution.chains {
        if chain.https && chain.gateway.is_none() && chain.listeners.len() > 1 {
            rendered.warn(
                "SharedServerNames",
                format!(
                    "on port {} a client can ask for one server name in the TLS handshake and for another in its requests",
                    chain.port
                ),
                "where listeners differ in what they ask of clients, give each a port of its own",
            );
        }
    }
}

/// A tag can be moved.
pub(super) fn about_image(image: &Image, rendered: &mut Rendered) {
    if image.sha256().is_none() {
        rendered.warn(
            "UnpinnedImage",
            format!("{} is not pinned: whoever can move the tag decides what gateways load", image.url),
            "pin it with --digest",
        );
    }
}
