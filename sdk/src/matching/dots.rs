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

/// What backends might take `path` for: each combination of what [`has_dot_segment`] allows for, with the segments resolved.
///
/// The first is the path as it is.
#[cold]
pub(crate) fn readings(path: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    std::iter::once(path.to_vec()).chain((0..64).map(|bits| {
        let reading = Reading(bits);
        reading.resolve(&reading.decode(path))
    }))
}

/// How a backend reads a path: a bit for each thing that some do and others do not.
#[derive(Clone, Copy)]
struct Reading(u8);

impl Reading {
    const DECODES_DOTS: u8 = 1;
    const DECODES_SLASHES: u8 = 2;
    const TAKES_BACKSLASHES: u8 = 4;
    const DROPS_PARAMETERS: u8 = 8;
    const MERGES_SLASHES: u8 = 16;
    const DROPS_LAST_SLASH: u8 = 32;

    fn does(self, what: u8) -> bool {
        self.0 & what != 0
    }

    /// The path with nothing in it but segments and the slashes between them.
    fn decode(self, path: &[u8]) -> Vec<u8> {
        let mut decoded = Vec::with_capacity(path.len());
        let (mut rest, mut in_parameters) = (path, false);
        while let [first, after @ ..] = rest {
            let (mut byte, mut left) = (*first, after);
            match rest {
                [b'%', b'2', b'e' | b'E', after @ ..] if self.does(Self::DECODES_DOTS) => {
                    (byte, left) = (b'.', after)
                }
                [b'%', b'2', b'f' | b'F', after @ ..] if self.does(Self::DECODES_SLASHES) => {
                    (byte, left) = (b'/', after)
                }
                [b'%', b'5', b'c' | b'C', after @ ..] if self.does(Self::DECODES_SLASHES) => {
                    (byte, left) = (b'\\', after)
                }
                _ => {}
            }
            if byte == b'\\' && self.does(Self::TAKES_BACKSLASHES) {
                byte = b'/';
            }
            in_parameters =
                byte != b'/' && (in_parameters || byte == b';' && self.does(Self::DROPS_PARAMETERS));
            if !in_parameters {
                decoded.push(byte);
            }
            rest = left;
        }
        decoded
    }

    /// "remove_dot_segments" (RFC 3986, section 5.2.4).
    fn resolve(self, path: &[u8]) -> Vec<u8> {
        let mut segments: Vec<&[u8]> = Vec::new();
        // Nothing comes before the first slash; after a dot segment at the end a slash remains.
        let mut ends_in_slash = false;
        for segment in path.split(|byte| *byte == b'/').skip(1) {
            ends_in_slash = matches!(segment, b"" | b"." | b"..");
            match segment {
                b"." => {}
                b".." => _ = segments.pop(),
                b"" if self.does(Self::MERGES_SLASHES) => {}
                _ => segments.push(segment),
            }
        }
        if ends_in_slash && segments.last().is_some_and(|last| last.is_empty()) {
            segments.pop();
        }
        let mut resolved = Vec::with_capacity(path.len());
        for segment in segments {
            resolved.push(b'/');
            resolved.extend_from_slice(segment);
        }
        if ends_in_slash && !self.does(Self::DROPS_LAST_SLASH) || resolved.is_empty() {
            resolved.push(b'/');
        }
        resolved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_as_each_backend_might() {
        for (path, read) in [
            ("/x/../admin", "/admin"),
            ("/x/./../admin/", "/admin/"),
            ("/x/./../admin/", "/admin"),
            ("/x/%2e%2E/admin", "/admin"),
            ("/x/%2e%2E/admin", "/x/%2e%2E/admin"),
            ("/x/..%2fadmin", "/admin"),
            ("/x/..%5Cadmin", "/admin"),
            ("/x/..\\admin", "/admin"),
            ("/x/..;a=b/admin", "/admin"),
            ("/x;y/../admin;z/./b", "/admin/b"),
            ("/x;y/../admin;z/./b", "/admin;z/b"),
            ("/x/..//admin", "/admin"),
            ("/x/..//admin", "//admin"),
            ("/x//../admin", "/admin"),
            ("/x//../admin", "/x/admin"),
            ("/admin/x/..", "/admin/"),
            ("/admin/x/..", "/admin"),
            ("/../../admin", "/admin"),
            ("/..", "/"),
        ] {
            let readings: Vec<_> =
                readings(path.as_bytes()).map(|path| String::from_utf8(path).unwrap()).collect();
            assert!(readings.iter().any(|reading| reading == read), "{path}: {readings:?}");
            assert_eq!(readings[0], path);
        }
        let readings: Vec<_> = readings(b"/other/../cartoon").collect();
        assert!(
            readings.iter().all(|reading| !reading.starts_with(b"/cart/") && reading != b"/cart"),
            "{readings:?}"
        );
    }

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
