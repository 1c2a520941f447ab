//! From resolved manifests to the configuration of a proxy.

pub(crate) mod envoy;
pub(crate) mod envoy_gateway;
pub(crate) mod istio;
mod mirrors;
pub(crate) mod module;
pub(crate) mod objects;
pub(crate) mod ports;
mod private;
mod route;
pub(crate) mod self_signed;
pub(crate) mod served;
pub(crate) mod verdict;
pub(crate) mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use httproute_manifests::{BackendName, FrontSettings, Proxy, Resolution};
use serde_json::Value;

use crate::args::{BoundPort, HostPort, Mirroring, Target};
pub(crate) use mirrors::CLUSTER_NAME as MIRROR_CLUSTER_NAME;

/// Where Envoy's administration interface is in its own examples.
pub(crate) const ADMIN_PORT: u16 = 9901;

/// Where the proxy finds what the manifests speak of.
#[derive(Clone, Debug)]
pub(crate) struct RenderOptions {
    /// The address that listeners bind.
    pub(crate) address: IpAddr,
    /// Where the administration interface listens; `None` for none.
    pub(crate) admin: Option<SocketAddr>,
    /// Whether each request is logged to the standard output.
    pub(crate) access_log: bool,
    /// Where backends are, instead of the DNS names of their Services.
    pub(crate) backends: BTreeMap<BackendName, HostPort>,
    /// The ports to bind, where they are not those of the listeners; 0 lets the system choose.
    pub(crate) ports: Vec<BoundPort>,
    /// Ports below 1024 that the user may not bind: they are bound 10,000 higher.
    pub(crate) raised: BTreeSet<u16>,
    /// What a slow mirror may cost.
    pub(crate) mirroring: Mirroring,
    /// The module, as the proxy sees it.
    pub(crate) module: PathBuf,
    /// The folder from whose files Envoy takes its listeners, clusters, routes and modules; `None` where all of it stands in
    /// the bootstrap.
    pub(crate) folder: Option<PathBuf>,
    /// What the connection managers do to requests before the modules see them.
    pub(crate) front: FrontSettings,
}

impl Default for RenderOptions {
    fn default() -> Self {
        RenderOptions {
            // A gateway is there for others.
            address: Ipv4Addr::UNSPECIFIED.into(),
            admin: Some((Ipv4Addr::LOCALHOST, ADMIN_PORT).into()),
            access_log: true,
            backends: BTreeMap::new(),
            ports: Vec::new(),
            raised: BTreeSet::new(),
            mirroring: Mirroring::default(),
            module: PathBuf::from("dist/httproute.wasm"),
            folder: None,
            front: FrontSettings::default(),
        }
    }
}

impl RenderOptions {
    /// What the flags of the command line say, for a proxy that loads `module`.
    pub(crate) fn new(target: &Target, module: PathBuf) -> Self {
        let backends = target.backends.iter();
        RenderOptions {
            backends: backends.map(|backend| (backend.name.clone(), backend.address.clone())).collect(),
            address: target.bind,
            admin: Some((Ipv4Addr::LOCALHOST, target.admin.unwrap_or(ADMIN_PORT)).into()),
            ports: target.ports.clone(),
            mirroring: target.mirroring,
            module,
            front: target.front.settings(Proxy::Envoy),
            ..RenderOptions::default()
        }
    }
}

/// A complete Envoy bootstrap, as YAML with comments. The same resolution and options give the same bytes.
///
/// # Errors
///
/// What stands in the way, as a sentence.
pub(crate) fn envoy(resolution: &Resolution, options: &RenderOptions) -> Result<String, String> {
    let bootstrap = envoy::bootstrap(resolution, options)?;
    let yaml = yaml::write(&bootstrap, &envoy::comment);
    Ok(format!("# Written by `httproute render envoy`.\n{yaml}"))
}

/// `object` with the members of `more`.
pub(crate) fn with(mut object: Value, more: Value) -> Value {
    if let (Value::Object(members), Value::Object(more)) = (&mut object, more) {
        members.extend(more);
    }
    object
}

#[cfg(test)]
mod tests;
