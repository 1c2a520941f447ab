//! `HTTPPathModifier`: the new path of a redirect or a rewrite.

use std::fmt::Write;

use crate::matching::dots::has_dot_segment;
use crate::matching::normal::length_of;
use crate::reading::node::Node;
use crate::reading::report::Report;
use crate::reading::text::is_path_byte;
use crate::references::RuleScope;
use crate::request::RequestView;

/// The new path of a redirect or a rewrite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathModifier {
    /// "the value with which to replace the full path of a request"
    Full(Replacement),
    /// "the value with which to replace the prefix match of a request"
    Prefix(Replacement),
}

/// What takes the place of a path or of its prefix: a path, and the query that was written behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replacement {
    path: Box<str>,
    query: Option<Box<str>>,
}

impl PathModifier {
    /// The new path and query of a request of which `prefix` matched (in its normal form, without the slash at its end).
    ///
    /// The query of the request is kept. It follows that of the replacement, where there is one.
    pub(crate) fn apply(&self, request: &RequestView<'_>, prefix: &str) -> Vec<u8> {
        let replacement = match self {
            PathModifier::Full(replacement) | PathModifier::Prefix(replacement) => replacement,
        };
        let mut path = match self {
            PathModifier::Full(_) => replacement.path.as_bytes().to_vec(),
            PathModifier::Prefix(_) => {
                // What follows the prefix is kept as it arrived, and the prefix may be longer there than in its normal form.
                let rest = request.path().get(length_of(prefix, request.path())..).unwrap_or_default();
                let kept = replacement.path.strip_suffix('/').unwrap_or(&replacement.path);
                // A target such as `*` does not begin with the slash that parts elements.
                let slash: &[u8] = if rest.is_empty() || rest.starts_with(b"/") { b"" } else { b"/" };
                [kept.as_bytes(), slash, rest].concat()
            }
        };
        // An empty path is none, and one that begins with two slashes would be taken for a host.
        let slashes = path.iter().take_while(|&&b| b == b'/').count();
        if slashes != 1 {
            path.splice(..slashes, *b"/");
        }
        let queries = [replacement.query.as_deref().map(str::as_bytes), request.query()];
        for (query, separator) in queries.into_iter().flatten().zip([b'?', b'&']) {
            path.push(separator);
            path.extend_from_slice(query);
        }
        path
    }
}

/// The member `path` of a redirect or rewrite filter.
pub(crate) fn decode(node: &Node<'_>, scope: &RuleScope<'_>, report: &mut Report) -> Option<PathModifier> {
    let modifier = node.object(report)?;
    modifier.only(&["type", "replaceFullPath", "replacePrefixMatch"], report);
    let type_node = modifier.required("type", report)?;
    let (member, other) = match type_node.text(report)? {
        "ReplaceFullPath" => ("replaceFullPath", "replacePrefixMatch"),
        "ReplacePrefixMatch" => ("replacePrefixMatch", "replaceFullPath"),
        name => {
            let message = format!("there is no path modifier type {name:?}");
            report.error(
                &type_node.place,
                "UnsupportedValue",
                message,
                "use ReplaceFullPath or ReplacePrefixMatch",
            );
            return None;
        }
    };
    if let Some(node) = modifier.get(other) {
        let message = format!("{other} does not belong to this type");
        report.error(&node.place, "UnknownField", message, &format!("use {member}, or change the type"));
    }
    let replacement = modifier.required(member, report).and_then(|node| decode_replacement(&node, report))?;
    if member == "replaceFullPath" {
        return Some(PathModifier::Full(replacement));
    }
    // "ReplacePrefixMatch is only compatible with a `PathPrefix` HTTPRouteMatch": the schema asks for exactly one match.
    if scope.single_prefix {
        return Some(PathModifier::Prefix(replacement));
    }
    let message =
        "ReplacePrefixMatch needs a rule with exactly one match, and that of type PathPrefix".into();
    report.error(
        &node.place,
        "PrefixNotMatched",
        message,
        "make a rule for each prefix, or use ReplaceFullPath",
    );
    None
}

