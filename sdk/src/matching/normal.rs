//! Paths in their normal form, in which rules and requests are compared.
//!
//! RFC 3986: "the hexadecimal digits within a percent-encoding triplet … are case-insensitive and therefore should be normalized
//! to use uppercase letters" (section 6.2.2.1), and "URIs should be normalized by decoding any percent-encoded octet that
//! corresponds to an unreserved character" (section 6.2.2.2). Envoy decodes these characters before a module sees the path, other
//! proxies do not. The comparison must not depend on that, so both sides are brought into this form.

use std::borrow::Cow;

/// The normal form of `path`. A path without a percent sign is in this form already.
pub(crate) fn normalised(path: &[u8]) -> Cow<'_, [u8]> {
    if !path.contains(&b'%') {
        return path.into();
    }
    let mut normal = Vec::with_capacity(path.len());
    let mut rest = path;
    while let [byte, after @ ..] = rest {
        rest = match decoded(rest) {
            Some((byte, after)) if is_unreserved(byte) => {
                normal.push(byte);
                after
            }
            Some((_, after)) => {
                normal.extend(rest.iter().take(3).map(u8::to_ascii_uppercase));
                after
            }
            // A percent sign without two hexadecimal digits is a character like any other.
            None => {
                normal.push(*byte);
                after
            }
        };
    }
    normal.into()
}

/// The normal form of a path that is text.
pub(crate) fn normalised_text(path: &str) -> Cow<'_, str> {
    match normalised(path.as_bytes()) {
        Cow::Borrowed(_) => path.into(),
        // Only ASCII characters are decoded.
        Cow::Owned(normal) => String::from_utf8(normal).map_or(path.into(), Cow::from),
    }
}

/// How long the beginning of `path` is whose normal form is `prefix`.
#[inline]
pub(crate) fn length_of(prefix: &str, path: &[u8]) -> usize {
    if path.starts_with(prefix.as_bytes()) { prefix.len() } else { encoded_length(prefix.len(), path) }
}

#[cold]
fn encoded_length(normal: usize, path: &[u8]) -> usize {
    let mut rest = path;
    for _ in 0..normal {
        rest = match decoded(rest) {
            Some((byte, after)) if is_unreserved(byte) => after,
            // Of an encoding that is kept, each character counts.
            _ => rest.get(1..).unwrap_or_default(),
        };
    }
    path.len() - rest.len()
}

/// The byte that a percent-encoding at the beginning of `text` stands for, and what follows it.
fn decoded(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, after @ ..] = text else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    Some(((digit(high)? << 4 | digit(low)?) as u8, after))
}

/// "ALPHA / DIGIT / "-" / "." / "_" / "~"" (RFC 3986, section 2.3).
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreserved_characters_are_decoded_once_and_other_encodings_are_in_upper_case() {
        for (path, normal) in [
            ("/", "/"),
            ("/%7Ejohn", "/~john"),
            ("/%7ejohn", "/~john"),
            ("/a%2Db%2d", "/a-b-"),
            ("/%41%5A%61%7a%30%39", "/AZaz09"),
            ("/a%2Ebak%5F", "/a.bak_"),
            ("/caf%c3%a9", "/caf%C3%A9"),
            ("/a%2fb%20c%3a", "/a%2Fb%20c%3A"),
            ("/%2541", "/%2541"),
            ("/%%41", "/%A"),
            ("/%4", "/%4"),
            ("/%zz%", "/%zz%"),
            ("/%\u{e9}", "/%\u{e9}"),
        ] {
            assert_eq!(normalised(path.as_bytes()), normal.as_bytes(), "{path}");
        }
    }

    #[test]
    fn a_prefix_is_found_again_in_the_path_as_it_arrived() {
        for (prefix, path, rest) in [
            ("/a", "/a/b", "/b"),
            ("/~john", "/%7Ejohn/x", "/x"),
            ("/~john", "/%7e%6Aohn", ""),
            ("/caf%C3%A9", "/caf%c3%a9/%41", "/%41"),
            ("/a", "/%61/%61", "/%61"),
            ("", "/%61", "/%61"),
            ("", "*", "*"),
        ] {
            assert_eq!(path.get(length_of(prefix, path.as_bytes())..), Some(rest), "{prefix} {path}");
        }
    }
}
