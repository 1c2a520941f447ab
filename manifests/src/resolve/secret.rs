//! Secrets with certificates.

use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::json::{text, within};
use super::name::ObjectName;

/// A certificate and its key, as a Secret of type `kubernetes.io/tls` holds them.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The Secret.
    pub secret: ObjectName,
    /// `tls.crt`: the certificate and those that sign it, as PEM.
    pub chain: String,
    /// `tls.key`: its private key, as PEM.
    pub private_key: String,
}

/// Without the key, which must not come into a log.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("secret", &self.secret).finish_non_exhaustive()
    }
}

impl Certificate {
    /// The certificate in `secret`, an object of kind Secret.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the rest of a sentence that begins with the name of the Secret.
    pub(crate) fn read(name: &ObjectName, secret: &Value) -> Result<Self, String> {
        // "A single reference to a Kubernetes Secret of type kubernetes.io/tls".
        match text(secret, "type").unwrap_or("Opaque") {
            "kubernetes.io/tls" => {}
            other => return Err(format!("is of type {other}, not kubernetes.io/tls")),
        }
        let chain = pem(secret, "tls.crt", &["CERTIFICATE"])?;
        // An encrypted key is of no use to a proxy that nobody gives the password to.
        let private_key = pem(secret, "tls.key", &["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"])?;
        Ok(Certificate { secret: name.clone(), chain, private_key })
    }
}

/// The PEM blocks under `key` that have one of these labels: at least one, and nothing that stands around them.
fn pem(secret: &Value, key: &str, labels: &[&str]) -> Result<String, String> {
    // "stringData … overwriting any existing values".
    let pem = if let Some(plain) = within(secret, &["stringData", key]) {
        plain.as_str().ok_or_else(|| format!("has a {key} that is no string"))?.to_owned()
    } else {
        let encoded = within(secret, &["data", key]).ok_or_else(|| format!("has no {key}"))?;
        let encoded = encoded.as_str().ok_or_else(|| format!("has a {key} that is no string"))?;
        let bytes = decode(encoded).ok_or_else(|| format!("has a {key} that is not base64"))?;
        String::from_utf8(bytes).map_err(|_| format!("has a {key} that is not PEM"))?
    };
    blocks(&pem, labels).ok_or_else(|| format!("has a {key} that is not PEM"))
}

/// The blocks of `pem` with one of these labels, one after the other; `None` where there is none, or one of them cannot be
/// DER: a proxy would refuse its whole configuration for one certificate that is none.
fn blocks(pem: &str, labels: &[&str]) -> Option<String> {
    let mut blocks = String::new();
    let mut rest = pem;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, body) = after.split_once("-----")?;
        let (body, after) = body.split_once(&format!("-----END {label}-----"))?;
        if labels.contains(&label) {
            // A block with headers is an encrypted key, and is no base64.
            if !is_sequence(&decode(body)?) {
                return None;
            }
            let lines: Vec<&str> = body.split_ascii_whitespace().collect();
            blocks
                .push_str(&format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n")));
        }
        rest = after;
    }
    (!blocks.is_empty()).then_some(blocks)
}

/// Whether `der` is one ASN.1 sequence, as certificates and keys are: its length says where it ends.
fn is_sequence(der: &[u8]) -> bool {
    let [0x30, length, rest @ ..] = der else { return false };
    let (length, content) = match usize::from(*length) {
        short @ 1..=0x7f => (short, rest),
        long @ 0x81..=0x84 => {
            let Some((bytes, content)) = rest.split_at_checked(long - 0x80) else { return false };
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), content)
        }
        _ => return false,
    };
    content.len() == length
}

/// Base64 as Kubernetes reads it: line breaks are ignored.
fn decode(encoded: &str) -> Option<Vec<u8>> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
    );
    let encoded: String = encoded.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    ENGINE.decode(encoded).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(secret: &Value) -> Result<Certificate, String> {
        Certificate::read(&ObjectName::new("infra", "cert"), secret)
    }

    const CHAIN: &str = "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n";
    const KEY: &str = "-----BEGIN EC PRIVATE KEY-----\nMAMCAQA=\n-----END EC PRIVATE KEY-----\n";

    #[test]
    fn a_certificate_is_read_from_data_and_string_data() {
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let data = json!({ "tls.crt": encode(CHAIN), "tls.key": encode(KEY) });
        let from_data = read(&json!({ "type": "kubernetes.io/tls", "data": data })).unwrap();
        assert_eq!((from_data.chain.as_str(), from_data.private_key.as_str()), (CHAIN, KEY));
        let string_data = json!({ "tls.crt": CHAIN, "tls.key": KEY });
        let from_text = read(
            &json!({ "type": "kubernetes.io/tls", "data": { "tls.crt": "!" }, "stringData": string_data }),
        );
        assert_eq!(from_text.unwrap(), from_data);
        assert!(!format!("{from_data:?}").contains("PRIVATE"));
    }

    #[test]
    fn what_is_no_certificate_is_told() {
        let tls = |chain: &str, key: &str| json!({ "type": "kubernetes.io/tls", "stringData": { "tls.crt": chain, "tls.key": key } });
        for (secret, fault) in [
            (
                json!({ "stringData": { "tls.crt": CHAIN, "tls.key": KEY } }),
                "is of type Opaque, not kubernetes.io/tls",
            ),
            (json!({ "type": "kubernetes.io/tls" }), "has no tls.crt"),
            (
                json!({ "type": "kubernetes.io/tls", "data": { "tls.crt": "%%" } }),
                "has a tls.crt that is not base64",
            ),
            (
                json!({ "type": "kubernetes.io/tls", "data": { "tls.crt": 1 } }),
                "has a tls.crt that is no string",
            ),
            (
                json!({ "type": "kubernetes.io/tls", "data": { "tls.crt": "/w==" } }),
                "has a tls.crt that is not PEM",
            ),
            (tls("Hello world", KEY), "has a tls.crt that is not PEM"),
            (tls(KEY, KEY), "has a tls.crt that is not PEM"),
            (tls(CHAIN, CHAIN), "has a tls.key that is not PEM"),
            (tls("-----BEGIN CERTIFICATE-----\nHello\n", KEY), "has a tls.crt that is not PEM"),
            (
                tls("-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----", KEY),
                "has a tls.crt that is not PEM",
            ),
        ] {
            assert_eq!(read(&secret).unwrap_err(), fault, "{secret}");
        }
    }

    #[test]
    fn only_the_blocks_reach_the_proxy_and_each_of_them_is_whole() {
        let block =
            |label: &str, body: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
        let good = block("CERTIFICATE", "MAMCAQA=");
        let around = format!("\u{feff} \r\n# a comment\0\n{good}after\n{}", block("OTHER", "x"));
        assert_eq!(blocks(&around, &["CERTIFICATE"]), Some(good.clone()));
        for bad in [
            good.clone() + &block("CERTIFICATE", "MAMCAQ=="),
            good.clone() + &block("CERTIFICATE", "SGVsbG8="),
            block("ENCRYPTED PRIVATE KEY", "MAMCAQA="),
            block("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\n\nMAMCAQA="),
        ] {
            assert_eq!(blocks(&bad, &["CERTIFICATE", "RSA PRIVATE KEY"]), None, "{bad}");
        }
    }
}
