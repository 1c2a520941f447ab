//! Paths of matches, and what replaces them.

use serde_json::Value;

use super::{has, text, text_or};
use crate::check::place::Place;
use crate::check::report::{Report, quoted};
use crate::schema::is_path;

/// The rules of `HTTPPathMatch`: "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
/// "must not contain '//' …", "must only contain valid characters …".
pub(crate) fn is_absolute(path: &Value, place: &Place<'_>, report: &mut Report) {
    let kind = text_or(path, "type", "PathPrefix");
    if !["Exact", "PathPrefix"].contains(&kind) || (has(path, "value") && text(path, "value").is_none()) {
        return;
    }
    let value = text_or(path, "value", "/");
    if let Some((fault, hint)) = fault(value) {
        let message = format!("the path {} {fault}", quoted(value));
        report.error(&Place::Key(place, "value"), "InvalidPath", message, hint);
    }
}

/// Of a path that is compared character by character, some characters only make sense in a pattern.
pub(crate) fn is_no_pattern(path: &Value, place: &Place<'_>, report: &mut Report) {
    let (kind, value) = (text_or(path, "type", "PathPrefix"), text_or(path, "value", "/"));
    if fault(value).is_some() && kind != "RegularExpression" {
        return;
    }
    let place = Place::Key(place, "value");
    if kind == "RegularExpression" {
        if outside_classes(value).any(|c| c == ' ' || !c.is_ascii()) {
            let message =
                format!("the path {} never matches: clients send it percent-encoded", quoted(value));
            report.warn(&place, "NotEncoded", message, format!("write {}", encoded(value)));
        }
        return;
    }
    let mut parameters = value.split('/').filter(|segment| segment.len() > 1 && segment.starts_with(':'));
    let sign = if value.contains('*') {
        "*"
    } else if value.contains(".+") {
        ".+"
    } else if value.ends_with('$') {
        "$"
    } else if let Some(parameter) = parameters.next() {
        parameter
    } else {
        return;
    };
    let message = format!("the path {} is compared literally, including the {}", quoted(value), quoted(sign));
    let below = ["/*", "/**", "/.*", "/.+"].iter().find_map(|end| value.strip_suffix(end));
    let below = below.filter(|prefix| !prefix.contains('*'));
    let hint = match below {
        Some(prefix) => {
            let prefix = if prefix.is_empty() { "/" } else { prefix };
            format!("write `type: PathPrefix` and `value: {prefix}`, which takes everything below it")
        }
        None => "write a pattern as `type: RegularExpression`, such as `/users/[^/]+/orders`".to_owned(),
    };
    report.warn(&place, "LiteralPattern", message, hint);
}

/// What a regular expression has outside of brackets: `[^ ]` takes more than it shows.
fn outside_classes(pattern: &str) -> impl Iterator<Item = char> {
    let (mut is_escaped, mut is_inside) = (false, false);
    pattern.chars().filter(move |&c| {
        let was_escaped = is_escaped;
        is_escaped = c == '\\' && !was_escaped;
        match c {
            '[' if !was_escaped => is_inside = true,
            ']' if !was_escaped => is_inside = false,
            _ => return !is_inside,
        }
        false
    })
}

/// Query parameters are compared as they arrive.
pub(crate) fn query_is_encoded(query: &Value, place: &Place<'_>, report: &mut Report) {
    let Some(value) = text(query, "value") else { return };
    let is_regex = text(query, "type") == Some("RegularExpression");
    let is_sent_encoded = |c: char| c == ' ' || !c.is_ascii();
    let has_any =
        if is_regex { outside_classes(value).any(is_sent_encoded) } else { value.contains(is_sent_encoded) };
    if has_any && !value.ends_with('\n') {
        let message = format!("the value {} never matches: clients send it percent-encoded", quoted(value));
        let hint = match value.contains(' ') {
            true => format!(
                "write {}, or {} for clients that encode forms",
                encoded(value),
                encoded(&value.replace(' ', "+"))
            ),
            false => format!("write {}", encoded(value)),
        };
        report.warn(&Place::Key(place, "value"), "NotEncoded", message, hint);
    }
}

