//! Paths that the proxy should have normalised.

/// Whether a path has a `.` or `..` segment, percent-encoded or not.
///
/// Such a path means another one to whoever resolves it, so it could slip past the rule for that other path. Some backends
/// decode `%2f`, take `\` for `/`, and leave out what follows a `;`, so these end a segment here too.
#[inline]
pub(crate) fn has_dot_segment(path: &[u8]) -> bool {
    // Most paths have nothing that could be a dot, and need no second look.
    path.iter().any(|byte| matches!(byte, b'.' | b'%')) && search(path)
}

fn search(path: &[u8]) -> bool {
    let mut rest = path;
    // The characters of the segment so far: dots only, at most two, or `None` where something else stood in it.
    let mut dots = Some(0);
    loop {
        let (byte, after) = match rest {
            [] => return is_dot_segment(dots),
            [b'%', b'2', b'e' | b'E', after @ ..] => (b'.', after),
            [b'%', b'2', b'f' | b'F', after @ ..] | [b'%', b'5', b'c' | b'C', after @ ..] => (b'/', after),
            [byte, after @ ..] => (*byte, after),
        };
        rest = after;
        match byte {
            b'/' | b'\\' | b';' => {
                if is_dot_segment(dots) {
                    return true;
                }
                dots = Some(0);
            }
            b'.' => dots = dots.map(|n| n + 1),
            _ => dots = None,
        }
    }
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
