//! X.509 certificates: what of them decides whether a proxy takes them.

use super::der::{Der, tag};
use super::public_key::PublicKey;

/// Object identifiers of extensions, and of a part of a name.
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const TLS_FEATURE: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x18];

/// `status_request`, alone in a TLS feature extension.
const MUST_STAPLE: &[u8] = &[0x30, 0x03, 0x02, 0x01, 0x05];

/// A certificate.
#[derive(Debug)]
pub(super) struct X509<'d> {
    /// All of its DER, without what follows.
    pub(super) der: &'d [u8],
    /// From when to when it is valid, in seconds since 1970.
    pub(super) validity: (i64, i64),
    /// Whether its subject has a common name.
    has_common_name: bool,
    /// The content of `subjectPublicKeyInfo`.
    public_key: &'d [u8],
    /// Object identifiers and values.
    extensions: Vec<(&'d [u8], &'d [u8])>,
}

impl<'d> X509<'d> {
    /// Reads a certificate, and what follows it.
    pub(super) fn read(der: &'d [u8]) -> Option<(Self, &'d [u8])> {
        let mut rest = Der(der);
        let mut certificate = rest.within(tag::SEQUENCE)?;
        let mut body = certificate.within(tag::SEQUENCE)?;
        algorithm(&mut certificate)?;
        certificate.take(tag::BIT_STRING)?;
        certificate.end()?;

        let version = match body.optional(tag::explicit(0))? {
            None => 0,
            Some(version) => match version {
                [tag::INTEGER, 1, version @ 0..=2] => *version,
                _ => return None,
            },
        };
        body.integer()?;
        algorithm(&mut body)?;
        name(&mut body)?;
        let mut validity = body.within(tag::SEQUENCE)?;
        let from_to = (time(&mut validity)?, time(&mut validity)?);
        validity.end()?;
        let has_common_name = name(&mut body)?;
        let public_key = body.take(tag::SEQUENCE)?;
        let mut key = Der(public_key);
        algorithm(&mut key)?;
        key.take(tag::BIT_STRING)?;
        key.end()?;
        let mut extensions = Vec::new();
        if version >= 1 {
            body.optional(tag::implicit(1))?;
            body.optional(tag::implicit(2))?;
        }
        if version == 2
            && let Some(wrapper) = body.optional(tag::explicit(3))?
        {
            let mut wrapper = Der(wrapper);
            let mut list = wrapper.within(tag::SEQUENCE)?;
            wrapper.end()?;
            while list.end().is_none() {
                extensions.push(extension(&mut list)?);
            }
        }
        body.end()?;
        let length = der.len() - rest.0.len();
        let der = der.get(..length)?;
        Some((X509 { der, validity: from_to, has_common_name, public_key, extensions }, rest.0))
    }

    /// Its key, if it is one that TLS has a use for.
    pub(super) fn public_key(&self) -> Option<PublicKey> {
        PublicKey::of_certificate(self.public_key)
    }

    fn extension(&self, wanted: &[u8]) -> Option<&'d [u8]> {
        self.extensions.iter().find(|(object, _)| *object == wanted).map(|(_, value)| *value)
    }

    /// Whether its key may sign, as far as `keyUsage` says so.
    pub(super) fn may_sign(&self) -> bool {
        let Some(usage) = self.extension(KEY_USAGE) else { return true };
        let mut usage = Der(usage);
        let bits = usage.take(tag::BIT_STRING).filter(|_| usage.end().is_some());
        // How many bits of the last byte do not count; then the first bit is `digitalSignature`.
        matches!(bits, Some([0..=7, 0x80..=0xff, ..]))
    }

    /// Whether clients accept it only together with an OCSP response.
    pub(super) fn must_staple(&self) -> bool {
        self.extension(TLS_FEATURE) == Some(MUST_STAPLE)
    }

    /// Whether it names anything that it is for, be it in an old way.
    pub(super) fn has_name(&self) -> bool {
        self.has_common_name || self.hosts().is_some()
    }

    /// The hosts that it is for: the DNS names of `subjectAltName`, or `None` where there is no such list. Clients look for
    /// no host in the subject.
    pub(super) fn hosts(&self) -> Option<Vec<&'d str>> {
        let mut outer = Der(self.extension(SUBJECT_ALT_NAME)?);
        let mut names = outer.within(tag::SEQUENCE)?;
        outer.end()?;
        if names.end().is_some() {
            return None;
        }
        let mut hosts = Vec::new();
        while names.end().is_none() {
            let (found, name) = names.any()?;
            if found == tag::implicit(2) {
                hosts.push(std::str::from_utf8(name).ok()?);
            }
        }
        Some(hosts)
    }
}

/// An algorithm with its parameters.
fn algorithm(der: &mut Der<'_>) -> Option<()> {
    let mut algorithm = der.within(tag::SEQUENCE)?;
    algorithm.take(tag::OBJECT)?;
    if algorithm.end().is_none() {
        algorithm.any()?;
    }
    algorithm.end()
}

/// The name of an issuer or subject; whether it has a common name.
fn name(der: &mut Der<'_>) -> Option<bool> {
    let mut name = der.within(tag::SEQUENCE)?;
    let mut has_common_name = false;
    while name.end().is_none() {
        let mut set = name.within(tag::SET)?;
        while set.end().is_none() {
            let mut attribute = set.within(tag::SEQUENCE)?;
            has_common_name |= attribute.take(tag::OBJECT)? == COMMON_NAME;
            attribute.any()?;
            attribute.end()?;
        }
    }
    Some(has_common_name)
}

fn extension<'d>(list: &mut Der<'d>) -> Option<(&'d [u8], &'d [u8])> {
    let mut extension = list.within(tag::SEQUENCE)?;
    let object = extension.take(tag::OBJECT)?;
    extension.optional(tag::BOOLEAN)?;
    let value = extension.take(tag::OCTET_STRING)?;
    extension.end()?;
    Some((object, value))
}

/// A time, in seconds since 1970.
fn time(der: &mut Der<'_>) -> Option<i64> {
    let (found, text) = der.any()?;
    let text = std::str::from_utf8(text).ok()?;
    let text = match found {
        // "Where YY is greater than or equal to 50, the year SHALL be interpreted as 19YY".
        tag::UTC_TIME => format!("{}{text}", if text >= "5" { "19" } else { "20" }),
        tag::GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let (numbers, zone) = text.split_at_checked(14)?;
    let part = |from: usize, to: usize| numbers.get(from..to);
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    let zone = match (found, zone.split_at_checked(3)) {
        (_, None) if zone == "Z" => "Z".to_owned(),
        (tag::UTC_TIME, Some((hours, minutes))) => format!("{hours}:{minutes}"),
        _ => return None,
    };
    let whole_year: i64 = year.parse().ok()?;
    let is_leap = whole_year % 4 == 0 && (whole_year % 100 != 0 || whole_year % 400 == 0);
    let days = match month {
        "02" if is_leap => "29",
        "02" => "28",
        "04" | "06" | "09" | "11" => "30",
        _ => "31",
    };
    if day > days || second > "59" {
        return None;
    }
    let text = format!("{year}-{month}-{day}T{hour}:{minute}:{second}{zone}");
    httproute_sdk::parse_time(&text).map(|(seconds, _)| seconds)
}
