//! Public keys, from certificates and from private keys.

use super::arithmetic;
use super::der::{Der, tag};

/// Object identifiers of algorithms.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// A field of prime order, in the parameters of a curve that are written out.
const PRIME_FIELD: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x01, 0x01];

/// How many bits an RSA modulus may have.
const MOST_BITS: usize = 16384;

/// A public key that TLS has a use for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PublicKey {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// `None` where a private key does not say its public key, and nothing is there to compute it.
    Ec(Curve, Option<Point>),
    Ed25519(Option<Vec<u8>>),
}

/// A point of a curve: its first coordinate, and whether the second is odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Point(Vec<u8>, bool);

/// The curves that Envoy takes in certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl PublicKey {
    /// The key of a certificate, from its `subjectPublicKeyInfo`.
    pub(super) fn of_certificate(info: &[u8]) -> Option<Self> {
        let mut info = Der(info);
        let mut algorithm = info.within(tag::SEQUENCE)?;
        let object = algorithm.take(tag::OBJECT)?;
        let key = info.bytes_of_bits()?;
        match object {
            RSA => {
                null(algorithm)?;
                let mut outer = Der(key);
                let mut key = outer.within(tag::SEQUENCE)?;
                outer.end()?;
                let (modulus, exponent) = (key.unsigned()?, key.unsigned()?);
                key.end()?;
                is_rsa(modulus, exponent).then(|| PublicKey::rsa(modulus, exponent))
            }
            EC => {
                let curve = Curve::named(algorithm.take(tag::OBJECT)?)?;
                algorithm.end()?;
                Some(PublicKey::Ec(curve, Some(curve.point(key)?)))
            }
            ED25519 => {
                algorithm.end()?;
                (key.len() == 32).then(|| PublicKey::Ed25519(Some(key.to_vec())))
            }
            _ => None,
        }
    }

    /// The public key of a private key: DER in a PEM block with this label.
    pub(super) fn of_private_key(label: &str, der: &[u8]) -> Option<Self> {
        match label {
            "PRIVATE KEY" => PublicKey::of_pkcs8(der),
            // OpenSSL's tools mix the forms up, and its descendants read both.
            "RSA PRIVATE KEY" => of_pkcs1(&mut Der(der))
                .or_else(|| PublicKey::of_pkcs8(der).filter(|key| matches!(key, PublicKey::Rsa { .. }))),
            "EC PRIVATE KEY" => of_sec1(&mut Der(der), None)
                .or_else(|| PublicKey::of_pkcs8(der).filter(|key| matches!(key, PublicKey::Ec(..)))),
            _ => None,
        }
    }

    /// RFC 5208.
    fn of_pkcs8(der: &[u8]) -> Option<Self> {
        let mut info = Der(der).within(tag::SEQUENCE)?;
        let version = info.unsigned()?;
        let mut algorithm = info.within(tag::SEQUENCE)?;
        let mut key = Der(info.take(tag::OCTET_STRING)?);
        info.optional(tag::explicit(0))?;
        info.end()?;
        if !version.is_empty() {
            return None;
        }
        let public = match algorithm.take(tag::OBJECT)? {
            RSA => {
                null(algorithm)?;
                of_pkcs1(&mut key)?
            }
            EC => of_sec1(&mut key, Some(Curve::of_parameters(algorithm)?))?,
            ED25519 => {
                algorithm.end()?;
                let seed: &[u8; 32] = key.take(tag::OCTET_STRING)?.try_into().ok()?;
                PublicKey::Ed25519(arithmetic::ed25519(seed))
            }
            _ => return None,
        };
        key.end()?;
        Some(public)
    }

    fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        PublicKey::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() }
    }

    /// Whether `private`, which comes from a private key, is this key as far as it is known.
    pub(super) fn is_that_of(&self, private: &PublicKey) -> bool {
        match (self, private) {
            (PublicKey::Ec(curve, _), PublicKey::Ec(other, None)) => curve == other,
            (PublicKey::Ed25519(_), PublicKey::Ed25519(None)) => true,
            _ => self == private,
        }
    }

    /// The length of an RSA key.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        match self {
            PublicKey::Rsa { modulus, .. } => Some(bits(modulus)),
            _ => None,
        }
    }
}

/// RSAPrivateKey of RFC 8017.
fn of_pkcs1(der: &mut Der<'_>) -> Option<PublicKey> {
    let mut key = der.within(tag::SEQUENCE)?;
    if !key.unsigned()?.is_empty() {
        return None;
    }
    let mut next = || key.unsigned();
    let (modulus, exponent, private) = (next()?, next()?, next()?);
    let rest = [next()?, next()?, next()?, next()?, next()?];
    key.end()?;
    let is_sound = is_rsa(modulus, exponent) && arithmetic::is_rsa_pair(modulus, exponent, private, rest);
    is_sound.then(|| PublicKey::rsa(modulus, exponent))
}