/// The value is free text: what a URI does not take is percent-encoded.
fn decode_replacement(node: &Node<'_>, report: &mut Report) -> Option<Replacement> {
    let text = node.text(report)?;
    let fault = if text.len() > 1024 {
        Some("must have at most 1024 characters")
    } else if text.contains('#') {
        Some("must not have a \"#\": a fragment is no part of a path")
    } else if text.chars().any(char::is_control) {
        Some("must not have control characters")
    } else {
        None
    };
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    let fault = fault
        .or_else(|| has_dot_segment(path.as_bytes()).then_some("must not have \".\" or \"..\" segments"));
    if let Some(fault) = fault {
        report.error(&node.place, "InvalidPath", format!("the new path {text:?} {fault}"), "");
        return None;
    }
    Some(Replacement {
        path: as_uri(path.as_bytes(), b"").into(),
        query: query.map(|q| as_uri(q.as_bytes(), b"?").into()),
    })
}

/// `bytes` with all but path bytes and `also` percent-encoded. What is encoded already stays as it is.
pub(crate) fn as_uri(bytes: &[u8], also: &[u8]) -> String {
    let mut uri = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        let encoded = *byte == b'%'
            && matches!(after, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
        if encoded || is_path_byte(*byte) || also.contains(byte) {
            uri.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
        rest = after;
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(target: &str, prefix: &str, replacement: &str) -> String {
        let (path, query) =
            replacement.split_once('?').map_or((replacement, None), |(p, q)| (p, Some(q.into())));
        let modifier = PathModifier::Prefix(Replacement { path: path.into(), query });
        let headers = [(&b":path"[..], target.as_bytes())];
        let request = RequestView::new(&headers, &|| None);
        String::from_utf8(modifier.apply(&request, prefix.trim_end_matches('/'))).unwrap()
    }

    #[test]
    fn the_table_of_the_specification() {
        for (path, prefix, replacement, result) in [
            ("/foo/bar", "/foo", "/xyz", "/xyz/bar"),
            ("/foo/bar", "/foo", "/xyz/", "/xyz/bar"),
            ("/foo/bar", "/foo/", "/xyz", "/xyz/bar"),
            ("/foo/bar", "/foo/", "/xyz/", "/xyz/bar"),
            ("/foo", "/foo", "/xyz", "/xyz"),
            ("/foo/", "/foo", "/xyz", "/xyz/"),
            ("/foo/bar", "/foo", "", "/bar"),
            ("/foo/", "/foo", "", "/"),
            ("/foo", "/foo", "", "/"),
            ("/foo/", "/foo", "/", "/"),
            ("/foo", "/foo", "/", "/"),
            ("/foo", "/", "/x", "/x/foo"),
            ("/", "/", "/x", "/x/"),
        ] {
            assert_eq!(replaced(path, prefix, replacement), result, "{path} {prefix} {replacement}");
        }
    }

    #[test]
    fn the_result_is_a_path_and_keeps_the_query() {
        for (path, prefix, replacement, result) in [
            ("/foo//bar", "/foo", "", "/bar"),
            ("/foo//bar", "/foo", "/x", "/x//bar"),
            ("/foo", "/foo", "x", "/x"),
            ("/foo/a?b=1?c", "/foo", "/x", "/x/a?b=1?c"),
            ("/foo/a?b=2", "/foo", "/x?a=1", "/x/a?a=1&b=2"),
            ("/foo/a", "/foo", "/x?a=1", "/x/a?a=1"),
        ] {
            assert_eq!(replaced(path, prefix, replacement), result, "{path} {prefix} {replacement}");
        }
    }

    #[test]
    fn what_a_uri_does_not_take_is_encoded_once() {
        assert_eq!(as_uri("/a b/%20/%zz/é\"".as_bytes(), b""), "/a%20b/%20/%25zz/%C3%A9%22");
        assert_eq!(as_uri(b"a?b", b"?"), "a?b");
    }
}
