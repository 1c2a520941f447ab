//! What can be said on the command line.

mod check;
mod envoy_gateway;
mod explain;
mod front;
mod image;
mod istio;
mod judging;
mod mirroring;
mod run;
mod values;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use httproute_manifests::ObjectName;

pub(crate) use check::Check;
pub(crate) use envoy_gateway::{EnvoyGateway, ModuleDigest};
pub(crate) use explain::Explain;
pub(crate) use front::Front;
pub(crate) use image::Image;
pub(crate) use istio::Istio;
pub(crate) use judging::Checking;
pub(crate) use mirroring::Mirroring;
#[cfg(test)]
pub(crate) use mirroring::{CopyBuffer, CopyTimeout};
pub(crate) use run::{LogLevel, Run};
pub(crate) use values::{Backend, BoundPort, Extension, HostPort};

/// Checks Gateway API manifests, explains where a request goes, and runs a proxy that does what they say, without a cluster
#[derive(Debug, Parser)]
#[command(name = "httproute", version, propagate_version = true, max_term_width = 110)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(Check),
    Explain(Explain),
    Render(Render),
    Run(Run),
    Completions(Completions),
}

/// Where manifests come from
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// A file with manifests, a directory of .yaml, .yml and .json files, or - for the standard input; may be repeated
    #[arg(short, long = "filename", value_name = "FILE|DIR|-", required = true)]
    pub(crate) filename: Vec<PathBuf>,

    /// Read directories with all that is below them
    #[arg(short = 'R', long)]
    pub(crate) recursive: bool,

    /// The namespace of objects that name none
    #[arg(short, long, value_name = "NAMESPACE", default_value = "default")]
    pub(crate) namespace: String,
}

/// Writes the configuration of a proxy that does what the manifests say
#[derive(Debug, Args)]
pub(crate) struct Render {
    #[command(subcommand)]
    pub(crate) proxy: Proxy,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Proxy {
    Envoy(Envoy),
    Istio(Istio),
    EnvoyGateway(EnvoyGateway),
}

/// A complete Envoy bootstrap, on the standard output
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  httproute render envoy -f gateway.yaml -f routes/ > envoy.yaml
  httproute render envoy -f shop.yaml --backend shop/cart:8080=127.0.0.1:9001 --port 80=10080 > envoy.yaml")]
pub(crate) struct Envoy {
    #[command(flatten)]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) checking: Checking,

    #[command(flatten)]
    pub(crate) target: Target,

    /// Make a certificate for each HTTPS listener whose Secret is not among the manifests, another one each time. Clients do
    /// not trust it
    #[arg(long)]
    pub(crate) self_signed: bool,
}

/// Where the proxy finds what the manifests speak of
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// Where a backend is, instead of the DNS name of its Service; may be repeated
    #[arg(long = "backend", value_name = "NS/NAME:PORT=HOST:PORT")]
    pub(crate) backends: Vec<Backend>,

    /// Bind another port than that of the listener, as in 80=10080 or infra/public/web=10080; may be repeated. Naming the
    /// Gateway gives each Gateway addresses of its own; 0 lets the system choose
    #[arg(long = "port", value_name = "LISTENER=BOUND")]
    pub(crate) ports: Vec<BoundPort>,

    /// Only this Gateway is served; may be repeated
    #[arg(long = "gateway", value_name = "NS/NAME", value_parser = explain::object_name)]
    pub(crate) gateways: Vec<ObjectName>,

    /// The address that listeners bind
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0")]
    pub(crate) bind: IpAddr,

    /// The port of Envoy's administration interface, on 127.0.0.1; 0 lets the system choose. Without it, `render` writes 9901,
    /// and with `run` only your own processes can reach it
    #[arg(long, alias = "admin-port", value_name = "PORT")]
    pub(crate) admin: Option<u16>,

    /// The directory of the modules, as the proxy sees it; without it, the module that this command carries
    #[arg(long, value_name = "DIR")]
    pub(crate) wasm_dir: Option<PathBuf>,

    /// Load this module instead of httproute.wasm
    #[arg(long, value_name = "FILE")]
    pub(crate) module: Option<PathBuf>,

    /// A kind that the module carries out for ExtensionRef filters; may be repeated
    #[arg(long = "extension", value_name = "GROUP/KIND")]
    pub(crate) extensions: Vec<Extension>,

    #[command(flatten)]
    pub(crate) front: Front,

    #[command(flatten)]
    pub(crate) mirroring: Mirroring,
}

/// Prints a script that completes commands and flags in a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  httproute completions bash > ~/.local/share/bash-completion/completions/httproute
  httproute completions zsh > ~/.zfunc/_httproute
  httproute completions fish > ~/.config/fish/completions/httproute.fish")]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// The form of the output
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    #[default]
    Text,
    /// For tools: one JSON object
    Json,
}
