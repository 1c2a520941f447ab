//! What the proxy does to requests before the module sees them.

use clap::{Args, ValueEnum};
use httproute_manifests::{EscapedSlashes, FrontSettings, Proxy, Underscores};

/// What the proxy does to requests before the module sees them
#[derive(Clone, Debug, Args)]
pub(crate) struct Front {
    /// What to do with a request that has an underscore in a header name. Without this flag: reject it, but allow such headers if
    /// a rule matches one
    #[arg(long, value_enum, value_name = "ACTION")]
    underscores: Option<UnderscoresAction>,

    /// What to do with a path that has an escaped slash or backslash (%2F, %5C)
    #[arg(long, value_enum, value_name = "ACTION", default_value_t)]
    escaped_slashes: EscapedSlashesAction,

    /// Treat several slashes in a path as one
    #[arg(long, value_name = "true|false", default_value_t = true, default_missing_value = "true",
          num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    merge_slashes: bool,

    /// How many trusted proxies, such as load balancers, are in front. The proxy believes what they say in X-Forwarded-Proto
    /// and X-Forwarded-For
    #[arg(long, value_name = "N", default_value_t = 0)]
    trusted_hops: u32,
}

/// The proxy that the module runs in
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum InFront {
    /// Envoy, as `render envoy` and `run` configure it
    #[default]
    Envoy,
    /// A gateway of Istio, with the patches of `render istio`
    Istio,
    /// Envoy Gateway, as it configures its Envoys
    EnvoyGateway,
    /// Nothing: the module gets the request as the client sends it
    None,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum UnderscoresAction {
    /// Answer 400
    Reject,
    /// Remove the header
    Drop,
    /// Pass the header on
    Allow,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum EscapedSlashesAction {
    /// Redirect the client (307) to the path with slashes
    #[default]
    Redirect,
    /// Keep the path as it is, as npm and the API of GitLab need it
    Keep,
    /// Answer 400
    Reject,
    /// Decode them
    Decode,
}

impl InFront {
    /// The settings of this proxy; `None` if nothing is in front.
    pub(crate) fn settings(self, front: &Front) -> Option<FrontSettings> {
        match self {
            InFront::Envoy => Some(front.settings(Proxy::Envoy)),
            InFront::Istio => Some(front.settings(Proxy::Istio)),
            InFront::EnvoyGateway => Some(front.settings(Proxy::EnvoyGateway)),
            InFront::None => None,
        }
    }
}

impl Front {
    /// The settings for a proxy.
    pub(crate) fn settings(&self, proxy: Proxy) -> FrontSettings {
        FrontSettings {
            proxy,
            underscores: self.underscores.map(|action| match action {
                UnderscoresAction::Reject => Underscores::Reject,
                UnderscoresAction::Drop => Underscores::Drop,
                UnderscoresAction::Allow => Underscores::Allow,
            }),
            escaped_slashes: match self.escaped_slashes {
                EscapedSlashesAction::Redirect => EscapedSlashes::Redirect,
                EscapedSlashesAction::Keep => EscapedSlashes::Keep,
                EscapedSlashesAction::Reject => EscapedSlashes::Reject,
                EscapedSlashesAction::Decode => EscapedSlashes::Decode,
            },
            merge_slashes: self.merge_slashes,
            trusted_hops: self.trusted_hops,
        }
    }
}
