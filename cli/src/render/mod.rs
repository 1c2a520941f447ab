//! From resolved manifests to the configuration of a proxy.

use std::collections::BTreeMap;
use std::path::PathBuf;

use httproute_manifests::{BackendName, Resolution};

use crate::args::{HostPort, Target};

/// Where the proxy finds what the manifests speak of.
#[derive(Clone, Debug, Default)]
pub(crate) struct RenderOptions {
    /// Where backends are, instead of the DNS names of their Services.
    pub(crate) backends: BTreeMap<BackendName, HostPort>,
    /// The ports to bind, by the ports of the listeners, where they differ.
    pub(crate) ports: BTreeMap<u16, u16>,
    /// The directory of the modules, as the proxy sees it.
    pub(crate) wasm_dir: Option<PathBuf>,
    /// The module to load instead of `httproute.wasm`.
    pub(crate) module: Option<PathBuf>,
}

impl RenderOptions {
    /// What the flags of the command line say.
    pub(crate) fn new(target: &Target) -> Self {
        let backends = target.backends.iter();
        RenderOptions {
            backends: backends.map(|backend| (backend.name.clone(), backend.address.clone())).collect(),
            ports: target.ports.iter().map(|port| (port.listener, port.bound)).collect(),
            wasm_dir: target.wasm_dir.clone(),
            module: target.module.clone(),
        }
    }
}

/// A complete Envoy bootstrap.
///
/// Not there yet: it is empty, with a comment for each filter chain.
pub(crate) fn envoy(resolution: &Resolution, _options: &RenderOptions) -> Result<String, String> {
    let chains = resolution.chains.iter().map(|chain| format!("# {}\n", chain.name));
    Ok(chains.chain(["static_resources: {}\n".to_owned()]).collect())
}