/// A path as clients send it: what must not be written as it is, is percent-encoded.
fn encoded(value: &str) -> String {
    let mut encoded = String::new();
    for c in value.chars() {
        match c {
            c if c.is_ascii_graphic() => encoded.push(c),
            c => {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| encoded.push_str(&format!("%{byte:02X}")))
            }
        }
    }
    encoded
}

fn fault(value: &str) -> Option<(&'static str, String)> {
    const PATTERN: &str =
        "write the path itself: a PathPrefix needs no \"*\", and patterns are of type RegularExpression";
    let contains = |part| value.contains(part);
    let is_of_words = |c: char| c == ' ' || !c.is_ascii();
    if value.starts_with('/') && value.contains(is_of_words) && !value.contains(char::is_control) {
        let fault =
            if value.contains(' ') { "must not contain a space" } else { "must hold ASCII characters only" };
        return Some((fault, format!("write it as clients send it: {}", encoded(value))));
    }
    let (fault, hint) = match value {
        value if value.contains("://") => ("is a URL", "leave scheme and host out; hosts stand in hostnames"),
        value if !value.starts_with('/') => ("must begin with \"/\"", "write the path from its first slash"),
        _ if contains("//") => {
            ("must not contain \"//\"", "a request for such a path is changed before it is matched")
        }
        _ if contains("/./") || contains("/../") => {
            ("must not contain \"/./\" or \"/../\"", "write the path that it leads to")
        }
        _ if value.ends_with("/..") || value.ends_with("/.") => {
            ("must not end with \"/..\" or \"/.\"", "write the path that it leads to")
        }
        _ if contains("%2f") || contains("%2F") => ("must not contain \"%2f\"", "write \"/\""),
        _ if contains("#") => ("must not contain \"#\"", "a fragment is never sent to a server"),
        _ if contains("?") => ("must not contain \"?\"", "match the query with queryParams"),
        value if !is_path(value) => ("must hold only letters, digits, -._~!$&'()*+,;=:@/ and %XX", PATTERN),
        _ => return None,
    };
    Some((fault, hint.to_owned()))
}

/// The rules of `HTTPPathModifier`: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'", "type must be
/// 'ReplaceFullPath' when replaceFullPath is set", and the same of replacePrefixMatch.
pub(crate) fn modifier_of_type(modifier: &Value, place: &Place<'_>, report: &mut Report) {
    let Some(kind) = text(modifier, "type") else { return };
    for (name, member) in
        [("ReplaceFullPath", "replaceFullPath"), ("ReplacePrefixMatch", "replacePrefixMatch")]
    {
        match (kind == name, has(modifier, member)) {
            (true, false) => {
                let message = format!("{member} is missing, which the type {kind} needs");
                report.error(place, "Missing", message, format!("add {member}"));
            }
            (false, true) => {
                let message = format!("{member} does not belong to the type {kind}");
                let hint = format!("remove it, or write `type: {name}`");
                report.error(&Place::Key(place, member), "UnknownField", message, hint);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_named() {
        for (value, named) in [
            ("/", ""),
            ("/a/", ""),
            ("https://a/b", "URL"),
            ("a", "begin"),
            ("/a//b", "\"//\""),
            ("/a/./b", "/./"),
            ("/a/../b", "/../"),
            ("/a/.", "end with"),
            ("/a/..", "end with"),
            ("/a%2fb", "%2f"),
            ("/a%2Fb", "%2f"),
            ("/a#b", "#"),
            ("/a?b", "?"),
            ("/a*[b]", "letters"),
            ("/a b", "space"),
            ("/ä", "ASCII"),
        ] {
            let found = fault(value).map(|(fault, _)| fault);
            match named {
                "" => assert_eq!(found, None, "{value}"),
                named => assert!(found.is_some_and(|found| found.contains(named)), "{value}: {found:?}"),
            }
        }
    }
}
