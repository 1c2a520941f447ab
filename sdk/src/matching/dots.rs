//! Paths that the proxy should have normalised.

/// What a look at a path shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// It has a `.` or `..` segment, percent-encoded or not.
    pub(crate) has_dot_segment: bool,
    /// It has a percent sign, so that it may have a [normal form](super::normal) of its own.
    pub(crate) has_percent: bool,
}

/// Whether a path has a `.` or `..` segment, percent-encoded or not.
///
/// Such a path means another one to whoever resolves it, so it could slip past the rule for that other path. Some backends
/// decode `%2f`, take `\` for `/`, and leave out what follows a `;`, so these end a segment here too.
pub(crate) fn has_dot_segment(path: &[u8]) -> bool {
    look(path).has_dot_segment
}

/// Looks for dot segments and percent signs at once: this is asked of every request.
#[inline]
pub(crate) fn look(path: &[u8]) -> Look {
    // Most paths have neither a dot nor a percent sign, and need no second look.
    if path.iter().any(|byte| matches!(byte, b'.' | b'%')) { search(path) } else { Look::default() }
}

fn search(path: &[u8]) -> Look {
    let mut rest = path;
    let mut found = Look::default();
    // The characters of the segment so far: dots only, at most two, or `None` where something else stood in it.
    let mut dots = Some(0);
    while let [byte, next @ ..] = rest {
        let (byte, after) = match rest {
            [b'%', b'2', b'e' | b'E', after @ ..] => (b'.', after),
            [b'%', b'2', b'f' | b'F', after @ ..] | [b'%', b'5', b'c' | b'C', after @ ..] => (b'/', after),
            _ => (*byte, next),
        };
        found.has_percent |= rest.first() == Some(&b'%');
        rest = after;
        match byte {
            b'/' | b'\\' | b';' => {
                found.has_dot_segment |= is_dot_segment(dots);
                dots = Some(0);
            }
            b'.' => dots = dots.map(|n| n + 1),
            _ => dots = None,
        }
    }
    found.has_dot_segment |= is_dot_segment(dots);
    found
}

#[inline]
fn is_dot_segment(dots: Option<usize>) -> bool {
    matches!(dots, Some(1 | 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_segments_are_found_in_every_guise() {
        for path in [
            "/.",
            "/..",
            "/a/./b",
            "/a/../b",
            "/%2e",
            "/%2E%2e/b",
            "/a/.%2e",
            "/a/%2e./b",
            "/a/..%2fb",
            "/a%2f..%2Fb",
            "/a/..\\b",
            "/a%5c..%5Cb",
            "..",
            "/a/%2e",
            "/x/..;/admin",
            "/x/.;a=b",
            "/%/..",
            "/%2/../b",
            "/%%2f..",
        ] {
            assert!(has_dot_segment(path.as_bytes()), "{path}");
        }
        for path in [
            "/",
            "/a",
            "/a.b",
            "/...",
            "/.a",
            "/a..",
            "/..a/",
            "/%2e%2e%2e",
            "//",
            "/a%2fb",
            "/%2",
            "/%",
            "/.%00.",
        ] {
            assert!(!has_dot_segment(path.as_bytes()), "{path}");
        }
    }
}
