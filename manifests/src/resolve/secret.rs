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
        let chain = pem(secret, "tls.crt", |label| label == "CERTIFICATE")?;
        let private_key = pem(secret, "tls.key", |label| label.ends_with("PRIVATE KEY"))?;
        Ok(Certificate { secret: name.clone(), chain, private_key })
    }
}

/// The PEM text under `key`, which must hold a block that `is_wanted`.
fn pem(secret: &Value, key: &str, is_wanted: impl Fn(&str) -> bool) -> Result<String, String> {
    // "stringData … overwriting any existing values".
    let pem = if let Some(plain) = within(secret, &["stringData", key]) {
        plain.as_str().ok_or_else(|| format!("has a {key} that is no string"))?.to_owned()
    } else {
        let encoded = within(secret, &["data", key]).ok_or_else(|| format!("has no {key}"))?;
        let encoded = encoded.as_str().ok_or_else(|| format!("has a {key} that is no string"))?;
        let bytes = decode(encoded).ok_or_else(|| format!("has a {key} that is not base64"))?;
        String::from_utf8(bytes).map_err(|_| format!("has a {key} that is not PEM"))?
    };
    if holds_block(&pem, is_wanted) { Ok(pem) } else { Err(format!("has a {key} that is not PEM")) }
}

/// Whether `pem` holds a whole block of which the label `is_wanted`, and the content could be DER: a proxy would refuse its
/// whole configuration for one certificate that is none.
fn holds_block(pem: &str, is_wanted: impl Fn(&str) -> bool) -> bool {
    let mut rest = pem;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, body)) = after.split_once("-----") else { return false };
        let Some((body, after)) = body.split_once(&format!("-----END {label}-----")) else { return false };
        // Headers, as in an encrypted key, stand before an empty line.
        let encoded = body.rsplit_once("\n\n").map_or(body, |(_, encoded)| encoded);
        if is_wanted(label) {
            // A certificate and a key are ASN.1 sequences.
            return decode(encoded).is_some_and(|der| der.first() == Some(&0x30));
        }
        rest = after;
    }
    false
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

    const CHAIN: &str = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    const KEY: &str = "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----\n";

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
}
