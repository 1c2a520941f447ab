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
    /// Whether it gets nothing but copies of requests.
    pub copies_only: bool,
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
        for (backend, &protocol) in &resolved.backends {
            let name = cluster_name(options.cluster_template(), backend);
            let cluster = clusters.entry(name.clone()).or_insert_with(|| Cluster {
                name,
                backend: backend.clone(),
                host: format!("{}.{}.svc.cluster.local", backend.service.name, backend.service.namespace),
                protocol,
                copies_only: true,
                overridden: options.overridden.contains(backend),
                used_by: Vec::new(),
            });
            cluster.copies_only &= !resolved.primaries.contains(backend);
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
            cluster.used_by.push(route.name.clone());
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
