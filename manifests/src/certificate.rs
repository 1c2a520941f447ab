//! Certificates with their private keys: whether a proxy takes them, and for which hosts.
//!
//! If Envoy cannot use one certificate, it refuses the listener, and everything that it gets with it. So this module finds such
//! certificates first. The rules were measured with Envoy 1.36.4 and 1.40.0, whose TLS library is BoringSSL.

mod arithmetic;
mod der;
mod pem;
mod public_key;
mod x509;

use pem::Block;
use public_key::PublicKey;
use x509::X509;

/// The shortest RSA key that Envoy takes.
const FEWEST_BITS: usize = 2048;

const GOOD_KEYS: &str = "use RSA with 2048 bits or more, or ECDSA on P-256, P-384 or P-521";
const NOT_PEM: &str = "each block is base64 between the lines -----BEGIN …----- and -----END …-----";
const EXCHANGED: &str = "put the certificate into tls.crt and its private key into tls.key";

/// A certificate, those that sign it, and its key, as a proxy takes them.
pub(crate) struct Pair {
    /// The certificates as PEM, and nothing else.
    pub(crate) chain: String,
    /// The key as PEM, and nothing else.
    pub(crate) private_key: String,
    /// The hosts that the certificate is for, some of them with a wildcard.
    pub(crate) hosts: Vec<String>,
    /// From when to when it is valid, in seconds since 1970.
    pub(crate) validity: (i64, i64),
}

/// Why a proxy does not take it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// The rest of a sentence that begins with the name of the Secret.
    pub(crate) message: String,
    pub(crate) hint: &'static str,
}

fn flaw<T>(message: impl Into<String>, hint: &'static str) -> Result<T, Flaw> {
    Err(Flaw { message: message.into(), hint })
}

impl Pair {
    /// Reads `tls.crt` and `tls.key` of a Secret.
    pub(crate) fn read(certificates: &str, key: &str) -> Result<Self, Flaw> {
        let blocks = certificate_blocks(certificates)?;
        let mut chain = Vec::new();
        for (place, block) in blocks.iter().enumerate() {
            // In a TRUSTED CERTIFICATE of OpenSSL more data follows.
            let is_read = |(_, rest): &(X509<'_>, &[u8])| {
                place > 0 || rest.is_empty() || der::Der(rest).take(der::tag::SEQUENCE).is_some()
            };
            match X509::read(&block.der).filter(is_read) {
                Some((certificate, _)) => chain.push(certificate),
                None if blocks.len() == 1 => return flaw("has a tls.crt that is not a certificate", ""),
                None => {
                    let message = format!("has a tls.crt whose certificate {} cannot be read", place + 1);
                    return flaw(message, "copy it again: a part of it may be missing");
                }
            }
        }
        let (label, der) = private_key(key)?;
        let private = PublicKey::of_private_key(label, &der);
        let Some(leaf) = chain.first() else { return flaw("has a tls.crt that is not PEM", NOT_PEM) };
        let (public, private) = match (leaf.public_key(), private) {
            (None, _) => {
                return flaw("has a certificate with a kind of key that Envoy does not take", GOOD_KEYS);
            }
            (Some(_), None) => {
                return flaw("has a tls.key that Envoy cannot read", "copy it again: it may be damaged");
            }
            (Some(public), Some(private)) => (public, private),
        };
        if !public.is_that_of(&private) {
            return mismatch(&chain, &private);
        }
        if let Some(bits) = private.rsa_bits().filter(|bits| *bits < FEWEST_BITS) {
            let message = format!("has an RSA key of {bits} bits, and Envoy takes none below {FEWEST_BITS}");
            return flaw(message, "make a new key and certificate");
        }
        if matches!(private, PublicKey::Ec(..)) && !leaf.may_sign() {
            return flaw(
                "has a certificate whose keyUsage lacks digitalSignature, which TLS needs",
                "have it issued again with that key usage",
            );
        }
        if !leaf.has_name() {
            return flaw(
                "has a certificate that names no host",
                "have it issued again with the hostname of the listener as subjectAltName",
            );
        }
        if leaf.must_staple() {
            return flaw(
                "has a certificate that demands OCSP stapling, for which Envoy has no answer",
                "have it issued again without the extension tlsfeature",
            );
        }
        Ok(Pair {
            chain: chain.iter().map(|certificate| pem::write("CERTIFICATE", certificate.der)).collect(),
            private_key: pem::write(label, &der),
            hosts: leaf.hosts().into_iter().flatten().map(str::to_ascii_lowercase).collect(),
            validity: leaf.validity,
        })
    }

    /// Whether the certificate is for a host, or for at least one host that fits a hostname with a wildcard.
    pub(crate) fn covers(&self, hostname: &str) -> bool {
        let below = |host: &str, wildcard: &str| {
            let suffix = wildcard.strip_prefix('*');
            suffix.and_then(|suffix| host.strip_suffix(suffix)).is_some_and(|label| !label.contains('.'))
        };
        self.hosts.iter().any(|host| {
            host == hostname
                || below(hostname, host)
                || (hostname.starts_with("*.")
                    && hostname.strip_prefix('*').is_some_and(|suffix| host.ends_with(suffix)))
        })
    }
}

