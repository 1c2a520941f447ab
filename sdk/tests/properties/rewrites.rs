//! `URLRewrite`: what the backend gets to see.

use httproute_sdk::Routes;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::documents::{of_rule, replacement, rest_of_path, send, sent, sent_path, sent_query, service};
use crate::model::Request;
use crate::paths::{query, replace_full, replace_prefix};
use crate::predicates::{has_dot_segment, path};
use crate::strategies::{plain_path, respelled};
use crate::{cases, dots};

fn rule(prefix: &str, path: &Value) -> Value {
    json!({
        "matches": [{ "path": { "type": "PathPrefix", "value": prefix } }],
        "filters": [{ "type": "URLRewrite", "urlRewrite": { "path": path } }],
        "backendRefs": [service("backend")],
    })
}

fn by_prefix(prefix: &str, replacement: &str) -> Value {
    rule(prefix, &json!({ "type": "ReplacePrefixMatch", "replacePrefixMatch": replacement }))
}

fn by_full_path(replacement: &str) -> Value {
    rule("/", &json!({ "type": "ReplaceFullPath", "replaceFullPath": replacement }))
}

fn get(target: &[u8]) -> Request {
    Request { target: target.to_vec(), ..Request::get("example.com", "/") }
}

/// The table of `HTTPPathModifier`, and rows that its rules imply.
#[test]
fn the_table_of_replace_prefix_match() {
    for (path, prefix, replacement, expected) in [
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
        ("/foo", "/", "/", "/foo"),
        ("/", "/", "/x", "/x/"),
        ("//foo", "/", "", "/foo"),
        ("/foo//evil.example", "/foo", "/", "/evil.example"),
        ("/foo//bar", "/foo", "/xyz", "/xyz//bar"),
    ] {
        let naive = replace_prefix(path.as_bytes(), prefix, replacement);
        assert_eq!(naive, expected.as_bytes(), "the oracle for {path} {prefix} {replacement}");
        let sent = send(&by_prefix(prefix, replacement), &get(path.as_bytes()));
        assert_eq!(sent_path(&sent), Ok(expected.as_bytes()), "the core for {path} {prefix} {replacement}");
    }
}

/// A prefix, and how a request spells it.
pub(crate) fn prefix() -> impl Strategy<Value = (String, Vec<u8>)> {
    plain_path().prop_flat_map(|prefix| {
        let sent = respelled(prefix.trim_end_matches('/'));
        (Just(prefix), sent)
    })
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn a_prefix_is_replaced_and_the_query_stays(
        (prefix, sent_prefix) in prefix(),
        replacement in replacement(),
        rest in rest_of_path(),
        query in sent_query(),
    ) {
        let path = [&sent_prefix[..], &rest].concat();
        let request = get(&[&path, query].concat());
        let sent = send(&by_prefix(&prefix, &replacement), &request);
        let path = if path.is_empty() { b"/" } else { &path[..] };
        let expected = [&replace_prefix(path, &prefix, &replacement), query].concat();
        prop_assert_eq!(sent_path(&sent), Ok(&expected[..]));
        prop_assert!(expected.starts_with(b"/") && !expected.starts_with(b"//"));
    }

    #[test]
    fn the_full_path_is_replaced_and_the_query_stays(
        replacement in replacement(),
        rest in rest_of_path(),
        query in sent_query(),
    ) {
        let sent = send(&by_full_path(&replacement), &get(&[&rest, query].concat()));
        let expected = [&replace_full(&replacement), query].concat();
        prop_assert_eq!(sent_path(&sent), Ok(&expected[..]));
    }

    /// The values are free text of up to 1024 characters. Whatever stands there, what is sent is one path with the query of
    /// the client in it; or the rule is broken, and says so with a 500.
    #[test]
    fn any_text_as_replacement_gives_one_path_or_a_broken_rule(
        replacement in prop_oneof!["[/a?#. \\\\é\r\n\t:]{0,8}", "/[^%\\p{C}]{0,6}"],
        full in any::<bool>(),
        rest in rest_of_path(),
        sent_query in sent_query(),
    ) {
        check_free_text(&replacement, full, &[b"/", &rest[..], sent_query].concat())?;
    }

    #[test]
    fn percent_signs_in_a_replacement_hide_nothing(
        pieces in prop::collection::vec(prop_oneof![select(&dots::PIECES[..]), select(&dots::STRAY[..])], 0..7),
        full in any::<bool>(),
    ) {
        check_free_text(&pieces.concat(), full, b"/b?c")?;
    }
}

fn check_free_text(replacement: &str, full: bool, target: &[u8]) -> Result<(), TestCaseError> {
    let rule = if full { by_full_path(replacement) } else { by_prefix("/", replacement) };
    let (routes, _) = Routes::decode(of_rule(&rule).to_string().as_bytes()).unwrap();
    let request = get(target);
    match sent_path(&sent(&routes, &request)) {
        Err(status) => {
            prop_assert!(status == 500 || (status == 400 && replacement.contains(['.', '%', '\\'])));
        }
        Ok(target) => {
            prop_assert!(target.starts_with(b"/") && !target.starts_with(b"//"), "{}", target.escape_ascii());
            prop_assert!(!target.iter().any(|byte| byte.is_ascii_control() || b" #".contains(byte)));
            // A query in the replacement goes before the client's, which is kept.
            let rewritten = get(target);
            let kept = query(&request).strip_prefix(b"?").unwrap_or_default();
            let rest = query(&rewritten).strip_prefix(b"?").unwrap_or_default().strip_suffix(kept);
            let added = rest.is_some_and(|rest| rest.is_empty() || replacement.contains('?'));
            prop_assert!(added, "{}", target.escape_ascii());
            prop_assert!(!has_dot_segment(path(&rewritten)), "{}", target.escape_ascii());
        }
    }
    Ok(())
}

/// "A request path with a `.` or `..` segment …, before or after a rewrite" is never sent on.
#[test]
fn a_rewrite_never_brings_dot_segments_about() {
    for (prefix, replacement, path) in [
        ("/a", "/x/..", "/a/b"),
        ("/a", "/x/%2E%2e/y", "/a/b"),
        ("/", "/.", "/a"),
        ("/a", ".", "/a/b"),
        ("/a", "/x/..%2f", "/a"),
    ] {
        let document = of_rule(&by_prefix(prefix, replacement));
        let (routes, _) = Routes::decode(document.to_string().as_bytes()).unwrap();
        let sent = sent(&routes, &get(path.as_bytes()));
        let status = sent_path(&sent).expect_err(replacement);
        assert!(matches!(status, 400 | 500), "{prefix} {replacement}: {status}");
    }
}

/// "Hostname is the value to be used to replace the Host header value during forwarding."
#[test]
fn the_host_is_replaced_only_where_a_rewrite_says_so() {
    let host = |rule: &Value| {
        let request = Request::get("Example.com:8443", "/a?b");
        let (_, lines) = send(rule, &request).unwrap();
        lines.into_iter().find(|(name, _)| name == b":authority").unwrap().1
    };
    let mut rule = by_full_path("/x");
    assert_eq!(host(&rule), b"Example.com:8443");
    rule["filters"][0]["urlRewrite"] = json!({ "hostname": "one.example.org" });
    assert_eq!(host(&rule), b"one.example.org");
}
