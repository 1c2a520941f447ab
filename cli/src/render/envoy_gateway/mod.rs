//! For Envoy Gateway: an EnvoyExtensionPolicy for each listener, and the routes that are left to it.

mod modules;
mod policy;
mod routes;
mod warnings;

use httproute_manifests::{
    Addresses, CertificateSource, Document, FrontSettings, ObjectName, Options, Proxy, Resolution,
};
use serde_json::Value;

use super::objects::Rendered;
use crate::args::EnvoyGateway;

/// How to resolve manifests for Envoy Gateway.
pub(crate) fn resolve_options(arguments: &EnvoyGateway) -> Options {
    Options {
        front: Some(FrontSettings { proxy: Proxy::EnvoyGateway, ..FrontSettings::default() }),
        namespace: arguments.input.namespace.clone(),
        gateways: arguments.gateways.iter().cloned().collect(),
        // Envoy Gateway starts an Envoy for each Gateway.
        addresses: Addresses::PerGateway,
        certificates: CertificateSource::Proxy,
        // A mirror is Envoy Gateway's.
        mirror_header: None,
        // Envoy Gateway's own kind, which no module looks at.
        extensions: [("gateway.envoyproxy.io".into(), "HTTPRouteFilter".into())].into(),
        ..Options::default()
    }
}

/// The objects for `resolution`, which `documents` came to.
///
/// # Errors
///
/// What stands in the way, as a sentence.
pub(crate) fn render(
    resolution: &Resolution,
    documents: &[Document],
    arguments: &EnvoyGateway,
) -> Result<Rendered, String> {
    modules::check(&arguments.digests)?;
    let mut rendered = Rendered::default();
    for chain in &resolution.chains {
        let listeners = chain.configuration.get("listeners").and_then(Value::as_array);
        for listener in listeners.into_iter().flatten() {
            let configuration = policy::configuration(&chain.configuration, listener);
            warnings::about_matching(&configuration, listener, &mut rendered);
            let modules = modules::of(&configuration);
            if let (Some(gateway), false) = (&chain.gateway, modules.is_empty()) {
                let is_only = is_only_listener(gateway, resolution);
                let place = policy::Place { gateway, listener, is_only };
                rendered.objects.push(policy::policy(&place, &modules, &configuration, arguments));
            }
        }
    }
    warnings::about_policies(arguments, &mut rendered);
    let served = resolution
        .routes
        .iter()
        .filter(|route| resolution.chains.iter().any(|chain| chain.routes.contains(&route.name)));
    for route in served {
        let Some(document) = documents.get(route.document) else { continue };
        warnings::about_route(route, &document.value, &mut rendered);
        // All of them, changed or not: what is printed is what is to be applied, whatever the last edit was.
        let left = routes::left(&route.name, &document.value);
        if left.get("spec") != document.value.get("spec") {
            warnings::about_other_gateways(route, &document.value, &mut rendered);
        }
        rendered.objects.push(left);
    }
    rendered.check()?;
    Ok(rendered)
}

/// The objects as YAML.
pub(crate) fn write(rendered: &Rendered) -> String {
    rendered.write("envoy-gateway", &comment)
}

/// What is to be said above a key.
fn comment(key: &str) -> Option<&'static str> {
    match key {
        "wasm" => Some(
            "In the order in which they run. The first of them matches, and hands its decision on to the others.",
        ),
        "failOpen" => Some(
            "A module that traps must not be passed by. Envoy Gateway knows no reload: its worker then answers 503.",
        ),
        _ => None,
    }
}

/// Whether the Gateway has one listener: then nothing but its name is needed.
fn is_only_listener(gateway: &ObjectName, resolution: &Resolution) -> bool {
    let status = resolution.gateways.iter().find(|status| status.name == *gateway);
    status.is_some_and(|status| status.listeners.len() == 1)
}
