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

fn fault(value: &str) -> Option<(&'static str, &'static str)> {
    const PATTERN: &str =
        "write the path itself: a PathPrefix needs no \"*\", and patterns are of type RegularExpression";
    let contains = |part| value.contains(part);
    Some(match value {
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
    })
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
        ] {
            let found = fault(value).map(|(fault, _)| fault);
            match named {
                "" => assert_eq!(found, None, "{value}"),
                named => assert!(found.is_some_and(|found| found.contains(named)), "{value}: {found:?}"),
            }
        }
    }
}
