//! Secrets with certificates.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::json::{text, within};
use super::name::ObjectName;
use crate::certificate::{Flaw, Pair};

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

/// The certificate in `secret`, an object of kind Secret.
///
/// # Errors
///
/// Why a proxy cannot use it.
pub(super) fn read(secret: &Value) -> Result<Pair, Flaw> {
    // "A single reference to a Kubernetes Secret of type kubernetes.io/tls".
    let kind = text(secret, "type").unwrap_or("Opaque");
    if kind != "kubernetes.io/tls" {
        let message = format!("is of type {kind}, not kubernetes.io/tls");
        return Err(Flaw { message, hint: "write `type: kubernetes.io/tls`" });
    }
    Pair::read(&member(secret, "tls.crt")?, &member(secret, "tls.key")?)
}

/// The text under `key`.
fn member(secret: &Value, key: &str) -> Result<String, Flaw> {
    let flaw = |message: String| Flaw { message, hint: "" };
    // "stringData … overwriting any existing values".
    if let Some(plain) = within(secret, &["stringData", key]) {
        let plain = plain.as_str().ok_or_else(|| flaw(format!("has a {key} that is no string")))?;
        return Ok(plain.to_owned());
    }
    let encoded = within(secret, &["data", key]).ok_or_else(|| flaw(format!("has no {key}")))?;
    let encoded = encoded.as_str().ok_or_else(|| flaw(format!("has a {key} that is no string")))?;
    // As Kubernetes reads it: line breaks are ignored.
    let encoded: String = encoded.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(encoded).map_err(|_| flaw(format!("has a {key} that is not base64")))?;
    // Only what stands around the blocks may be no text.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CHAIN: &str = include_str!("../certificate/fixtures/P-256.crt");
    const KEY: &str = include_str!("../certificate/fixtures/P-256.key");

    fn fault(secret: &Value) -> String {
        read(secret).err().map(|flaw| flaw.message).unwrap_or_default()
    }

    #[test]
    fn a_certificate_is_read_from_data_and_string_data() {
        let data = json!({ "tls.crt": STANDARD.encode(CHAIN), "tls.key": STANDARD.encode(KEY) });
        let from_data = read(&json!({ "type": "kubernetes.io/tls", "data": data })).unwrap();
        assert_eq!((from_data.chain.as_str(), from_data.private_key.as_str()), (CHAIN, KEY));
        assert_eq!(from_data.hosts, ["a.example.com"]);
        let string_data = json!({ "tls.crt": CHAIN, "tls.key": KEY });
        let secret =
            json!({ "type": "kubernetes.io/tls", "data": { "tls.crt": "!" }, "stringData": string_data });
        assert_eq!(read(&secret).unwrap().chain, CHAIN);
    }

    #[test]
    fn what_holds_no_certificate_is_reported() {
        let tls = |chain: &str, key: &str| json!({ "type": "kubernetes.io/tls", "stringData": { "tls.crt": chain, "tls.key": key } });
        for (secret, expected) in [
            (
                json!({ "stringData": { "tls.crt": CHAIN, "tls.key": KEY } }),
                "is of type Opaque, not kubernetes.io/tls",
            ),
            (json!({ "type": "kubernetes.io/tls" }), "has no tls.crt"),
            (
                json!({ "type": "kubernetes.io/tls", "data": { "tls.crt": "%%", "tls.key": "" } }),
                "has a tls.crt that is not base64",
            ),
            (
                json!({ "type": "kubernetes.io/tls", "data": { "tls.crt": 1 } }),
                "has a tls.crt that is no string",
            ),
            (
                json!({ "type": "kubernetes.io/tls", "data": { "tls.crt": "/w==", "tls.key": "/w==" } }),
                "has a tls.crt that is not PEM",
            ),
            (tls(KEY, KEY), "has a tls.crt with a PRIVATE KEY in place of a certificate"),
            (tls(CHAIN, CHAIN), "has a tls.key with a CERTIFICATE in place of a private key"),
        ] {
            assert_eq!(fault(&secret), expected, "{secret}");
        }
    }
}
