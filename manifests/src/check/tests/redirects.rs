//! Redirects and rewrites, and the paths that they make.

use super::*;

#[test]
fn redirects_and_rewrites() {
    let wrap =
        |redirect: &str| in_rule(&format!("{{type: RequestRedirect, requestRedirect: {{{redirect}}}}}"));
    table(
        Channel::Standard,
        wrap,
        "/spec/rules/0/filters/0/requestRedirect",
        &[
            ("scheme: https, hostname: a.b, port: 8443, statusCode: 301", ""),
            ("statusCode: 302", ""),
            ("statusCode: 303", ""),
            ("statusCode: 307", ""),
            ("statusCode: 308", ""),
            ("statusCode: 304", "E UnsupportedValue /statusCode"),
            ("statusCode: \"301\"", "E WrongType /statusCode"),
            ("scheme: HTTPS", "E UnsupportedValue /scheme"),
            ("hostname: \"*.a\"", "E InvalidHostname /hostname"),
            ("hostname: \"\"", "E InvalidHostname /hostname"),
            ("hostname: \"a:80\"", "E InvalidHostname /hostname"),
            ("port: 0", "E OutOfRange /port"),
            ("code: 301", "E UnknownField /code"),
        ],
    );
    for (kind, member) in [("RequestRedirect", "requestRedirect"), ("URLRewrite", "urlRewrite")] {
        let wrap = |path: &str| in_rule(&format!("{{type: {kind}, {member}: {{path: {path}}}}}"));
        let below = format!("/spec/rules/0/filters/0/{member}/path");
        table(
            Channel::Standard,
            wrap,
            &below,
            &[
                ("{type: ReplaceFullPath, replaceFullPath: /a}", ""),
                ("{type: ReplaceFullPath, replaceFullPath: \"\"}", ""),
                ("{type: ReplacePrefixMatch, replacePrefixMatch: /a}", ""),
                ("{}", "E Missing ."),
                (
                    "{type: Replace, replaceFullPath: /a}",
                    "E UnsupportedValue /type, E UnknownField /replaceFullPath",
                ),
                ("{type: ReplaceFullPath}", "E Missing ."),
                ("{type: ReplacePrefixMatch}", "E Missing ."),
                (
                    "{type: ReplaceFullPath, replaceFullPath: /a, replacePrefixMatch: /b}",
                    "E UnknownField /replacePrefixMatch",
                ),
                (
                    "{type: ReplacePrefixMatch, replaceFullPath: /a, replacePrefixMatch: /b}",
                    "E UnknownField /replaceFullPath",
                ),
                (
                    "{type: ReplaceFullPath, replacePrefixMatch: /b}",
                    "E Missing ., E UnknownField /replacePrefixMatch",
                ),
                // What only the specification says.
                ("{type: ReplaceFullPath, replaceFullPath: /a/../b}", "E InvalidPath /replaceFullPath"),
                (
                    "{type: ReplacePrefixMatch, replacePrefixMatch: /%2e%2e}",
                    "E InvalidPath /replacePrefixMatch",
                ),
                ("{type: ReplaceFullPath, replaceFullPath: \"/a#b\"}", "E InvalidPath /replaceFullPath"),
            ],
        );
        table(
            Channel::Standard,
            wrap,
            &below,
            &[
                (format!("{{type: ReplaceFullPath, replaceFullPath: /{}}}", "a".repeat(1023)), ""),
                (
                    format!("{{type: ReplaceFullPath, replaceFullPath: /{}}}", "a".repeat(1024)),
                    "E InvalidPath /replaceFullPath",
                ),
            ],
        );
    }
    table(
        Channel::Standard,
        in_rule,
        "/spec/rules/0/filters/0/urlRewrite",
        &[
            ("{type: URLRewrite, urlRewrite: {hostname: a.b}}", ""),
            ("{type: URLRewrite, urlRewrite: {hostname: A.b}}", "E InvalidHostname /hostname"),
            ("{type: URLRewrite, urlRewrite: {port: 80}}", "E UnknownField /port"),
        ],
    );
}

#[test]
fn a_prefix_is_replaced_only_where_one_was_matched() {
    for (kind, member) in [("RequestRedirect", "requestRedirect"), ("URLRewrite", "urlRewrite")] {
        let filter = format!(
            "{{type: {kind}, {member}: {{path: {{type: ReplacePrefixMatch, replacePrefixMatch: /a}}}}}}"
        );
        for (matches, is_fine) in [
            ("", true),
            ("matches: null, ", true),
            ("matches: [{}], ", true),
            ("matches: [{method: GET}], ", true),
            ("matches: [{path: {value: /a}}], ", true),
            ("matches: [{path: {type: PathPrefix}}], ", true),
            ("matches: [], ", false),
            ("matches: [{path: {type: Exact, value: /a}}], ", false),
            ("matches: [{path: {type: RegularExpression, value: /a}}], ", false),
            ("matches: [{path: {value: /a}}, {path: {value: /b}}], ", false),
        ] {
            let backend = format!("{{name: a, port: 80, filters: [{filter}]}}");
            let path = format!("{member}/path");
            let expected = |places: &[&str]| match is_fine {
                true => String::new(),
                false => {
                    let each: Vec<String> =
                        places.iter().map(|place| format!("E PrefixNotMatched /{place}/{path}")).collect();
                    each.join(", ")
                }
            };
            table(
                Channel::Standard,
                rule,
                "/spec/rules/0",
                &[
                    (format!("{{{matches}filters: [{filter}]}}"), &expected(&["filters/0"])),
                    (
                        format!("{{{matches}backendRefs: [{backend}]}}"),
                        &expected(&["backendRefs/0/filters/0"]),
                    ),
                    // `exists_one` in the rule of the schema takes these.
                    (
                        format!("{{{matches}backendRefs: [{backend}, {backend}]}}"),
                        &expected(&["backendRefs/0/filters/0", "backendRefs/1/filters/0"]),
                    ),
                ],
            );
        }
    }
}
