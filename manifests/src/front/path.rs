//! The path of a request, as Envoy's connection manager normalises it.
//!
//! Envoy has the path canonicalisation of Chromium; the order of the steps is that of `maybeNormalizePath`.

use super::{EscapedSlashes, FrontSettings};

/// What Envoy makes of a path.
pub(super) enum Normalised {
    /// The request goes on with this path and query.
    Path(Vec<u8>),
    /// The client is redirected to this path and query.
    Redirect(Vec<u8>),
    /// The request is refused, for this reason.
    Refused(&'static str),
}

/// Normalises path and query.
pub(super) fn normalise(target: &[u8], settings: &FrontSettings) -> Normalised {
    if target.contains(&b'#') {
        return Normalised::Refused("the path has a fragment (#), which clients must not send");
    }
    let end = target.iter().position(|&byte| byte == b'?').unwrap_or(target.len());
    let (path, query) = target.split_at_checked(end).unwrap_or((target, b""));
    let mut path = path.to_vec();
    let mut redirects = false;
    if settings.escaped_slashes != EscapedSlashes::Keep {
        let unescaped = unescape_slashes(&path);
        if unescaped != path {
            if settings.escaped_slashes == EscapedSlashes::Reject {
                return Normalised::Refused("the path has an escaped slash or backslash (%2F, %5C)");
            }
            redirects = settings.escaped_slashes == EscapedSlashes::Redirect;
            path = unescaped;
        }
    }
    let Some(mut path) = canonical(&without_parameters(&path)) else {
        return Normalised::Refused("the path has an escaped zero byte (%00)");
    };
    if settings.merge_slashes {
        path = merge_slashes(path);
    }
    path.extend_from_slice(query);
    if redirects { Normalised::Redirect(path) } else { Normalised::Path(path) }
}

/// `%2F` and `%5C` as the characters that they stand for.
fn unescape_slashes(path: &[u8]) -> Vec<u8> {
    let mut unescaped = Vec::with_capacity(path.len());
    let mut rest = path;
    while let [byte, after @ ..] = rest {
        let (byte, after) = match rest {
            [b'%', b'2', b'f' | b'F', after @ ..] => (b'/', after),
            [b'%', b'5', b'c' | b'C', after @ ..] => (b'\\', after),
            _ => (*byte, after),
        };
        unescaped.push(byte);
        rest = after;
    }
    unescaped
}

/// The path without the parameters of dot segments: `..;x` is `..`.
fn without_parameters(path: &[u8]) -> Vec<u8> {
    let segment = |segment: &[u8]| match segment {
        [b'.', b';', ..] => b".".to_vec(),
        [b'.', b'.', b';', ..] => b"..".to_vec(),
        _ => segment.to_vec(),
    };
    path.split(|&byte| byte == b'/').map(segment).collect::<Vec<_>>().join(&b'/')
}

/// The canonical form of a path; `None` for a path with `%00`.
fn canonical(path: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(path.len() + 1);
    if !matches!(path, [b'/' | b'\\', ..]) {
        out.push(b'/');
    }
    let mut rest = path;
    // Where the last % stands that escapes nothing.
    let mut stray = None;
    while let [byte, after @ ..] = rest {
        rest = after;
        if let Some(after) = dot([*byte].as_slice(), after) {
            rest = after;
            if out.last() != Some(&b'/') {
                out.push(b'.');
            } else if let Some(after) = end_of_segment(rest) {
                rest = after;
            } else if let Some(after) = second_dot(rest) {
                back_up(&mut out);
                rest = after;
            } else {
                out.push(b'.');
            }
            continue;
        }
        match (*byte, escaped(after)) {
            (b'\\', _) => out.push(b'/'),
            (b'%', Some((0, _))) => return None,
            (b'%', Some((value, after))) if is_unreserved(value) => {
                out.push(value);
                rest = after;
                keep_escape(&mut out, stray, value, after);
            }
            (b'%', Some((_, after))) => {
                out.push(b'%');
                out.extend(rest.iter().take(2));
                rest = after;
            }
            (b'%', None) => {
                stray = Some(out.len());
                out.push(b'%');
            }
            (byte, _) if byte <= b' ' || byte >= 0x7f || b"\"<>^`{|}".contains(&byte) => {
                out.extend_from_slice(format!("%{byte:02X}").as_bytes());
            }
            (byte, _) => out.push(byte),
        }
    }
    Some(out)
}

/// What follows a dot, written as it is or escaped, of which `first` is the first byte.
fn dot<'p>(first: &[u8], after: &'p [u8]) -> Option<&'p [u8]> {
    match (first, after) {
        ([b'.'], after) => Some(after),
        ([b'%'], [b'2', b'e' | b'E', after @ ..]) => Some(after),
        _ => None,
    }
}

/// What follows the end of a segment, if `rest` is one.
fn end_of_segment(rest: &[u8]) -> Option<&[u8]> {
    match rest {
        [] => Some(rest),
        [b'/' | b'\\', after @ ..] => Some(after),
        _ => None,
    }
}

/// What follows a second dot that ends a segment.
fn second_dot(rest: &[u8]) -> Option<&[u8]> {
    let (first, after) = rest.split_first()?;
    end_of_segment(dot(&[*first], after)?)
}

/// Removes the last segment.
fn back_up(out: &mut Vec<u8>) {
    let slash = out.len().saturating_sub(1);
    let before = out.get(..slash).unwrap_or_default();
    let length = before.iter().rposition(|&byte| byte == b'/').map_or(slash + 1, |place| place + 1);
    out.truncate(if slash == 0 { 1 } else { length });
}

/// An unescaped character must not make an escape of a % that was none: `%2%66` is not `%2f`.
fn keep_escape(out: &mut Vec<u8>, stray: Option<usize>, unescaped: u8, after: &[u8]) {
    let Some(stray) = stray.filter(|stray| stray + 3 >= out.len()) else { return };
    let length = out.len();
    let is_first = stray + 2 == length;
    if is_first {
        match after.first().filter(|byte| byte.is_ascii()) {
            Some(&next) => out.push(next),
            None => return,
        }
    }
    let is_escape = out.get(stray + 1..).is_some_and(|digits| escaped(digits).is_some());
    if is_escape {
        if let (false, Some(&first)) = (is_first, out.get(stray + 1)) {
            out.push(first);
        }
        for (place, byte) in [(stray + 1, b'2'), (stray + 2, b'5')] {
            if let Some(digit) = out.get_mut(place) {
                *digit = byte;
            }
        }
        out.push(unescaped);
    } else {
        out.truncate(length);
    }
}

/// The byte that two hexadecimal digits stand for, and what follows them.
pub(super) fn escaped(digits: &[u8]) -> Option<(u8, &[u8])> {
    let [high, low, after @ ..] = digits else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    Some((u8::try_from(digit(high)? * 16 + digit(low)?).ok()?, after))
}

/// "ALPHA, DIGIT, hyphen, period, underscore, and tilde" (RFC 3986, section 2.3).
pub(super) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn merge_slashes(path: Vec<u8>) -> Vec<u8> {
    if !path.windows(2).any(|two| two == b"//") {
        return path;
    }
    let segments: Vec<&[u8]> = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).collect();
    let mut merged = Vec::with_capacity(path.len());
    merged.extend(path.first().filter(|&&byte| byte == b'/'));
    merged.extend(segments.join(&b'/'));
    // Envoy makes // of a path that is nothing but slashes.
    merged.extend(path.last().filter(|&&byte| byte == b'/'));
    merged
}
