//! The upstreams that the chains need.

use std::collections::BTreeMap;

use super::backend::Protocol;
use super::chain::FilterChain;
use super::name::{BackendName, ObjectName};
use super::options::Options;
use super::references::Resolved;
use super::route::Route;
use super::warning::Warning;

/// An upstream of the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The name by which modules choose it.
    pub name: String,
    /// The Service and its port.
    pub backend: BackendName,
    /// The name of the Service in the DNS of a cluster: `cart.shop.svc.cluster.local`.
    pub host: String,
    /// What it speaks.
    pub protocol: Protocol,
    /// Whether it is for copies of requests, and gets nothing else.
    pub for_copies: bool,
    /// Whether the user says where it is ([`Options::overridden`]).
    pub overridden: bool,
    /// The routes that refer to it, by name.
    pub used_by: Vec<ObjectName>,
}

/// The upstreams that the routes of `chains` refer to, by name.
pub(crate) fn clusters(
    chains: &[FilterChain],
    routes: &[Route<'_>],
    resolved: &[Resolved<'_>],
    options: &Options,
    warnings: &mut Vec<Warning>,
) -> Vec<Cluster> {
    let mut clusters: BTreeMap<String, Cluster> = BTreeMap::new();
    let served =
        |route: &&Route<'_>| chains.iter().any(|chain| chain.routes.binary_search(&route.name).is_ok());
    for (route, resolved) in routes.iter().zip(resolved).filter(|(route, _)| served(route)) {
        let requests = (&resolved.backends, options.cluster_template(), false);
        let copies = (&resolved.mirrors, options.mirror_cluster_template(), true);
        let uses = [requests, copies].into_iter().flat_map(|(backends, template, for_copies)| {
            backends.iter().map(move |(backend, protocol)| (backend, *protocol, template, for_copies))
        });
        for (backend, protocol, template, for_copies) in uses {
            let name = cluster_name(template, backend);
            let cluster = clusters.entry(name.clone()).or_insert_with(|| Cluster {
                name,
                backend: backend.clone(),
                host: format!("{}.{}.svc.cluster.local", backend.service.name, backend.service.namespace),
                protocol,
                for_copies,
                overridden: options.overridden.contains(backend),
                used_by: Vec::new(),
            });
            cluster.for_copies &= for_copies;
            if cluster.backend != *backend {
                warnings.push(Warning {
                    document: Some(route.document),
                    pointer: String::new(),
                    code: "SameClusterName",
                    message: format!(
                        "{backend} and {} are both named {:?} in the proxy",
                        cluster.backend, cluster.name
                    ),
                    hint: "use a clusterName with {namespace}, {name} and {port}".into(),
                });
            }
            if cluster.used_by.last() != Some(&route.name) {
                cluster.used_by.push(route.name.clone());
            }
        }
    }
    clusters.into_values().collect()
}

/// As a module names it.
fn cluster_name(template: &str, backend: &BackendName) -> String {
    // No name of an object holds a brace.
    template
        .replace("{group}", "")
        .replace("{kind}", "Service")
        .replace("{namespace}", &backend.service.namespace)
        .replace("{name}", &backend.service.name)
        .replace("{port}", &backend.port.to_string())
}