/// ECPrivateKey of RFC 5915. The curve is known from outside, or named in it.
fn of_sec1(der: &mut Der<'_>, outside: Option<Curve>) -> Option<PublicKey> {
    let mut key = der.within(tag::SEQUENCE)?;
    if key.unsigned()? != [1] {
        return None;
    }
    let scalar = key.take(tag::OCTET_STRING)?;
    let inside = match key.optional(tag::explicit(0))? {
        Some(parameters) => Some(Curve::of_parameters(Der(parameters))?),
        None => None,
    };
    let public = key.optional(tag::explicit(1))?;
    key.end()?;
    let curve = match (outside, inside) {
        (Some(outside), Some(inside)) if outside != inside => return None,
        _ => outside.or(inside)?,
    };
    // With leading zeros or without.
    let zeros = scalar.iter().take_while(|byte| **byte == 0).count();
    let scalar = scalar.get(zeros..).filter(|scalar| !scalar.is_empty())?;
    let missing = curve.size().checked_sub(scalar.len())?;
    let padded: Vec<u8> = std::iter::repeat_n(0, missing).chain(scalar.iter().copied()).collect();
    let computed = match arithmetic::ec_public_key(curve, &padded).ok()? {
        Some(point) => Some(curve.point(&point)?),
        None => None,
    };
    let written = match public {
        Some(public) => {
            let mut public = Der(public);
            let point = curve.point(public.bytes_of_bits()?)?;
            public.end()?;
            Some(point)
        }
        None => None,
    };
    match (&computed, &written) {
        (Some(computed), Some(written)) if computed != written => None,
        _ => Some(PublicKey::Ec(curve, computed.or(written))),
    }
}

/// Whether numbers may be a public key of RSA.
fn is_rsa(modulus: &[u8], exponent: &[u8]) -> bool {
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
    is_odd(modulus) && bits(modulus) <= MOST_BITS && is_odd(exponent) && (2..=33).contains(&bits(exponent))
}

/// How many bits a number has that begins with no zeros.
fn bits(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// That parameters are `NULL`.
fn null(mut parameters: Der<'_>) -> Option<()> {
    parameters.take(tag::NULL).filter(|content| content.is_empty())?;
    parameters.end()
}

impl Curve {
    const ALL: [Curve; 3] = [Curve::P256, Curve::P384, Curve::P521];

    fn named(object: &[u8]) -> Option<Self> {
        match object {
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07] => Some(Curve::P256),
            [0x2b, 0x81, 0x04, 0x00, 0x22] => Some(Curve::P384),
            [0x2b, 0x81, 0x04, 0x00, 0x23] => Some(Curve::P521),
            _ => None,
        }
    }

    /// The curve of a private key, by its name or, if all of its numbers are written out, by its prime.
    fn of_parameters(mut parameters: Der<'_>) -> Option<Self> {
        let (found, content) = parameters.any()?;
        parameters.end()?;
        match found {
            tag::OBJECT => Curve::named(content),
            tag::SEQUENCE => {
                let mut numbers = Der(content);
                numbers.unsigned()?;
                let mut field = numbers.within(tag::SEQUENCE)?;
                field.take(tag::OBJECT).filter(|object| *object == PRIME_FIELD)?;
                let prime = field.unsigned()?;
                Curve::ALL.into_iter().find(|curve| curve.prime() == prime)
            }
            _ => None,
        }
    }

    /// The length of a coordinate in bytes.
    pub(super) fn size(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }

    /// The prime of the field.
    fn prime(self) -> Vec<u8> {
        let mut prime = vec![0xff; self.size()];
        let mut put = |place: usize, bytes: &[u8]| {
            if let Some(there) = prime.get_mut(place..place + bytes.len()) {
                there.copy_from_slice(bytes);
            }
        };
        match self {
            Curve::P256 => put(4, &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            Curve::P384 => put(31, &[0xfe, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]),
            Curve::P521 => put(0, &[1]),
        }
        prime
    }

    /// Decodes a point (SEC 1, 2.3.4).
    fn point(self, bytes: &[u8]) -> Option<Point> {
        let (form, coordinates) = bytes.split_first()?;
        let is_odd = match (form, coordinates.len() / self.size(), coordinates.len() % self.size()) {
            (4, 2, 0) => coordinates.last()? & 1 == 1,
            (2 | 3, 1, 0) => *form == 3,
            _ => return None,
        };
        if !arithmetic::is_point(self, bytes) {
            return None;
        }
        Some(Point(coordinates.get(..self.size())?.to_vec(), is_odd))
    }
}
