//! Origins, and the patterns that they are compared with.

/// An entry of `allowOrigins`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OriginPattern {
    /// `*`: every origin.
    Any,
    /// `https://*.example.com:8443`.
    Pattern {
        /// `http` or `https`.
        scheme: Box<str>,
        host: HostPattern,
        port: u16,
    },
}

/// The host of an [`OriginPattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostPattern {
    Any,
    /// What stands behind `*.`: "The wildcard character `*` is greedy matching to the left, including any number of DNS
    /// labels to the left of its position", of which there must be one.
    Under(Box<str>),
    Exact(Box<str>),
}

impl OriginPattern {
    /// The pattern that `text` writes: `*` or `<scheme>://<host>(:<port>)`, in any case.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(OriginPattern::Any);
        }
        let text = text.to_ascii_lowercase();
        let (scheme, host, port) = parts(&text)?;
        let host = match (host, host.strip_prefix("*.")) {
            ("*", _) => HostPattern::Any,
            (_, Some(suffix)) if is_host(suffix) => HostPattern::Under(suffix.into()),
            (host, None) if is_host(host) => HostPattern::Exact(host.into()),
            _ => return None,
        };
        Some(OriginPattern::Pattern { scheme: scheme.into(), host, port })
    }

    /// Whether the pattern matches an origin of these [`parts`], in lower case.
    fn matches(&self, parts: Option<(&str, &str, u16)>) -> bool {
        let OriginPattern::Pattern { scheme, host, port } = self else { return true };
        let Some((origin_scheme, origin_host, origin_port)) = parts else { return false };
        *origin_scheme == **scheme
            && origin_port == *port
            && match host {
                HostPattern::Any => true,
                HostPattern::Exact(host) => *origin_host == **host,
                HostPattern::Under(suffix) => {
                    let label = origin_host.strip_suffix(&**suffix).and_then(|rest| rest.strip_suffix('.'));
                    let is_part_of_name = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
                    label.is_some_and(|label| !label.is_empty() && label.bytes().all(is_part_of_name))
                }
            }
    }
}

/// Whether one of the patterns matches the value of an `Origin` header. What is no origin matches none, not even `*`.
pub(super) fn allows(patterns: &[OriginPattern], origin: &str) -> bool {
    let origin = origin.to_ascii_lowercase();
    let is_origin = origin == "null"
        || origin.split_once("://").is_some_and(|(scheme, rest)| {
            // `file://` and the like have no host.
            let may_lack_host = !["http", "https"].contains(&scheme);
            !scheme.is_empty()
                && (may_lack_host || !rest.is_empty())
                // An origin is scheme, host and port (RFC 6454, section 6.2), without user, path, query or fragment.
                && rest.bytes().all(|b| b.is_ascii_graphic() && !b"\"',;<>\\/?#@".contains(&b))
                && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        });
    // Read once, however many patterns there are: a client chooses how long it is.
    let parts = parts(&origin);
    is_origin && patterns.iter().any(|pattern| pattern.matches(parts))
}

/// Scheme, host and port: "If a port is not specified, it defaults to 80 for http and 443 for https".
fn parts(origin: &str) -> Option<(&str, &str, u16)> {
    let (scheme, rest) = origin.split_once("://")?;
    let default = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    // The colons of an IPv6 address stand in brackets.
    match rest.rsplit_once(':') {
        // One number is written in one way.
        Some((_, port)) if port.starts_with(['+', '0']) => None,
        Some((host, port)) if !port.contains(']') => Some((scheme, host, port.parse().ok()?)),
        _ => Some((scheme, rest, default)),
    }
}

fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_compared_whole() {
        for (pattern, origin, matches) in [
            ("*", "https://a.com", true),
            ("*", "null", true),
            ("*", "file://", true),
            ("*", "app://localhost", true),
            ("*", "nonsense", false),
            ("*", "https://", false),
            ("https://a.com", "file://", false),
            ("*", "https://a.com\"x", false),
            ("https://a.com", "https://a.com", true),
            ("https://a.com", "https://A.com", true),
            ("https://a.com", "https://a.com:443", true),
            ("https://a.com", "http://a.com", false),
            ("https://a.com", "https://a.com:8443", false),
            ("https://a.com", "https://a.com.evil.com", false),
            ("http://a.com:8080", "http://a.com:8080", true),
            ("http://a.com", "http://a.com:99999", false),
            ("https://*.bar.com", "https://xpto.www.bar.com", true),
            ("https://*.bar.com", "https://bar.com", false),
            ("https://*.bar.com", "https://.bar.com", false),
            ("https://*.bar.com", "https://xbar.com", false),
            ("https://*.bar.com", "https://a.bar.com.evil.com", false),
            ("https://*.bar.com", "https://evil.com/.bar.com", false),
            ("https://*.bar.com", "https://evil.com#.bar.com", false),
            ("https://*.bar.com", "https://:]evil.bar.com", false),
            ("https://*.bar.com", "https://a_b.bar.com", true),
            ("*", "https://user@a.com", false),
            ("https://a.com", "https://a.com:+443", false),
            ("https://a.com", "https://a.com:0443", false),
            ("https://*", "https://anything.org", true),
            ("https://*", "http://anything.org", false),
            ("https://*:8443", "https://a:8443", true),
            ("https://a.com", "null", false),
        ] {
            let patterns = [OriginPattern::parse(pattern).unwrap()];
            assert_eq!(allows(&patterns, origin), matches, "{pattern} {origin}");
        }
        for bad in [
            "",
            "a.com",
            "ftp://a",
            "https://",
            "https://a.*.com",
            "https://*a.com",
            "https://a:x",
            "https://a/b",
            "https://**",
        ] {
            assert_eq!(OriginPattern::parse(bad), None, "{bad}");
        }
    }
}
