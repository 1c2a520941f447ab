//! What the user wants besides what the manifests say.

use std::collections::BTreeSet;

use super::name::{BackendName, ObjectName};

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
    /// Whether the proxy has its certificates by itself: then no `certificateRef` is looked up, what the Gateway demands of
    /// clients' certificates is the proxy's business too, and an HTTPS listener is served with no certificate known.
    pub certificates_elsewhere: bool,
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
            certificates_elsewhere: false,
            implicit_gateway: None,
            overridden: BTreeSet::new(),
            extensions: BTreeSet::new(),
            cluster_name: None,
            mirror_cluster_name: None,
            mirror_header: Some("x-httproute-mirror-{n}".into()),
        }
    }
}

/// Where the Gateways listen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addresses {
    /// On the same addresses. "implementations MAY merge configuration from multiple Gateways onto a single data plane":
    /// listeners of several Gateways with the same port, protocol and hostname are served as one, with a warning.
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
