//! From `-f` flags to what a proxy is to serve: the same for a configuration that is printed and for one that is run.

use httproute_manifests::{CertificateSource, Channel, Located, Options, Proxy, Resolution, check, resolve};

use super::verdict::{self, Unresolved, Verdict};
use super::{MIRROR_CLUSTER_NAME, ports};
use crate::args::{Input, Target};
use crate::clock;
use crate::diagnostics;
use crate::error::Failure;
use crate::input::Manifests;

/// Where routes are served if the manifests hold no Gateway.
const IMPLICIT_PORT: u16 = 8080;

/// What manifests come to for a proxy.
pub(crate) struct Served {
    /// What there is to serve.
    pub(crate) resolution: Resolution,
    /// What is to be told, each a text of its own.
    pub(crate) told: Vec<String>,
    /// Whether it may be served.
    pub(crate) verdict: Verdict,
}

impl Served {
    /// Reads manifests, resolves them, and holds them against what the API server of `channel` would refuse. `certificates`
    /// says what becomes of HTTPS listeners whose Secret is not among the manifests.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened.
    pub(crate) fn read(
        input: &Input,
        target: &Target,
        channel: Channel,
        certificates: CertificateSource,
        unresolved: Unresolved,
    ) -> Result<Self, Failure> {
        let manifests = Manifests::read(input)?;
        let documents = &manifests.parsed.documents;
        let mut resolution = resolve(documents, &options(&input.namespace, target, certificates));
        let warnings = std::mem::take(&mut resolution.warnings);
        let mut problems = Located::all(&manifests.parsed, check(documents, channel), warnings);
        verdict::raise(&mut problems, unresolved);
        problems.extend(ports::unused(&target.ports, &resolution).into_iter().map(Located::nowhere));
        let mut told: Vec<String> =
            problems.iter().map(|problem| diagnostics::problem(problem, &manifests)).collect();
        let left_out = ports::leave_out(&target.ports, &mut resolution);
        told.extend(left_out.into_iter().map(|left_out| format!("warning: {left_out}")));
        let verdict = Verdict::of(&problems, documents);
        Ok(Served { resolution, told, verdict })
    }

    /// That there is a listener for a proxy to serve.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub(crate) fn has_listeners(&self) -> Result<(), Failure> {
        if self.resolution.chains.is_empty() {
            let message = "no listener of the Gateways can be served: the warnings above say why";
            return Err(Failure::new(message));
        }
        Ok(())
    }
}

/// How to resolve manifests for a proxy.
fn options(namespace: &str, target: &Target, certificates: CertificateSource) -> Options {
    Options {
        front: Some(target.front.settings(Proxy::Envoy)),
        namespace: namespace.to_owned(),
        certificates,
        now: clock::now(),
        addresses: ports::addresses(&target.ports),
        gateways: target.gateways.iter().cloned().collect(),
        implicit_gateway: Some(IMPLICIT_PORT),
        overridden: target.backends.iter().map(|backend| backend.name.clone()).collect(),
        extensions: target
            .extensions
            .iter()
            .map(|extension| (extension.group.clone(), extension.kind.clone()))
            .collect(),
        mirror_cluster_name: Some(MIRROR_CLUSTER_NAME.into()),
        ..Options::default()
    }
}
