//! Hostnames: which pattern a host matches, and which of several matches it most specifically.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::reading::text::host_of;

/// The hostname of a listener or a route: `example.com`, `*.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum HostPattern {
    /// One host.
    Exact(Box<str>),
    /// "Hostnames that are prefixed with a wildcard label (`*.`) are interpreted as a suffix match": what stands behind
    /// `*.`. "a match for `*.example.com` would match both `test.example.com`, and `foo.test.example.com`", not
    /// `example.com`.
    Wildcard(Box<str>),
}

/// How specifically a pattern matches: an exact host more than a wildcard, a longer wildcard more than a shorter one, and
/// all more than no hostname.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Specificity {
    /// There is no hostname.
    Any,
    /// A wildcard with so many characters.
    Wildcard(usize),
    /// The host itself.
    Exact,
}

impl HostPattern {
    /// The pattern that `hostname` writes.
    pub(crate) fn new(hostname: &str) -> Self {
        match hostname.strip_prefix("*.") {
            Some(suffix) => HostPattern::Wildcard(suffix.into()),
            None => HostPattern::Exact(hostname.into()),
        }
    }

    /// How specifically the pattern matches `host`, if it does.
    pub(crate) fn matches(&self, host: &[u8]) -> Option<Specificity> {
        match self {
            HostPattern::Exact(exact) => (exact.as_bytes() == host).then_some(Specificity::Exact),
            HostPattern::Wildcard(suffix) => {
                let label = host.strip_suffix(suffix.as_bytes())?.strip_suffix(b".")?;
                (!label.is_empty()).then_some(Specificity::Wildcard(suffix.len()))
            }
        }
    }
}

/// How specifically an optional hostname matches `host`, if it does: "When unspecified, all hostnames are matched."
#[inline]
pub(crate) fn specificity(hostname: Option<&HostPattern>, host: &[u8]) -> Option<Specificity> {
    hostname.map_or(Some(Specificity::Any), |hostname| hostname.matches(host))
}

/// The host that a request asks for, in the form that patterns are compared with: without port ("Implementations MUST
/// ignore any port value specified in the HTTP Host header while performing a match"), in lower case (RFC 9110, section
/// 4.2.3), and without the dot by which a name may be marked as absolute. `None` if it is no host ([`host_of`]).
#[inline]
pub(crate) fn normalised_host(authority: &[u8]) -> Option<Cow<'_, [u8]>> {
    let (host, is_lower) = host_of(authority)?;
    let host = host.strip_suffix(b".").unwrap_or(host);
    Some(if is_lower { host.into() } else { host.to_ascii_lowercase().into() })
}

/// Values by hostname, found without looking at the others.
#[derive(Debug)]
pub(crate) struct HostTable<T> {
    /// Sorted by pattern.
    by_pattern: Vec<(HostPattern, T)>,
    has_wildcards: bool,
    /// Those for every host, in the order in which they are looked at.
    any: Vec<T>,
}

impl<T> HostTable<T> {
    /// A table of the values for each pattern, sorted by pattern, and of those for every host.
    pub(crate) fn new(by_pattern: Vec<(HostPattern, T)>, any: Vec<T>) -> Self {
        let has_wildcards = by_pattern.iter().any(|(pattern, _)| matches!(pattern, HostPattern::Wildcard(_)));
        HostTable { by_pattern, has_wildcards, any }
    }

    /// What `look` finds in one of the values whose patterns match `host` (normalised). The most specific is looked at first:
    /// "precedence must be given to rules from the HTTPRoute with the largest number of characters in a matching non-wildcard
    /// hostname, characters in a matching hostname".
    #[inline]
    pub(crate) fn find<R>(&self, host: &[u8], look: &dyn Fn(&T) -> Option<R>) -> Option<R> {
        let exact = |pattern: &HostPattern| match pattern {
            HostPattern::Exact(exact) => exact.as_bytes().cmp(host),
            HostPattern::Wildcard(_) => Ordering::Greater,
        };
        if let Some(found) = self.value(exact).and_then(look) {
            return Some(found);
        }
        if self.has_wildcards {
            for dot in 1..host.len() {
                if host.get(dot) != Some(&b'.') {
                    continue;
                }
                // No hostname is longer, so a host that is nothing but dots costs no more than another.
                let Some(suffix) = host.get(dot + 1..).filter(|suffix| suffix.len() <= 253) else { continue };
                let wildcard = |pattern: &HostPattern| match pattern {
                    HostPattern::Exact(_) => Ordering::Less,
                    HostPattern::Wildcard(wildcard) => wildcard.as_bytes().cmp(suffix),
                };
                if let Some(found) = self.value(wildcard).and_then(look) {
                    return Some(found);
                }
            }
        }
        self.any.iter().find_map(look)
    }

