//! What the user wants besides what the manifests say.

use std::collections::BTreeSet;

use super::name::{BackendName, ObjectName};
use crate::front::FrontSettings;

/// How to resolve manifests.
///
/// ```
/// use httproute_manifests::Options;
/// // Routes without a Gateway, as a person has them on a laptop, are served on port 8080.
/// let options = Options { implicit_gateway: Some(8080), ..Options::default() };
/// assert_eq!(options.namespace, "default");
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// The namespace of objects that name none, as `kubectl -n` has it.
    pub namespace: String,
    /// The Gateways to serve; empty for all that the manifests hold.
    pub gateways: BTreeSet<ObjectName>,
    /// Only Gateways of these GatewayClasses are served; empty for any class.
    pub gateway_classes: BTreeSet<String>,
    /// Whether the Gateways share one set of addresses.
    pub addresses: Addresses,
    /// Which HTTPS listeners of a port share a filter chain.
    pub https_chains: HttpsChains,
    /// Where the certificates of HTTPS listeners come from.
    pub certificates: CertificateSource,
    /// The time in seconds since 1970, for a warning about certificates that have expired; `None` for no such warning.
    pub now: Option<i64>,
    /// Where the manifests hold no Gateway at all, every route is attached to one HTTP listener on this port.
    pub implicit_gateway: Option<u16>,
    /// Backends of which the user says where they are: they exist, whether or not the manifests hold their Service.
    pub overridden: BTreeSet<BackendName>,
    /// Group and kind of objects that ExtensionRef filters may name.
    pub extensions: BTreeSet<(String, String)>,
    /// `clusterName` of the modules: how upstreams are named. `None` for their default, `{namespace}/{name}/{port}`.
    pub cluster_name: Option<String>,
    /// `mirrorClusterName` of the modules: how upstreams for copies are named. `None` if copies go to those of requests.
    pub mirror_cluster_name: Option<String>,
    /// `mirrorHeader` of the modules; `None` where the proxy is to carry no mirrors.
    pub mirror_header: Option<String>,
    /// What the proxy does to requests before the modules see them, for warnings about matches that no request fulfils, and for
    /// [`explain`](crate::explain); `None` if modules get requests as clients send them.
    pub front: Option<FrontSettings>,
}

impl Options {
    /// The name of the Gateway that stands in where the manifests hold none.
    pub const IMPLICIT_GATEWAY: &'static str = "implicit";

    /// The template for names of upstreams.
    pub(crate) fn cluster_template(&self) -> &str {
        self.cluster_name.as_deref().unwrap_or("{namespace}/{name}/{port}")
    }

    /// The template for names of upstreams for copies.
    pub(crate) fn mirror_cluster_template(&self) -> &str {
        self.mirror_cluster_name.as_deref().unwrap_or_else(|| self.cluster_template())
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            namespace: "default".into(),
            gateways: BTreeSet::new(),
            gateway_classes: BTreeSet::new(),
            addresses: Addresses::Shared,
            https_chains: HttpsChains::PerServerName,
            certificates: CertificateSource::Secrets,
            now: None,
            implicit_gateway: None,
            overridden: BTreeSet::new(),
            extensions: BTreeSet::new(),
            cluster_name: None,
            mirror_cluster_name: None,
            mirror_header: Some("x-httproute-mirror-{n}".into()),
            front: Some(FrontSettings::default()),
        }
    }
}

/// Where the certificates of HTTPS listeners come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CertificateSource {
    /// The Secrets among the manifests. A listener without a usable one is not served.
    #[default]
    Secrets,
    /// Likewise, but a Secret that is not among the manifests counts as good, with a warning: keys are seldom kept beside
    /// manifests. [`FilterChain::missing_secrets`](crate::FilterChain) names such Secrets.
    SecretsIfPresent,
    /// The proxy has them by itself: no `certificateRef` is looked up, the proxy deals with client certificates, and an HTTPS
    /// listener is served although no certificate is known.
    Proxy,
}

/// Where the Gateways listen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addresses {
    /// On the same addresses: "implementations MAY merge configuration from multiple Gateways onto a single data plane". Of
    /// listeners of several Gateways that cannot be told apart, that of the oldest Gateway is served, and the others are
    /// conflicted.
    #[default]
    Shared,
    /// On addresses of their own, as most clusters have it: only the listeners of one Gateway must be distinct, and each
    /// Gateway has filter chains of its own.
    PerGateway,
}

/// Which HTTPS listeners of a port share a filter chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpsChains {
    /// Those with the same hostname: the proxy picks the chain by the name that a client asks for in the TLS handshake, and
    /// each module knows the hostnames of the other chains as `misdirected`.
    #[default]
    PerServerName,
    /// All of them, where one module serves the whole port. That a request came by the server name of another listener is
    /// then for the proxy to find out.
    PerPort,
}
