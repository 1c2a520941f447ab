//! Whether a request satisfies one entry of `matches`, from the text of the specification alone.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::Regex;

use crate::model::{Match, Named, PathKind, Request};

/// All predicates of an entry are ANDed.
pub(crate) fn satisfies(entry: &Match, request: &Request) -> bool {
    // "Note that the method is case-sensitive" (RFC 9110): full comparison.
    entry.method.is_none_or(|method| method == request.method)
        && path_satisfies(entry, path(request))
        && without_equivalents(&entry.headers, same_header).iter().all(|header| {
            header_value(request, header.name).is_some_and(|value| value_satisfies(header, &value))
        })
        && without_equivalents(&entry.query, same_param)
            .iter()
            .all(|param| param_value(request, param.name).is_some_and(|value| value_satisfies(param, value)))
}

/// The type defaults to `PathPrefix` and the value to `/`.
pub(crate) fn path_match(entry: &Match) -> (PathKind, &str) {
    let path = entry.path.as_ref();
    let value = path.and_then(|path| path.value.as_deref()).unwrap_or("/");
    (path.and_then(|path| path.kind).unwrap_or(PathKind::PathPrefix), value)
}

fn path_satisfies(entry: &Match, path: &[u8]) -> bool {
    let path = &*normal(path);
    match path_match(entry) {
        // "Matches the URL path exactly and with case sensitivity."
        (PathKind::Exact, value) => path == normal(value.as_bytes()),
        // "Matches based on a URL path prefix split by `/`. Matching is case-sensitive and done on a path element by
        // element basis. … When specified, a trailing `/` is ignored."
        (PathKind::PathPrefix, value) => {
            let value = normal(value.trim_end_matches('/').as_bytes());
            let wanted = value.split(|&byte| byte == b'/');
            let elements = path.split(|&byte| byte == b'/');
            // "a prefix path match on “/” … has the effect of matching every HTTP request", also `OPTIONS *`.
            value.is_empty() || elements.take(wanted.clone().count()).eq(wanted)
        }
        (PathKind::RegularExpression, value) => full_match(value, path),
    }
}

/// "If multiple entries specify equivalent … names, only the first entry with an equivalent name MUST be considered for a
/// match. Subsequent entries with an equivalent … name MUST be ignored."
pub(crate) fn without_equivalents(entries: &[Named], same: fn(&str, &str) -> bool) -> Vec<&Named> {
    let mut kept: Vec<&Named> = Vec::new();
    for entry in entries {
        if !kept.iter().any(|earlier| same(earlier.name, entry.name)) {
            kept.push(entry);
        }
    }
    kept
}

/// "Name matching MUST be case-insensitive."
pub(crate) fn same_header(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// "This must be an exact string match."
pub(crate) fn same_param(a: &str, b: &str) -> bool {
    a == b
}

/// Repeated headers: "follow RFC 7230, section 3.2.2": values "separated by a comma", in order; `Cookie`, which HTTP/2 may cut
/// into several lines, is put together with `; ` (RFC 9113, section 8.2.3).
fn header_value(request: &Request, name: &str) -> Option<Vec<u8>> {
    if same_header(name, "host") {
        return Some(request.authority.clone());
    }
    let lines = request.headers.iter().filter(|(line, _)| same_header(line, name));
    let values: Vec<&[u8]> = lines.map(|(_, value)| value.as_slice()).collect();
    let separator = if same_header(name, "cookie") { &b"; "[..] } else { b"," };
    (!values.is_empty()).then(|| values.join(separator))
}

/// "If a query param is repeated in an HTTP request … it is recommended that implementations use the first value."
fn param_value<'q>(request: &'q Request, name: &str) -> Option<&'q [u8]> {
    let target = request.target.split(|&byte| byte == b'#').next().unwrap_or_default();
    let query = target.splitn(2, |&byte| byte == b'?').nth(1)?;
    let pairs = query.split(|&byte| byte == b'&').map(|pair| {
        let mut parts = pair.splitn(2, |&byte| byte == b'=');
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    });
    pairs.into_iter().find(|(key, _)| *key == name.as_bytes()).map(|(_, value)| value)
}