/// Why a key is not that of the first certificate.
fn mismatch(chain: &[X509<'_>], private: &PublicKey) -> Result<Pair, Flaw> {
    let belongs =
        |certificate: &X509<'_>| certificate.public_key().is_some_and(|public| public.is_that_of(private));
    if let Some(place) = chain.iter().position(belongs) {
        let message =
            format!("has its certificates in the wrong order: tls.key belongs to certificate {}", place + 1);
        return flaw(
            message,
            "write the certificate of the host first, then the one that signs it, and so on",
        );
    }
    flaw("has a tls.key that does not belong to its certificate", "take both from the same place")
}

/// The certificates, as they come: the proxy sends them in this order.
fn certificate_blocks(text: &str) -> Result<Vec<Block<'_>>, Flaw> {
    let mut blocks = Vec::new();
    for block in pem::blocks(text) {
        let Some(block) = block.filter(|block| !block.has_headers) else {
            return flaw("has a tls.crt that is not PEM", NOT_PEM);
        };
        let is_first = blocks.is_empty();
        if ["CERTIFICATE", "X509 CERTIFICATE"].contains(&block.label)
            || (is_first && block.label == "TRUSTED CERTIFICATE")
        {
            blocks.push(block);
        }
    }
    match pem::blocks(text).flatten().next() {
        _ if !blocks.is_empty() => Ok(blocks),
        Some(other) => {
            flaw(format!("has a tls.crt with a {} in place of a certificate", other.label), EXCHANGED)
        }
        None => flaw("has a tls.crt that is not PEM", NOT_PEM),
    }
}

/// The first private key: the label of its block, and its DER.
fn private_key(text: &str) -> Result<(&str, Vec<u8>), Flaw> {
    const LABELS: [&str; 5] =
        ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"];
    for block in pem::blocks(text) {
        let Some(block) = block else { break };
        if !LABELS.contains(&block.label) {
            continue;
        }
        if block.has_headers || block.label == "ENCRYPTED PRIVATE KEY" {
            let hint = "decrypt it: openssl pkey -in tls.key";
            return flaw("has an encrypted tls.key, and the proxy has no password for it", hint);
        }
        let mut rest = der::Der(&block.der);
        let whole = rest.any().and_then(|_| block.der.get(..block.der.len() - rest.0.len()));
        return match whole {
            Some(whole) => Ok((block.label, whole.to_vec())),
            None => {
                flaw("has a tls.key that Envoy cannot read", "copy it again: a part of it may be missing")
            }
        };
    }
    match pem::blocks(text).flatten().next() {
        Some(other) => {
            flaw(format!("has a tls.key with a {} in place of a private key", other.label), EXCHANGED)
        }
        None => flaw("has a tls.key that is not PEM", NOT_PEM),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! fixture {
        ($name:literal) => {
            include_str!(concat!("certificate/fixtures/", $name))
        };
    }

    #[test]
    fn what_is_wrong_is_said() {
        let p256 = fixture!("P-256.key");
        let reversed = fixture!("ca.crt").to_owned() + fixture!("leaf.crt");
        let broken = fixture!("leaf.crt").to_owned()
            + "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n";
        for (certificates, key, message) in [
            (fixture!("leaf.crt"), p256, ""),
            (&reversed, p256, "has its certificates in the wrong order: tls.key belongs to certificate 2"),
            (&broken, p256, "has a tls.crt whose certificate 2 cannot be read"),
            (
                fixture!("P-256.crt"),
                fixture!("P-256-other.key"),
                "has a tls.key that does not belong to its certificate",
            ),
            (
                fixture!("rsa-1024.crt"),
                fixture!("rsa-1024.key"),
                "has an RSA key of 1024 bits, and Envoy takes none below 2048",
            ),
            (
                fixture!("secp256k1.crt"),
                fixture!("secp256k1.key"),
                "has a certificate with a kind of key that Envoy does not take",
            ),
            (
                fixture!("rsa-2048.crt"),
                fixture!("rsa-2048.encrypted.key"),
                "has an encrypted tls.key, and the proxy has no password for it",
            ),
            (
                fixture!("key-agreement.crt"),
                p256,
                "has a certificate whose keyUsage lacks digitalSignature, which TLS needs",
            ),
            (fixture!("no-name.crt"), p256, "has a certificate that names no host"),
            (
                fixture!("must-staple.crt"),
                p256,
                "has a certificate that demands OCSP stapling, for which Envoy has no answer",
            ),
        ] {
            let said = Pair::read(certificates, key).err().map(|flaw| flaw.message).unwrap_or_default();
            assert_eq!(said, message);
        }
    }

    #[test]
    fn only_the_blocks_reach_the_proxy() {
        let noise = format!("a comment\n{}{}", fixture!("P-256.key"), fixture!("trusted.crt"));
        let pair =
            Pair::read(&(fixture!("leaf.crt").to_owned() + &noise), fixture!("P-256.with-parameters.key"));
        let pair = pair.unwrap();
        assert_eq!(pair.chain, fixture!("leaf.crt"));
        assert_eq!(pair.private_key, fixture!("P-256.sec1.key"));
    }

    #[test]
    fn hosts_are_covered_by_name_and_by_wildcard() {
        let named = Pair::read(fixture!("P-256.crt"), fixture!("P-256.key")).unwrap();
        let wildcard = Pair::read(fixture!("wildcard.crt"), fixture!("P-256.key")).unwrap();
        for (hostname, by_name, by_wildcard) in [
            ("a.example.com", true, true),
            ("b.example.com", false, true),
            ("a.b.example.com", false, false),
            ("example.com", false, false),
            ("*.example.com", true, true),
            ("*.example.org", false, false),
        ] {
            assert_eq!(
                (named.covers(hostname), wildcard.covers(hostname)),
                (by_name, by_wildcard),
                "{hostname}"
            );
        }
    }
}
