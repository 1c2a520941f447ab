//! Where a control plane gets the module from.

use std::fmt;
use std::str::FromStr;

use clap::Args;

use super::values::object_part;

/// Where a control plane gets the module from
#[derive(Debug, Args)]
pub(crate) struct Image {
    /// The image of the module, as in oci://registry.example.com/httproute:0.1.0, or the URL of the module itself
    #[arg(long = "image", value_name = "URL")]
    pub(crate) url: ImageUrl,

    /// What is there, so that nothing else is ever loaded: the digest of the image, or of the module where --image is its URL
    #[arg(long, value_name = "sha256:HEX")]
    pub(crate) digest: Option<Digest>,

    /// The Secret with the credentials of the registry, in the namespace of what is written
    #[arg(long, value_name = "SECRET", value_parser = object_part)]
    pub(crate) pull_secret: Option<String>,
}

/// The URL of an image (`oci://`) or of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageUrl {
    pub(crate) scheme: String,
    /// What stands behind `://`.
    pub(crate) rest: String,
}

/// The SHA-256 of an image or a module, as 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) String);

impl Image {
    /// What pins the module: `--digest`, or the digest in the URL.
    pub(crate) fn sha256(&self) -> Option<&str> {
        let in_url = || self.url.rest.split_once("@sha256:").map(|(_, digest)| digest);
        self.digest.as_ref().map(|digest| digest.0.as_str()).or_else(in_url)
    }
}

impl FromStr for ImageUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str =
            "write oci://REGISTRY/NAME:VERSION, or the https:// URL of a module; oci:// may be left out";
        let (scheme, rest) = text.split_once("://").unwrap_or(("oci", text));
        let is_plain = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic());
        if let Some((_, digest)) = rest.split_once('@')
            && scheme == "oci"
            && !(digest.starts_with("sha256:") && digest.parse::<Digest>().is_ok())
        {
            return Err(
                "write @sha256: and 64 hexadecimal digits in lower case behind the name of the image",
            );
        }
        match ["oci", "https", "http"].contains(&scheme) && is_plain {
            true => Ok(ImageUrl { scheme: scheme.to_owned(), rest: rest.to_owned() }),
            false => Err(FORM),
        }
    }
}

impl fmt::Display for ImageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.rest)
    }
}

impl FromStr for Digest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("sha256:").unwrap_or(text);
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        match digits.len() == 64 && digits.bytes().all(is_hex) {
            true => Ok(Digest(digits.to_owned())),
            false => Err("write sha256: and 64 hexadecimal digits in lower case"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_a_url_and_pinned_by_a_digest() {
        let hex = "0123456789abcdef".repeat(4);
        for (text, written) in [
            ("oci://r.example.com/httproute:0.1.0", "oci://r.example.com/httproute:0.1.0"),
            ("r.example.com:5000/httproute", "oci://r.example.com:5000/httproute"),
            ("https://example.com/httproute.wasm", "https://example.com/httproute.wasm"),
        ] {
            assert_eq!(text.parse::<ImageUrl>().unwrap().to_string(), written);
        }
        for wrong in ["", "oci://", "ftp://example.com/a", "oci://a b", "r/a@sha256:zz", "r/a@0"] {
            assert!(wrong.parse::<ImageUrl>().is_err(), "{wrong}");
        }
        assert_eq!(format!("sha256:{hex}").parse(), Ok(Digest(hex.clone())));
        for wrong in [format!("sha512:{hex}"), hex.to_uppercase(), format!("{hex}0"), String::new()] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
        let image = |url: &str, digest: Option<&str>| Image {
            url: url.parse().unwrap(),
            digest: digest.map(|digest| digest.parse().unwrap()),
            pull_secret: None,
        };
        assert_eq!(image("r/a:1", None).sha256(), None);
        assert_eq!(image("r/a:1", Some(&hex)).sha256(), Some(hex.as_str()));
        assert_eq!(image(&format!("r/a@sha256:{hex}"), None).sha256(), Some(hex.as_str()));
    }
}