fn value_satisfies(entry: &Named, value: &[u8]) -> bool {
    match entry.regex {
        Some(true) => full_match(entry.value, value),
        _ => value == entry.value.as_bytes(),
    }
}

/// A regular expression matches the whole value; "a value that is not UTF-8 never matches one".
fn full_match(pattern: &str, value: &[u8]) -> bool {
    thread_local! {
        static COMPILED: RefCell<HashMap<String, Regex>> = RefCell::default();
    }
    let Ok(value) = std::str::from_utf8(value) else { return false };
    COMPILED.with_borrow_mut(|compiled| {
        // The comment of a pattern in verbose mode ends with the line.
        let end = if pattern.starts_with("(?x)") { "\n" } else { "" };
        let compile = || Regex::new(&format!("\\A(?:{pattern}{end})\\z")).unwrap();
        compiled.entry(pattern.to_owned()).or_insert_with(compile).is_match(value)
    })
}

// --- path ---

/// "the case of hexadecimal digits" and "percent-encoded octets that correspond to unreserved characters" make no difference
/// (RFC 3986, sections 6.2.2.1 and 6.2.2.2).
pub(crate) fn normal(path: &[u8]) -> Vec<u8> {
    let mut normal = Vec::new();
    let mut place = 0;
    while place < path.len() {
        let triplet = String::from_utf8_lossy(&path[place..path.len().min(place + 3)]);
        let digits = triplet.strip_prefix('%').filter(|digits| digits.bytes().all(|d| d.is_ascii_hexdigit()));
        match digits.filter(|digits| digits.len() == 2) {
            Some(digits) => {
                let byte = u8::from_str_radix(digits, 16).unwrap();
                let unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
                normal.extend(if unreserved { vec![byte] } else { triplet.to_uppercase().into_bytes() });
                place += 3;
            }
            None => {
                normal.push(path[place]);
                place += 1;
            }
        }
    }
    normal
}

pub(crate) fn path(request: &Request) -> &[u8] {
    let path = request.target.split(|byte| b"?#".contains(byte)).next().unwrap_or_default();
    if path.is_empty() { b"/" } else { path }
}

/// `uri-host [ ":" port ]` of RFC 9112, section 3.2, without `sub-delims`: a name, an IPv4 address or an IPv6 address in
/// brackets, and a port of 16 bits, or nothing at all.
pub(crate) fn is_host(authority: &[u8]) -> bool {
    let Ok(authority) = std::str::from_utf8(authority) else { return false };
    if authority.is_empty() {
        return true;
    }
    let (host, port) = match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => (&authority[..colon], &authority[colon + 1..]),
        _ => (authority, ""),
    };
    let digits = port.trim_start_matches('0');
    let is_port =
        port.chars().all(|c| c.is_ascii_digit()) && (digits.is_empty() || digits.parse::<u16>().is_ok());
    let is_name = || {
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c));
        let mut parts = host.split('%');
        parts.next().is_some_and(plain)
            && parts.all(|part| {
                part.len() >= 2 && plain(part) && part.bytes().take(2).all(|b| b.is_ascii_hexdigit())
            })
            && !["", "."].contains(&host)
    };
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    is_port && address.map_or_else(is_name, |address| address.parse::<std::net::Ipv6Addr>().is_ok())
}

/// "A request path with a `.` or `..` segment, percent-encoded or not": a slash may be encoded too, and some servers take
/// a backslash for one, or leave out what a semicolon begins.
pub(crate) fn has_dot_segment(path: &[u8]) -> bool {
    let mut plain = path.iter().map(|byte| char::from(*byte)).collect::<String>().to_lowercase();
    for (encoded, decoded) in [("%2e", "."), ("%2f", "/"), ("%5c", "/"), ("\\", "/")] {
        plain = plain.replace(encoded, decoded);
    }
    plain.split(['/', ';']).any(|segment| [".", ".."].contains(&segment))
}
