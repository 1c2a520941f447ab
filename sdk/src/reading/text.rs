//! The forms of text that the API's schema and HTTP ask for.

use std::net::Ipv6Addr;

/// "This is based on token characters of RFC 7230": a header or query parameter name.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 256
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// A header value that can stand in one header line. The standard channel has no pattern, so that CR, LF and NUL come
/// through the API server: they would split the header.
pub(crate) fn is_header_value(text: &str) -> bool {
    !text.is_empty() && text.len() <= 4096 && !has_controls(text)
}

/// Whether there are control characters in `text`, beside tabs.
fn has_controls(text: &str) -> bool {
    // Most text is ASCII, of which bytes tell as much as characters do.
    if text.is_ascii() {
        text.bytes().any(|byte| byte != b'\t' && byte.is_ascii_control())
    } else {
        text.chars().any(|c| c != '\t' && c.is_control())
    }
}

/// "Hostname is the fully qualified domain name of a network host": RFC 1123 in lower case.
pub(crate) fn is_precise_hostname(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// A hostname, optionally "prefixed with a wildcard label (`*.`)".
pub(crate) fn is_hostname(text: &str) -> bool {
    text.len() <= 253 && is_precise_hostname(text.strip_prefix("*.").unwrap_or(text))
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether `text` is a host, with or without a port.
pub(crate) fn is_authority(text: &[u8]) -> bool {
    host_of(text).is_some()
}

/// The host of an authority, without its port, and whether it is in lower case. `None` if it is no `uri-host [ ":" port ]`.
///
/// The grammar is that of RFC 3986, section 3.2, and no wider: what another proxy could read as another host is none. There is no
/// user ("userinfo … should be treated as an error", RFC 9110, section 4.2.4) and no `sub-delims`. An authority that is not empty
/// names a host: "a recipient that processes such a URI reference MUST reject it as invalid" (section 4.2.1).
#[inline]
pub(crate) fn host_of(authority: &[u8]) -> Option<(&[u8], bool)> {
    // One look at each byte: this is asked of every request.
    let (mut end, mut is_lower) = (authority.len(), true);
    for (place, &byte) in authority.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {}
            b'A'..=b'Z' => is_lower = false,
            b':' => {
                end = place;
                break;
            }
            _ => return rare_host_of(authority).map(|host| (host, false)),
        }
    }
    let (host, port) = authority.split_at_checked(end)?;
    let is_host = is_port(port) && (!matches!(host, b"" | b".") || authority.is_empty());
    is_host.then_some((host, is_lower))
}

/// The same for an authority that is an IPv6 address, or has a percent-encoding.
#[cold]
fn rare_host_of(authority: &[u8]) -> Option<&[u8]> {
    let end = if authority.starts_with(b"[") {
        authority.iter().position(|byte| *byte == b']')? + 1
    } else {
        authority.iter().position(|byte| *byte == b':').unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at_checked(end)?;
    let is_host = match host {
        [b'[', address @ .., b']'] => std::str::from_utf8(address).ok()?.parse::<Ipv6Addr>().is_ok(),
        name => is_encoded_name(name),
    };
    (is_host && is_port(port)).then_some(host)
}

/// `reg-name` without `sub-delims`.
fn is_encoded_name(name: &[u8]) -> bool {
    let mut rest = name;
    while let [byte, after @ ..] = rest {
        rest = match after {
            [high, low, after @ ..]
                if *byte == b'%' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                after
            }
            _ if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) => after,
            _ => return false,
        };
    }
    !name.is_empty()
}

/// Whether `text` is nothing, or `":" *DIGIT` with a number that a port can have.
#[inline]
fn is_port(text: &[u8]) -> bool {
    let [b':', digits @ ..] = text else { return text.is_empty() };
    let mut number = 0u32;
    digits.iter().all(|digit| {
        number = number * 10 + u32::from(digit.wrapping_sub(b'0'));
        digit.is_ascii_digit() && number <= 65_535
    })
}

/// "the name of a section in a Kubernetes resource": the name of a rule.
pub(crate) fn is_section_name(text: &str) -> bool {
    is_precise_hostname(text)
}

/// What is wrong with an Exact or PathPrefix value, if anything: the CEL rules of `HTTPPathMatch`.
pub(crate) fn path_fault(value: &str) -> Option<&'static str> {
    if !value.starts_with('/') {
        return Some("must begin with \"/\"");
    }
    let (mut ends_in_dots, mut has_others) = (false, false);
    // One look at each byte: a configuration holds thousands of paths.
    let mut rest = value.as_bytes();
    while let [byte, after @ ..] = rest {
        match (byte, after) {
            (b'#', _)
            | (b'%', [b'2', b'f' | b'F', ..])
            | (b'/', [b'/', ..] | [b'.', b'/', ..] | [b'.', b'.', b'/', ..]) => {
                return Some("must not contain \"//\", \"/./\", \"/../\", \"%2f\" or \"#\"");
            }
            (b'/', b"." | b"..") => ends_in_dots = true,
            (b'%', [a, b, ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {}
            (byte, _) if is_path_byte(*byte) => {}
            _ => has_others = true,
        }
        rest = after;
    }
    if ends_in_dots {
        Some("must not end with \"/..\" or \"/.\"")
    } else if value.len() > 1024 {
        Some("must have at most 1024 characters")
    } else {
        has_others.then_some("must hold only letters, digits, -._~!$&'()*+,;=:@/ and %XX")
    }
}

/// A byte that stands for itself in the path of a URI (RFC 3986, `pchar` and `/`).
pub(crate) fn is_path_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'/' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&'..=b',' | b';' | b'=' | b':' | b'@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostnames() {
        for good in ["a", "example.com", "*.example.com", "a-b.c1", "1.2.3.4"] {
            assert!(is_hostname(good), "{good}");
        }
        for bad in
            ["", "*", "*.", "A.com", "a..b", "-a", "a-", "a_b", "a.*.b", "a.com:80", "**.a", " a", "a.com."]
        {
            assert!(!is_hostname(bad), "{bad}");
        }
        assert!(!is_precise_hostname("*.example.com"));
    }

    #[test]
    fn paths() {
        for good in ["/", "/a", "/a/", "/a%20b", "/~a:b@c;d=e,f+g$h!*'()&"] {
            assert_eq!(path_fault(good), None, "{good}");
        }
        for bad in [
            "", "a", "//", "/a//b", "/a/./b", "/a/../b", "/a%2fb", "/a#b", "/..", "/a/.", "/a?b", "/a%2",
            "/a%zz", "/ä", "/a{b}",
        ] {
            assert!(path_fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn header_values_cannot_split_a_header() {
        assert!(is_header_value("a b\tc=é"));
        for bad in ["", "a\r\nb", "a\nb", "a\0b", "a\u{7f}"] {
            assert!(!is_header_value(bad), "{bad:?}");
        }
    }
}
