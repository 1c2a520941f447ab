//! `httproute explain`.

use clap::Args;
use httproute_manifests::ObjectName;

use super::judging::Judging;
use super::{Input, Output};

/// Says why a request goes where it goes: which rule won, why the others lost, and what happens to the request
///
/// Nothing is sent. Where the manifests hold no Gateway, all their HTTPRoutes are served on the port of the URL.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  httproute explain -f shop.yaml http://shop.example.com/cart
  httproute explain -f gateway.yaml -f routes/ -X POST -H 'x-canary: yes' https://shop.example.com/cart?item=1
  httproute explain -f shop.yaml --seed 7 -o json http://shop.example.com/cart")]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) judging: Judging,

    /// The method of the request
    #[arg(short = 'X', long = "request", value_name = "METHOD", default_value = "GET")]
    pub(crate) method: String,

    /// A header of the request, as in 'x-canary: yes'; may be repeated
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,

    /// Send this target instead of the path and query of the URL, byte for byte, as in '*' or '/a#b'
    #[arg(long, value_name = "TARGET")]
    pub(crate) request_target: Option<String>,

    /// Use HTTP/1.1, which is the default for http://
    #[arg(long = "http1.1", conflicts_with = "http2")]
    pub(crate) http1: bool,

    /// Use HTTP/2, which is the default for https://
    #[arg(long)]
    pub(crate) http2: bool,

    /// What random draws follow from: which of several backends is chosen, and which mirrors get a copy
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,

    /// The port that the client connects to, where it is not that of the URL
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,

    /// Only this Gateway is served; may be repeated
    #[arg(long = "gateway", value_name = "NS/NAME", value_parser = object_name)]
    pub(crate) gateways: Vec<ObjectName>,

    /// The form of the output
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,

    #[arg(help = "The URL of the request, as in http://shop.example.com/cart")]
    pub(crate) url: String,
}

/// `NAMESPACE/NAME`.
pub(super) fn object_name(text: &str) -> Result<ObjectName, &'static str> {
    match text.split_once('/') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains('/') => {
            Ok(ObjectName::new(namespace, name))
        }
        _ => Err("write NAMESPACE/NAME, as in infra/public"),
    }
}
