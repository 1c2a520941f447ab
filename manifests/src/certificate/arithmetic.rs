//! What takes large numbers to find out about keys.
//!
//! They weigh 80 KB, so a build for browsers can leave them out (feature `arithmetic`). Then a private key is taken at its
//! word: what is written in it about its public key is compared, and not computed.

use super::public_key::Curve;

/// A number that cannot be a private key.
#[derive(Debug)]
pub(super) struct NoKey;

#[cfg(feature = "arithmetic")]
mod computed {
    use ed25519_dalek::SigningKey;
    use num_bigint::BigUint;
    use p256::elliptic_curve::sec1::ToEncodedPoint;

    use super::{Curve, NoKey};

    /// Whether the numbers of an RSA key belong together, as BoringSSL wants them to.
    pub(in super::super) fn is_rsa_pair(
        modulus: &[u8],
        exponent: &[u8],
        private: &[u8],
        [p, q, dp, dq, inverse]: [&[u8]; 5],
    ) -> bool {
        let number = BigUint::from_bytes_be;
        let (n, e, d) = (number(modulus), number(exponent), number(private));
        let (p, q, dp, dq, inverse) = (number(p), number(q), number(dp), number(dq), number(inverse));
        let one = BigUint::from(1u8);
        if p <= one || q <= one || d >= n {
            return false;
        }
        let (p_less, q_less) = (&p - &one, &q - &one);
        &p * &q == n
            && (&d * &e) % &p_less == &one % &p_less
            && (&d * &e) % &q_less == &one % &q_less
            && dp == &d % &p_less
            && dq == &d % &q_less
            && inverse < p
            && (&inverse * &q) % &p == one
    }

    /// Whether bytes encode a point of the curve.
    pub(in super::super) fn is_point(curve: Curve, bytes: &[u8]) -> bool {
        match curve {
            Curve::P256 => p256::PublicKey::from_sec1_bytes(bytes).is_ok(),
            Curve::P384 => p384::PublicKey::from_sec1_bytes(bytes).is_ok(),
            Curve::P521 => p521::PublicKey::from_sec1_bytes(bytes).is_ok(),
        }
    }

    /// The public key of a private one, uncompressed.
    pub(in super::super) fn ec_public_key(curve: Curve, scalar: &[u8]) -> Result<Option<Vec<u8>>, NoKey> {
        macro_rules! public {
            ($curve:ident) => {
                $curve::SecretKey::from_slice(scalar)
                    .map(|key| key.public_key().to_encoded_point(false).as_bytes().to_vec())
            };
        }
        let public = match curve {
            Curve::P256 => public!(p256),
            Curve::P384 => public!(p384),
            Curve::P521 => public!(p521),
        };
        public.map(Some).map_err(|_| NoKey)
    }

    /// The public key of a seed.
    pub(in super::super) fn ed25519(seed: &[u8; 32]) -> Option<Vec<u8>> {
        Some(SigningKey::from_bytes(seed).verifying_key().to_bytes().to_vec())
    }
}

#[cfg(not(feature = "arithmetic"))]
mod unknown {
    use super::{Curve, NoKey};

    pub(in super::super) fn is_rsa_pair(_: &[u8], _: &[u8], _: &[u8], _: [&[u8]; 5]) -> bool {
        true
    }

    pub(in super::super) fn is_point(_: Curve, _: &[u8]) -> bool {
        true
    }

    pub(in super::super) fn ec_public_key(_: Curve, _: &[u8]) -> Result<Option<Vec<u8>>, NoKey> {
        Ok(None)
    }

    pub(in super::super) fn ed25519(_: &[u8; 32]) -> Option<Vec<u8>> {
        None
    }
}

#[cfg(feature = "arithmetic")]
pub(super) use computed::{ec_public_key, ed25519, is_point, is_rsa_pair};
#[cfg(not(feature = "arithmetic"))]
pub(super) use unknown::{ec_public_key, ed25519, is_point, is_rsa_pair};
