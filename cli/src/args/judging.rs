//! What manifests are held against.

use clap::{Args, ValueEnum};
use httproute_manifests::{Channel, Options};

use super::front::InFront;
use super::{Backend, Extension, Front};
use crate::clock;

/// What manifests are held against
#[derive(Debug, Args)]
pub(crate) struct Judging {
    /// The release channel of the Gateway API that the cluster has
    #[arg(long, value_enum, default_value_t)]
    channel: ReleaseChannel,

    /// A kind that the module carries out for ExtensionRef filters; may be repeated
    #[arg(long = "extension", value_name = "GROUP/KIND")]
    extensions: Vec<Extension>,

    /// A backend that is there although its Service is not among the manifests; may be repeated
    #[arg(long = "backend", value_name = "NS/NAME:PORT=HOST:PORT")]
    backends: Vec<Backend>,

    /// The proxy that the module runs in: what it does to requests comes first
    #[arg(long = "front", value_enum, value_name = "PROXY", default_value_t)]
    in_front: InFront,

    #[command(flatten)]
    front: Front,
}

/// What manifests are held against before they are used, and whether errors stand in the way
#[derive(Debug, Args)]
pub(crate) struct Checking {
    /// The release channel of the Gateway API that the cluster has
    #[arg(long, value_enum, default_value_t)]
    channel: ReleaseChannel,

    /// Go on in spite of errors: rules with errors answer 500, and what cannot be used at all is left out
    #[arg(long)]
    pub(crate) allow_errors: bool,
}

impl Checking {
    /// The release channel.
    pub(crate) fn channel(&self) -> Channel {
        self.channel.into()
    }
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum ReleaseChannel {
    /// What is generally available
    #[default]
    Standard,
    /// It has more fields, such as retry
    Experimental,
}

impl Judging {
    /// The release channel.
    pub(crate) fn channel(&self) -> Channel {
        self.channel.into()
    }

    /// How to resolve manifests in which objects without a namespace belong to `namespace`.
    pub(crate) fn options(&self, namespace: &str) -> Options {
        let extensions = self.extensions.iter();
        Options {
            front: self.in_front.settings(&self.front),
            namespace: namespace.to_owned(),
            extensions: extensions
                .map(|extension| (extension.group.clone(), extension.kind.clone()))
                .collect(),
            now: clock::now(),
            overridden: self.backends.iter().map(|backend| backend.name.clone()).collect(),
            ..Options::default()
        }
    }
}

impl From<ReleaseChannel> for Channel {
    fn from(channel: ReleaseChannel) -> Self {
        match channel {
            ReleaseChannel::Standard => Channel::Standard,
            ReleaseChannel::Experimental => Channel::Experimental,
        }
    }
}