    #[inline]
    fn value(&self, compare: impl Fn(&HostPattern) -> Ordering) -> Option<&T> {
        if self.by_pattern.is_empty() {
            return None;
        }
        let place = self.by_pattern.binary_search_by(|(pattern, _)| compare(pattern)).ok()?;
        self.by_pattern.get(place).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_compared_without_port_case_and_final_dot() {
        for (authority, host) in [
            ("Example.COM:8080", "example.com"),
            ("example.com.", "example.com"),
            ("example.com.:80", "example.com"),
            ("h:", "h"),
            ("h:0", "h"),
            ("h:00065535", "h"),
            ("a_b~c", "a_b~c"),
            ("1.2.3.4:80", "1.2.3.4"),
            ("a%2Db", "a%2db"),
            ("[::1]:8080", "[::1]"),
            ("[::1]", "[::1]"),
            ("[2001:DB8::1]:", "[2001:db8::1]"),
            ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]"),
            ("", ""),
        ] {
            assert_eq!(
                normalised_host(authority.as_bytes()).as_deref(),
                Some(host.as_bytes()),
                "{authority}"
            );
        }
        for authority in [
            "a@b",
            "a:b@c",
            "a/b",
            "a b",
            "a,b",
            "a\0",
            "\u{e9}",
            "h:abc",
            "evil:80].x",
            "a:b]",
            "h:80:80",
            "h:65536",
            "h:4294967376",
            "h:-1",
            "h:+80",
            ":",
            ":80",
            ".",
            ".:80",
            "[",
            "[::1",
            "[]",
            "[]:80",
            "[::1].",
            "[::1]x",
            "[::1]:x",
            "[1.2.3.4]",
            "[::1%25eth0]",
            "[v1.a]",
            "[a]",
            "::1",
            "a%",
            "a%2",
            "a%zz",
            "%",
            "a]",
            "a[::1]",
        ] {
            assert_eq!(normalised_host(authority.as_bytes()), None, "{authority}");
        }
    }

    #[test]
    fn a_wildcard_matches_whole_labels_and_never_the_bare_domain() {
        let pattern = HostPattern::new("*.example.com");
        for host in ["test.example.com", "foo.test.example.com"] {
            assert_eq!(pattern.matches(host.as_bytes()), Some(Specificity::Wildcard(11)), "{host}");
        }
        for host in ["example.com", ".example.com", "badexample.com", "a.example.com.evil"] {
            assert_eq!(pattern.matches(host.as_bytes()), None, "{host}");
        }
    }

    #[test]
    fn the_most_specific_hostname_comes_first() {
        let table = HostTable::new(
            ["a.b.com", "b.com", "*.b.com", "*.com"].map(|name| (HostPattern::new(name), name)).into(),
            vec!["unreadable", "any"],
        );
        let found = |host: &str| {
            let found = std::cell::RefCell::new(Vec::new());
            table.find::<()>(host.as_bytes(), &|value| {
                found.borrow_mut().push(*value);
                None
            });
            found.into_inner()
        };
        assert_eq!(found("a.b.com"), ["a.b.com", "*.b.com", "*.com", "unreadable", "any"]);
        assert_eq!(found("x.a.b.com"), ["*.b.com", "*.com", "unreadable", "any"]);
        assert_eq!(found("b.com"), ["b.com", "*.com", "unreadable", "any"]);
        assert_eq!(found("org"), ["unreadable", "any"]);
        assert_eq!(found(""), ["unreadable", "any"]);
    }
}
