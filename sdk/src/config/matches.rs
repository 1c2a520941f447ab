//! From `rules[].matches[]` to matches.

use std::borrow::Cow;

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

/// What a match may hold: the path, and other conditions.
const KNOWN: [&str; 4] = ["path", "headers", "queryParams", "method"];
const CONDITIONS: [&str; 3] = ["headers", "queryParams", "method"];

/// The match that holds for every request: "If no matches are specified, the default is a prefix path match on "/"".
pub(crate) fn everything() -> Match {
    Match { path: PathMatch::Prefix("".into()), conditions: None, last: false }
}

/// One entry of `matches`. Where something in it is wrong, its rule answers 500, and the match is what can still be told
/// of the requests that it is meant for; `None` where that is nothing.
pub(crate) fn decode(node: &Node<'_>, report: &mut Report) -> Option<Match> {
    let (entry, sound) = report.sound(|report| {
        let object = node.object(report)?;
        object.only(&KNOWN, report);
        let may_be_misspelt = object.unknown(&KNOWN).next().is_some();
        let has_other_conditions = CONDITIONS.iter().any(|key| object.get(key).is_some());
        let path = match object.get("path") {
            Some(node) => decode_path(&node, report),
            // A misspelt path is no path, and must not make a match for everything.
            None if may_be_misspelt && !has_other_conditions => None,
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
        Some((path?, method, headers, query_params))
    });
    let (path, method, headers, query_params) = entry?;
    let path_only = method.is_none() && headers.is_empty() && query_params.is_empty();
    let conditions = Conditions { method, headers: headers.into(), query_params: query_params.into() };
    let conditions = (!path_only).then(|| Box::new(conditions));
    Some(Match { path, conditions, last: !sound && path_only })
}

fn ignored(node: &Node<'_>, name: &str, report: &mut Report) {
    let message = format!("{name:?} is named before in this list, so this entry is ignored");
    report.warn(&node.place, "DuplicateName", message, "keep one entry for each name");
}

fn decode_path(node: &Node<'_>, report: &mut Report) -> Option<PathMatch> {
    let path = node.object(report)?;
    path.only(&["type", "value"], report);
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
    match kind {
        "Exact" | "PathPrefix" => {
            if let Some(fault) = path_fault(value) {
                report.error(place, "InvalidPath", format!("the path {value:?} {fault}"), "");
            }
            literal(kind, value)
        }
        "RegularExpression" => match Pattern::new(value) {
            Ok(_) if value.len() > 1024 => {
                report.error(place, "InvalidRegex", "the pattern has more than 1024 characters".into(), "");
                None
            }
            Ok(regex) => Some(PathMatch::Regex(Box::new(regex))),
            Err(error) => {
                let message = format!("{value:?} is no regular expression: {error}");
                report.error(
                    place,
                    "InvalidRegex",
                    message,
                    "the syntax is that of RE2 without \\p{…}: no look-around, no back-references",
                );
                literal_beginning(value)
            }
        },
        other => {
            let known = ["Exact", "PathPrefix", "RegularExpression"];
            unsupported(&path, "type", other, &known, report);
            literal("PathPrefix", value)
        }
    }
}

/// A path that is not valid still tells which requests its rule, which answers 500, was meant for.
fn literal(kind: &str, value: &str) -> Option<PathMatch> {
    if !value.is_ascii() || value.chars().any(char::is_control) {
        return None;
    }
    let value = if value.starts_with('/') { Cow::Borrowed(value) } else { format!("/{value}").into() };
    let value = normalised_text(&value);
    Some(match kind {
        "Exact" => PathMatch::Exact((*value).into()),
        _ => PathMatch::Prefix(value.trim_end_matches('/').into()),
    })
}

/// The whole path elements with which every path that a regular expression is meant for begins. Nothing where there is
/// none: a rule that cannot be read must not take all requests.
fn literal_beginning(pattern: &str) -> Option<PathMatch> {
    if pattern.contains('|') {
        return None;
    }
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let end =
        pattern.find(|c: char| !(c.is_ascii_alphanumeric() || "/-_~".contains(c))).unwrap_or(pattern.len());
    // The last element may go on behind what is literal.
    let (elements, _) = pattern.get(..end)?.rsplit_once('/')?;
    (elements.starts_with('/')).then(|| PathMatch::Prefix(elements.trim_end_matches('/').into()))
}

fn decode_method(node: &Node<'_>, report: &mut Report) -> Option<Box<str>> {
    let method = node.text(report)?;
    if !METHODS.contains(&method) {
        let message = format!("the method {method:?} cannot be matched");
        let hint = hint(method, &METHODS);
        report.error(&node.place, "UnsupportedValue", message, &hint);
    }
    // A method that is not valid still tells which requests its rule, which answers 500, was meant for.
    Some(method.to_ascii_uppercase().into())
}

/// Name and value of a header or query parameter predicate.
fn decode_predicate(
    node: &Node<'_>,
    longest: usize,
    is_valid: impl Fn(&str) -> bool,
    report: &mut Report,
) -> Option<(Box<str>, ValueMatch)> {
    let predicate = node.object(report)?;
    predicate.only(&["type", "name", "value"], report);
    let name_node = predicate.required("name", report)?;
    let name: Box<str> = name_node.text(report)?.into();
    if !is_token(&name) {
        report.error(
            &name_node.place,
            "InvalidName",
            format!("{name:?} is no name of a header or parameter"),
            "",
        );
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
