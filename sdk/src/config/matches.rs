//! From `rules[].matches[]` to matches.

use crate::filters::path_modifier::as_uri;
use crate::matching::dots::has_dot_segment;
use crate::matching::header::{HeaderMatch, QueryParamMatch, ValueMatch};
use crate::matching::normal::normalised_text;
use crate::matching::path::PathMatch;
use crate::matching::pattern::Pattern;
use crate::matching::{Conditions, Match};
use crate::reading::node::{Node, Object};
use crate::reading::report::Report;
use crate::reading::suggest::hint;
use crate::reading::text::{is_header_value, is_token, path_fault};

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

const KNOWN: [&str; 4] = ["path", "headers", "queryParams", "method"];

/// What a header or query parameter predicate may hold.
const PREDICATE: [&str; 3] = ["type", "name", "value"];

/// What it means that it cannot be told which requests a rule is for.
pub(crate) const CONSEQUENCE: &str = "until then the route answers 500 to every request for its hostnames that may be meant, so that none goes to another rule";

/// The match that holds for every request: "If no matches are specified, the default is a prefix path match on "/"".
pub(crate) fn everything() -> Match {
    Match { path: PathMatch::Prefix("".into()), conditions: None, sound: true }
}

/// One entry of `matches`. If something in it is wrong, its rule answers 500 to every request that it may be meant for: what cannot
/// be read excludes none.
pub(crate) fn decode(node: &Node<'_>, report: &mut Report) -> Match {
    let (entry, sound) = report.sound(|report| {
        let object = node.object(report)?;
        object.only(&KNOWN, report);
        let path = match object.get("path") {
            Some(node) => decode_path(&node, report),
            // A misspelt path may be any.
            None if object.unknown(&KNOWN).next().is_some() => None,
            None => Some(PathMatch::Prefix("".into())),
        };
        let method = object.get("method").and_then(|node| decode_method(&node, report));
        let mut headers: Vec<HeaderMatch> = Vec::new();
        object.each("headers", 16, report, |node, report| {
            let Some((name, value)) = decode_predicate(&node, 4096, is_header_value, report) else { return };
            let name: Box<str> = name.to_ascii_lowercase().into();
            // "If multiple entries specify equivalent header names, only the first entry with an equivalent name MUST be
            // considered for a match. Subsequent entries with an equivalent header name MUST be ignored."
            if headers.iter().any(|earlier| earlier.name == name) {
                ignored(&node, &name, report);
            } else {
                headers.push(HeaderMatch { name, value });
            }
        });
        let mut query_params: Vec<QueryParamMatch> = Vec::new();
        object.each("queryParams", 16, report, |node, report| {
            let Some((name, value)) = decode_predicate(&node, 1024, |_| true, report) else { return };
            if query_params.iter().any(|earlier| earlier.name == name) {
                ignored(&node, &name, report);
            } else {
                query_params.push(QueryParamMatch { name, value });
            }
        });
        Some((path, method, headers, query_params))
    });
    let Some((path, method, headers, query_params)) = entry else {
        report.consequence(CONSEQUENCE);
        return Match::unreadable();
    };
    if path.is_none() {
        report.consequence(CONSEQUENCE);
    }
    let path = path.unwrap_or(PathMatch::Unreadable);
    let path_only = method.is_none() && headers.is_empty() && query_params.is_empty();
    let conditions = Conditions { method, headers: headers.into(), query_params: query_params.into() };
    let conditions = (!path_only).then(|| Box::new(conditions));
    Match { path, conditions, sound }
}

fn ignored(node: &Node<'_>, name: &str, report: &mut Report) {
    let message = format!("{name:?} is named before in this list, so this entry is ignored");
    report.warn(&node.place, "DuplicateName", message, "keep one entry for each name");
}

/// `None` if it cannot be told which paths are meant.
fn decode_path(node: &Node<'_>, report: &mut Report) -> Option<PathMatch> {
    let path = node.object(report)?;
    path.only(&["type", "value"], report);
    // It may be a misspelt type, which gives the value another meaning.
    let may_be_misread = path.unknown(&["type", "value"]).next().is_some();
    let value_node = path.get("value");
    let value = match &value_node {
        Some(node) => node.text(report)?,
        None => "/",
    };
    let kind = path.get("type");
    let kind = match &kind {
        Some(node) => node.text(report)?,
        None => "PathPrefix",
    };
    let place = value_node.as_ref().map_or(&path.place, |node| &node.place);
    let path = match kind {
        "Exact" | "PathPrefix" => match path_fault(value) {
            None => Some(literal(kind, value)),
            Some(fault) => {
                report.error(place, "InvalidPath", format!("the path {value:?} {fault}"), "");
                meant(value).map(|value| literal(kind, &value))
            }
        },
        "RegularExpression" => {
            if value.len() > 1024 {
                report.error(place, "InvalidRegex", "the pattern has more than 1024 characters".into(), "");
            }
            // In a class these are single characters, and without regard to case capitals do not matter.
            if normalised_text(value) != value && !value.contains('[') && !value.contains("(?") {
                let message = format!(
                    "{value:?} has a percent-encoding that no path has: paths are compared in their normal form (RFC 3986, section 6.2.2)"
                );
                let hint = "write unreserved characters plainly (\"~\" for \"%7E\", \"\\\\.\" for \"%2E\"), and hexadecimal digits in capitals";
                report.warn(place, "NotNormalised", message, hint);
            }
            let regex = Pattern::new(value).or_else(|error| {
                let message = format!("{value:?} is no regular expression: {error}");
                report.error(
                    place,
                    "InvalidRegex",
                    message,
                    "the syntax is that of RE2 without \\p{…}: no look-around, no back-references",
                );
                Pattern::of_beginning(value)
            });
            regex.ok().map(|regex| PathMatch::Regex(Box::new(regex)))
        }
        other => {
            let known = ["Exact", "PathPrefix", "RegularExpression"];
            unsupported(&path, "type", other, &known, report);
            None
        }
    };
    path.filter(|_| !may_be_misread)
}

