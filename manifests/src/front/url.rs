//! URLs where HTTP/1.1 has them: in a request line, in the absolute form, and in a Referer.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A request target in the absolute form.
pub(super) struct Absolute<'t> {
    pub(super) scheme: &'t [u8],
    pub(super) authority: &'t [u8],
    /// Path and query; empty where there is neither.
    pub(super) target: &'t [u8],
}

impl<'t> Absolute<'t> {
    /// A URL; `None` where it is none that Envoy takes.
    pub(super) fn parse(url: &'t [u8]) -> Option<Self> {
        let (scheme, rest) = split_scheme(url)?;
        let (authority, target) = split_authority(rest);
        let host = authority.iter().rposition(|&byte| byte == b'@');
        let authority = host.and_then(|place| authority.get(place + 1..)).unwrap_or(authority);
        is_authority(authority).then_some(Absolute { scheme, authority, target })
    }
}

/// Whether Envoy's parser takes a request target at all.
pub(super) fn is_target(target: &[u8], is_connect: bool) -> bool {
    let is_visible = |byte: &u8| (b'!'..=b'~').contains(byte);
    match target {
        [] => false,
        [b'/' | b'*', rest @ ..] => rest.iter().all(is_visible),
        _ => {
            let Some(rest) = (if is_connect { Some(target) } else { split_scheme(target).map(|(_, r)| r) })
            else {
                return false;
            };
            let (host, rest) = split_authority(rest);
            host.iter().all(|&byte| is_host_byte(byte))
                && !host.windows(2).any(|two| two == b"@@")
                && rest.iter().all(is_visible)
        }
    }
}

/// A byte of a host, as Envoy's HTTP/1.1 parser has it.
pub(super) fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!$%&'()*+,-.:;=@[]_~".contains(&byte)
}

/// Whether Envoy keeps a Referer.
pub(super) fn is_referer(value: &[u8]) -> bool {
    let first = value.split(|&byte| byte == b'/').next().unwrap_or_default();
    if !first.contains(&b':') {
        return value.iter().all(|&byte| (b'!'..=b'~').contains(&byte) && !b"\"#<>[\\]^`{|}".contains(&byte));
    }
    let Some((_, rest)) = split_scheme(value) else { return false };
    let (authority, rest) = split_authority(rest);
    is_authority(authority) && rest.iter().all(|byte| (b'!'..=b'~').contains(byte) && *byte != b'#')
}

/// Host and port of `host:port` after CONNECT.
pub(super) fn is_connect_target(target: &[u8]) -> bool {
    is_authority(target) && port(target).is_some()
}

/// The scheme, and what follows `://`.
fn split_scheme(url: &[u8]) -> Option<(&[u8], &[u8])> {
    let place = url.iter().position(|&byte| byte == b':')?;
    let (scheme, rest) = url.split_at_checked(place)?;
    let is_scheme = scheme.first()?.is_ascii_alphabetic()
        && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
    is_scheme.then_some((scheme, rest.strip_prefix(b"://")?))
}

fn split_authority(rest: &[u8]) -> (&[u8], &[u8]) {
    let end = rest.iter().position(|byte| b"/?".contains(byte)).unwrap_or(rest.len());
    rest.split_at_checked(end).unwrap_or((rest, b""))
}

/// Host, and port if there is one: no user.
fn is_authority(authority: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(authority) else { return false };
    let host = match port(authority) {
        Some(port) if port.iter().all(u8::is_ascii_digit) => {
            let Ok(number) = std::str::from_utf8(port).unwrap_or_default().parse::<u32>() else {
                return false;
            };
            if number > 65535 {
                return false;
            }
            text.get(..text.len() - port.len() - 1).unwrap_or_default()
        }
        Some(_) => return false,
        None => text,
    };
    match host.strip_prefix('[') {
        Some(rest) => rest
            .strip_suffix(']')
            .is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok() || ip.parse::<Ipv4Addr>().is_ok()),
        None => !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)),
    }
}

/// What follows the last colon that is not within an IPv6 address.
fn port(authority: &[u8]) -> Option<&[u8]> {
    let place = authority.iter().rposition(|&byte| byte == b':')?;
    let rest = authority.get(place + 1..)?;
    (!rest.contains(&b']')).then_some(rest)
}
