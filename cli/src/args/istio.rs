//! `httproute render istio`.

use std::str::FromStr;

use clap::Args;
use httproute_manifests::ObjectName;

use super::image::Image;
use super::values::object_part;
use super::{BoundPort, Checking, Extension, Front, Input, Mirroring, explain};

/// For Istio: a WasmPlugin and an EnvoyFilter for each port of the Gateways, on the standard output
///
/// The WasmPlugin holds the routes, and an edit of them changes nothing else; the EnvoyFilter lets the module choose the
/// backend.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  httproute render istio -f gateway.yaml -f routes/ --image oci://registry.example.com/httproute:0.1.0 \\
    --digest sha256:… | kubectl apply --server-side -f -
  httproute render istio -f shop.yaml --image oci://registry.example.com/httproute:0.1.0 \\
    --selector istio=ingressgateway --port 80=8080 --port 443=8443")]
pub(crate) struct Istio {
    #[command(flatten)]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) checking: Checking,

    #[command(flatten)]
    pub(crate) image: Image,

    /// Only this Gateway is served; may be repeated
    #[arg(long = "gateway", value_name = "NS/NAME", value_parser = explain::object_name)]
    pub(crate) gateways: Vec<ObjectName>,

    /// The port that the pods listen on, where it is not that of the listener, as in 80=8080 or infra/public/web=8080; may be
    /// repeated
    #[arg(long = "port", value_name = "LISTENER=BOUND")]
    pub(crate) ports: Vec<BoundPort>,

    /// A label of the pods that serve all the Gateways, instead of those that Istio has started for each; may be repeated
    #[arg(long = "selector", value_name = "KEY=VALUE")]
    pub(crate) selector: Vec<Label>,

    /// The namespace of those pods, or Istio's root namespace, which stands for all
    #[arg(long, value_name = "NAMESPACE", default_value = "istio-system", requires = "selector", value_parser = object_part)]
    pub(crate) selector_namespace: String,

    /// The DNS domain of the cluster, which is part of the names of Istio's upstreams
    #[arg(long, value_name = "DOMAIN", default_value = "cluster.local", value_parser = object_part)]
    pub(crate) cluster_domain: String,

    /// A kind that the module carries out for ExtensionRef filters; may be repeated
    #[arg(long = "extension", value_name = "GROUP/KIND")]
    pub(crate) extensions: Vec<Extension>,

    #[command(flatten)]
    pub(crate) front: Front,

    #[command(flatten)]
    pub(crate) mirroring: Mirroring,
}

/// `KEY=VALUE`: a label of pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) key: String,
    pub(crate) value: String,
}

impl FromStr for Label {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_word = |text: &str, more: &[u8]| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) || more.contains(&byte))
        };
        match text.split_once('=') {
            Some((key, value))
                if key.split('/').all(|part| !part.is_empty())
                    && is_word(key, b"/")
                    && value.len() <= 63
                    && is_word(value, b"") =>
            {
                Ok(Label { key: key.to_owned(), value: value.to_owned() })
            }
            _ => Err("write KEY=VALUE, as in istio=ingressgateway"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_key_and_a_value() {
        let label: Label = "gateway.networking.k8s.io/gateway-name=public".parse().unwrap();
        assert_eq!(
            (label.key.as_str(), label.value.as_str()),
            ("gateway.networking.k8s.io/gateway-name", "public")
        );
        for wrong in ["istio", "=x", "/=x", "istio=*", "a b=c", "istio=a/b"] {
            assert!(wrong.parse::<Label>().is_err(), "{wrong}");
        }
    }
}