fn literal(kind: &str, value: &str) -> PathMatch {
    let value = normalised_text(value);
    match kind {
        "Exact" => PathMatch::Exact((*value).into()),
        _ => PathMatch::Prefix(value.trim_end_matches('/').into()),
    }
}

/// The path that an invalid one was meant to be, if it lacks nothing but the slash at its beginning or an encoding.
fn meant(value: &str) -> Option<String> {
    let slash = if value.starts_with('/') { "" } else { "/" };
    let path = as_uri([slash, value].concat().as_bytes(), b"");
    // What a proxy may change before it looks for a rule, and what is no part of a path, could mean another one.
    let is_clear = !path.contains("//")
        && !value.contains(['#', '?'])
        && !value.chars().any(char::is_control)
        && !has_dot_segment(path.as_bytes())
        && !["%2F", "%25"].iter().any(|encoded| path.to_ascii_uppercase().contains(encoded));
    is_clear.then_some(path)
}

/// `None` if it cannot be told which method is meant.
fn decode_method(node: &Node<'_>, report: &mut Report) -> Option<Box<str>> {
    let method = node.text(report)?;
    if METHODS.contains(&method) {
        return Some(method.into());
    }
    let message = format!("the method {method:?} cannot be matched");
    let hint = hint(method, &METHODS);
    report.error(&node.place, "UnsupportedValue", message, &hint);
    None
}

/// Name and value of a header or query parameter predicate; `None` if the name cannot be read.
fn decode_predicate(
    node: &Node<'_>,
    longest: usize,
    is_valid: impl Fn(&str) -> bool,
    report: &mut Report,
) -> Option<(Box<str>, ValueMatch)> {
    let predicate = node.object(report)?;
    predicate.only(&PREDICATE, report);
    let name_node = predicate.required("name", report)?;
    let name: Box<str> = name_node.text(report)?.into();
    if !is_token(&name) {
        report.error(
            &name_node.place,
            "InvalidName",
            format!("{name:?} is no name of a header or parameter"),
            "",
        );
        return None;
    }
    if predicate.unknown(&PREDICATE).next().is_some() {
        // It may be a misspelt type, which gives the value another meaning.
        return Some((name, ValueMatch::Present));
    }
    let Some(value_node) = predicate.required("value", report) else {
        return Some((name, ValueMatch::Present));
    };
    let Some(value) = value_node.text(report) else { return Some((name, ValueMatch::Present)) };
    if value.is_empty() || value.len() > longest || !is_valid(value) {
        let message =
            format!("the value must have 1 to {longest} characters, and no control characters in a header");
        report.error(&value_node.place, "InvalidValue", message, "");
        return Some((name, ValueMatch::Present));
    }
    let kind_node = predicate.get("type");
    let kind = kind_node.as_ref().map_or(Some("Exact"), |node| node.text(report));
    let value = match kind {
        Some("Exact") => ValueMatch::Exact(value.into()),
        Some("RegularExpression") => match Pattern::new(value) {
            Ok(regex) => ValueMatch::Regex(regex),
            Err(error) => {
                let message = format!("{value:?} is no regular expression: {error}");
                report.error(
                    &value_node.place,
                    "InvalidRegex",
                    message,
                    "the syntax is that of RE2 without \\p{…}: no look-around, no back-references",
                );
                ValueMatch::Present
            }
        },
        Some(other) => {
            unsupported(&predicate, "type", other, &["Exact", "RegularExpression"], report);
            ValueMatch::Present
        }
        None => ValueMatch::Present,
    };
    Some((name, value))
}

fn unsupported(object: &Object<'_>, key: &str, value: &str, known: &[&str], report: &mut Report) {
    let Some(node) = object.get(key) else { return };
    let hint = hint(value, known);
    report.error(&node.place, "UnsupportedValue", format!("there is no {key} {value:?}"), &hint);
}
