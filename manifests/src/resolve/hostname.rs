//! Hostnames of listeners and routes: which of them meet.

/// "Hostname is the fully qualified domain name of a network host. This matches the RFC 1123 definition of a hostname",
/// which "may be prefixed with a wildcard label (`*.`)".
pub(crate) fn is_hostname(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= 253 && text.strip_prefix("*.").unwrap_or(text).split('.').all(is_label)
}

/// Whether there is a host that both match. "Hostnames that are prefixed with a wildcard label (`*.`) are interpreted as a
/// suffix match. That means that a match for `*.example.com` would match both `test.example.com`, and
/// `foo.test.example.com`", not `example.com`.
pub(crate) fn intersect(a: &str, b: &str) -> bool {
    match (a.strip_prefix("*."), b.strip_prefix("*.")) {
        (None, None) => a == b,
        (Some(wildcard), None) => is_below(b, wildcard),
        (None, Some(wildcard)) => is_below(a, wildcard),
        (Some(one), Some(other)) => one == other || is_below(one, other) || is_below(other, one),
    }
}

/// The same for listeners: "When unspecified, all hostnames are matched."
pub(crate) fn listeners_intersect(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => intersect(a, b),
        _ => true,
    }
}

/// Whether all hosts that `inner` matches are matched by `outer`, too.
pub(crate) fn is_within(inner: &str, outer: &str) -> bool {
    match (inner.strip_prefix("*."), outer.strip_prefix("*.")) {
        (_, None) => inner == outer,
        (None, Some(outer)) => is_below(inner, outer),
        (Some(inner), Some(outer)) => inner == outer || is_below(inner, outer),
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).and_then(|host| host.strip_suffix('.')).is_some_and(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostnames() {
        for good in ["a", "example.com", "*.example.com", "a-b.c1"] {
            assert!(is_hostname(good), "{good}");
        }
        for bad in ["", "*", "*.", "A.com", "a..b", "-a", "a_b", "a.*.b", "a.com:80", "a.com."] {
            assert!(!is_hostname(bad), "{bad}");
        }
    }

    #[test]
    fn hostnames_meet_where_a_host_matches_both() {
        for (a, b, meet) in [
            ("a.com", "a.com", true),
            ("a.com", "b.com", false),
            ("*.a.com", "x.a.com", true),
            ("*.a.com", "x.y.a.com", true),
            ("*.a.com", "a.com", false),
            ("*.a.com", "xa.com", false),
            ("*.a.com", ".a.com", false),
            ("*.a.com", "*.a.com", true),
            ("*.a.com", "*.b.a.com", true),
            ("*.a.com", "*.ba.com", false),
            ("*.a.com", "*.b.com", false),
        ] {
            assert_eq!(intersect(a, b), meet, "{a} {b}");
            assert_eq!(intersect(b, a), meet, "{b} {a}");
        }
        assert!(listeners_intersect(None, Some("a.com")));
    }
}
