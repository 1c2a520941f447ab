//! `httproute render envoy-gateway`.

use std::str::FromStr;

use clap::Args;
use httproute_manifests::ObjectName;

use super::image::{Digest, ImageUrl};
use super::values::object_part;
use super::{Checking, Input, explain};

/// For Envoy Gateway: an EnvoyExtensionPolicy for each listener, and the routes that are left to Envoy Gateway
///
/// Envoy Gateway routes by itself, and a module can choose no backend there. So only CORS, RequestRedirect, RequestHeaderModifier
/// and ResponseHeaderModifier are given to modules; the HTTPRoutes that are printed hold all the rest.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  httproute render envoy-gateway -f gateway.yaml -f routes/ --image 'registry.example.com/{module}:0.1.0' \\
    --digest cors=sha256:… --digest header-modifier=sha256:… | kubectl apply --server-side -f -")]
pub(crate) struct EnvoyGateway {
    #[command(flatten)]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) checking: Checking,

    /// The images of the modules, as in registry.example.com/{module}:0.1.0, or the URLs of the modules themselves
    #[arg(long, value_name = "URL")]
    pub(crate) image: Images,

    /// What one of them is, so that nothing else is ever loaded: the digest of the image, or of the module where --image is its
    /// URL; may be repeated
    #[arg(long = "digest", value_name = "MODULE=sha256:HEX")]
    pub(crate) digests: Vec<ModuleDigest>,

    /// The Secret with the credentials of the registry, in the namespace of the Gateway
    #[arg(long, value_name = "SECRET", value_parser = object_part)]
    pub(crate) pull_secret: Option<String>,

    /// Only this Gateway is served; may be repeated
    #[arg(long = "gateway", value_name = "NS/NAME", value_parser = explain::object_name)]
    pub(crate) gateways: Vec<ObjectName>,
}

/// A URL with `{module}` in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Images(ImageUrl);

/// `MODULE=sha256:HEX`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModuleDigest {
    pub(crate) module: String,
    pub(crate) digest: Digest,
}

impl Images {
    /// The URL of a module.
    pub(crate) fn of(&self, module: &str) -> ImageUrl {
        ImageUrl { rest: self.0.rest.replace("{module}", module), ..self.0.clone() }
    }
}

impl FromStr for Images {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url: ImageUrl = text.parse()?;
        if url.rest.contains('@') {
            return Err("the images have a digest each: say them with --digest MODULE=sha256:HEX");
        }
        match url.rest.contains("{module}") {
            true => Ok(Images(url)),
            false => Err(
                "write {module} where the name of the module stands, as in registry.example.com/{module}:0.1.0",
            ),
        }
    }
}

impl FromStr for ModuleDigest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (module, digest) = text.split_once('=').ok_or("write MODULE=sha256:HEX, as in cors=sha256:…")?;
        Ok(ModuleDigest { module: module.to_owned(), digest: digest.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_told_apart_by_the_module() {
        let images: Images = "r.example.com/x/{module}:1".parse().unwrap();
        assert_eq!(images.of("cors").to_string(), "oci://r.example.com/x/cors:1");
        assert!("r.example.com/cors:1".parse::<Images>().is_err());
        assert!(format!("r.example.com/{{module}}@sha256:{}", "0".repeat(64)).parse::<Images>().is_err());
        let digest: ModuleDigest = format!("cors=sha256:{}", "0".repeat(64)).parse().unwrap();
        assert_eq!((digest.module.as_str(), digest.digest.0.len()), ("cors", 64));
        assert!("cors".parse::<ModuleDigest>().is_err());
    }
}
