//! For Istio: a WasmPlugin and an EnvoyFilter for each port.

mod comments;
mod envoy_filter;
mod gateway_class;
mod mirrors;
mod warnings;
mod wasm_plugin;

use std::collections::{BTreeMap, BTreeSet};

use httproute_manifests::{
    Addresses, CertificateSource, Cluster, Document, FilterChain, HttpsChains, ObjectName, Options, Proxy,
    Resolution,
};
use serde_json::{Map, Value, json};

use super::objects::Rendered;
use super::ports;
use crate::args::Istio;

/// How to resolve manifests for Istio.
pub(crate) fn resolve_options(arguments: &Istio) -> Options {
    let extensions = arguments.extensions.iter();
    Options {
        front: Some(arguments.front.settings(Proxy::Istio)),
        namespace: arguments.input.namespace.clone(),
        gateways: arguments.gateways.iter().cloned().collect(),
        // Istio starts pods for each Gateway.
        addresses: if arguments.selector.is_empty() { Addresses::PerGateway } else { Addresses::Shared },
        // A WasmPlugin can be bound to a port, and to nothing more specific.
        https_chains: HttpsChains::PerPort,
        certificates: CertificateSource::Proxy,
        cluster_name: Some(format!(
            "outbound|{{port}}||{{name}}.{{namespace}}.svc.{}",
            arguments.cluster_domain
        )),
        mirror_cluster_name: Some(mirrors::cluster_name(&arguments.cluster_domain)),
        extensions: extensions.map(|extension| (extension.group.clone(), extension.kind.clone())).collect(),
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
    arguments: &Istio,
) -> Result<Rendered, String> {
    ports::check(&arguments.ports, resolution)?;
    check(arguments)?;
    let front = arguments.front.settings(Proxy::Istio);
    let mut rendered = Rendered::default();
    let waypoints = warnings::about_gateways(resolution, documents, arguments, &mut rendered);
    // The pods, and the routes that they carry out.
    let mut pods: BTreeMap<Option<ObjectName>, (Place, BTreeSet<ObjectName>)> = BTreeMap::new();
    for chain in &resolution.chains {
        if chain.gateway.as_ref().is_some_and(|gateway| waypoints.contains(gateway)) {
            continue;
        }
        let place = Place::of(chain, arguments)?;
        rendered.objects.push(wasm_plugin::wasm_plugin(chain, &place, &arguments.image));
        rendered.objects.push(envoy_filter::envoy_filter(
            chain,
            &place,
            resolution,
            &front,
            &arguments.mirroring,
        ));
        let (_, routes) = pods.entry(chain.gateway.clone()).or_insert((place, BTreeSet::new()));
        routes.extend(chain.routes.iter().cloned());
    }
    for (place, routes) in pods.values() {
        let mirrors = resolution.clusters.iter().filter(|cluster| cluster.for_copies);
        let mirrors: Vec<&Cluster> =
            mirrors.filter(|cluster| cluster.used_by.iter().any(|route| routes.contains(route))).collect();
        if !mirrors.is_empty() {
            rendered.objects.push(mirrors::envoy_filter(&mirrors, place, documents, arguments));
        }
    }
    warnings::about_image(&arguments.image, &mut rendered);
    rendered.check()?;
    Ok(rendered)
}

/// Flags that contradict each other.
fn check(arguments: &Istio) -> Result<(), String> {
    let mut keys = BTreeSet::new();
    if let Some(label) = arguments.selector.iter().find(|label| !keys.insert(&label.key)) {
        return Err(format!("--selector says {} twice, and a pod has one value of a label", label.key));
    }
    let image = &arguments.image;
    match (&image.digest, image.url.rest.split_once("@sha256:")) {
        (Some(flag), Some((_, in_url))) if flag.0 != in_url => {
            Err("--digest and the digest in --image are not the same".to_owned())
        }
        _ => Ok(()),
    }
}

/// The objects as YAML.
pub(crate) fn write(rendered: &Rendered) -> String {
    rendered.write("istio", &comments::comment)
}

/// Where the objects for a port are, and which pods they are for.
struct Place {
    name: ObjectName,
    /// The port that the pods listen on.
    bound: u16,
    /// The labels of the pods; without them those of the Gateway.
    labels: Option<Value>,
    gateway: Option<ObjectName>,
}

impl Place {
    fn of(chain: &FilterChain, arguments: &Istio) -> Result<Self, String> {
        let bound = ports::bound(&arguments.ports, &BTreeSet::new(), &[chain])?;
        if bound == 0 {
            return Err(format!(
                "for port {} --port says 0, and Istio has to be told the port that the pods listen on",
                chain.port
            ));
        }
        let labels: Value =
            arguments.selector.iter().map(|label| (label.key.clone(), json!(label.value))).collect();
        Ok(match &chain.gateway {
            // "cross namespace referencing is not currently supported"
            Some(gateway) => Place {
                name: ObjectName::new(
                    &gateway.namespace,
                    format!("httproute-{}-{}", gateway.name, chain.port),
                ),
                bound,
                labels: None,
                gateway: Some(gateway.clone()),
            },
            None => Place {
                name: ObjectName::new(&arguments.selector_namespace, format!("httproute-{}", chain.port)),
                bound,
                labels: Some(labels),
                gateway: None,
            },
        })
    }

    /// The name of the object for copies, which is one for all ports of the pods.
    fn for_mirrors(&self) -> ObjectName {
        let name = match &self.gateway {
            Some(gateway) => format!("httproute-{}-mirrors", gateway.name),
            None => "httproute-mirrors".to_owned(),
        };
        ObjectName::new(&self.name.namespace, name)
    }

    /// Says in an EnvoyFilter which pods it is for.
    fn select(&self, spec: &mut Map<String, Value>) {
        if let Some(target_refs) = self.target_refs() {
            spec.insert("targetRefs".into(), target_refs);
        }
        if let Some(labels) = &self.labels {
            spec.insert("workloadSelector".into(), json!({ "labels": labels }));
        }
    }

    /// `targetRefs`, where the pods are those of a Gateway.
    fn target_refs(&self) -> Option<Value> {
        let gateway = self.gateway.as_ref()?;
        Some(json!([{ "group": "gateway.networking.k8s.io", "kind": "Gateway", "name": gateway.name }]))
    }
}
