//! Every way in which a configuration can be wrong.

mod documents;

use serde_json::{Value, json};

use crate::testing::{decode, one_rule, rule_errors, status};
use crate::{Draw, Kinds, Reply, RequestView, Severity};

/// A sound rule with some members put in or replaced.
fn rule(members: Value) -> Value {
    let mut rule = json!({ "backendRefs": [{ "name": "svc", "port": 80 }] });
    rule.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    rule
}

fn with_filter(filter: Value) -> Value {
    rule(json!({ "filters": [filter] }))
}

fn with_match(entry: Value) -> Value {
    rule(json!({ "matches": [entry] }))
}

fn with_backend(members: Value) -> Value {
    let mut backend = json!({ "name": "svc", "port": 80 });
    backend.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    json!({ "backendRefs": [backend] })
}

fn redirect(members: Value) -> Value {
    json!({ "filters": [{ "type": "RequestRedirect", "requestRedirect": members }] })
}

#[test]
fn what_is_wrong_in_a_rule_is_told_with_place_and_code_and_the_rule_answers_500() {
    for (rule, pointer, code) in [
        (
            with_match(json!({ "path": { "type": "Exact", "value": "a" } })),
            "/matches/0/path/value",
            "InvalidPath",
        ),
        (with_match(json!({ "path": { "value": "/a//b" } })), "/matches/0/path/value", "InvalidPath"),
        (
            with_match(json!({ "path": { "type": "Prefix", "value": "/" } })),
            "/matches/0/path/type",
            "UnsupportedValue",
        ),
        (
            with_match(json!({ "path": { "type": "RegularExpression", "value": "/(" } })),
            "/matches/0/path/value",
            "InvalidRegex",
        ),
        (with_match(json!({ "path": "/a" })), "/matches/0/path", "WrongType"),
        (with_match(json!({ "pathPrefix": "/a" })), "/matches/0/pathPrefix", "UnknownField"),
        (with_match(json!({ "method": "get" })), "/matches/0/method", "UnsupportedValue"),
        (
            with_match(json!({ "headers": [{ "name": "a b", "value": "1" }] })),
            "/matches/0/headers/0/name",
            "InvalidName",
        ),
        (with_match(json!({ "headers": [{ "value": "1" }] })), "/matches/0/headers/0", "Missing"),
        (
            with_match(json!({ "headers": [{ "name": 5, "value": "1" }] })),
            "/matches/0/headers/0/name",
            "WrongType",
        ),
        (with_match(json!({ "headers": [{ "name": "a" }] })), "/matches/0/headers/0", "Missing"),
        (
            with_match(json!({ "headers": [{ "name": "a", "value": "" }] })),
            "/matches/0/headers/0/value",
            "InvalidValue",
        ),
        (
            with_match(json!({ "headers": [{ "name": "a", "type": "Regex", "value": "1" }] })),
            "/matches/0/headers/0/type",
            "UnsupportedValue",
        ),
        (
            with_match(
                json!({ "queryParams": [{ "name": "a", "type": "RegularExpression", "value": "[" }] }),
            ),
            "/matches/0/queryParams/0/value",
            "InvalidRegex",
        ),
        (rule(json!({ "matches": {} })), "/matches", "WrongType"),
        (rule(json!({ "matches": vec![json!({}); 65] })), "/matches", "TooMany"),
        (rule(json!({ "name": "A rule" })), "", "InvalidName"),
        (with_filter(json!({ "requestMirror": {} })), "/filters/0", "Missing"),
        (with_filter(json!({ "type": "Rewrite" })), "/filters/0/type", "UnsupportedValue"),
        (with_filter(json!({ "type": "URLRewrite" })), "/filters/0", "Missing"),
        (
            with_filter(json!({ "type": "URLRewrite", "urlRewrite": {}, "requestMirror": {} })),
            "/filters/0/requestMirror",
            "UnknownField",
        ),
        (
            with_filter(json!({ "type": "ExternalAuth", "externalAuth": {} })),
            "/filters/0/externalAuth",
            "UnsupportedFilter",
        ),
        (
            with_filter(json!({
                "type": "ExtensionRef",
                "extensionRef": { "group": "example.com", "kind": "Geo", "name": "a" },
            })),
            "/filters/0/extensionRef",
            "UnresolvedExtension",
        ),
        (
            rule(
                json!({ "filters": [{ "type": "URLRewrite", "urlRewrite": {} }, { "type": "URLRewrite", "urlRewrite": {} }] }),
            ),
            "/filters/1",
            "RepeatedFilter",
        ),
        (
            json!({ "filters": [{ "type": "URLRewrite", "urlRewrite": {} }, { "type": "RequestRedirect", "requestRedirect": {} }] }),
            "/filters/1",
            "IncompatibleFilters",
        ),
        (
            with_filter(json!({ "type": "RequestRedirect", "requestRedirect": {} })),
            "/backendRefs",
            "RedirectWithBackends",
        ),
        (redirect(json!({ "statusCode": 304 })), "/filters/0/requestRedirect/statusCode", "UnsupportedValue"),
        (redirect(json!({ "statusCode": -1 })), "/filters/0/requestRedirect/statusCode", "OutOfRange"),
        (redirect(json!({ "scheme": "ftp" })), "/filters/0/requestRedirect/scheme", "UnsupportedValue"),
        (redirect(json!({ "hostname": "*.a.b" })), "/filters/0/requestRedirect/hostname", "InvalidHostname"),
        (redirect(json!({ "port": 65536 })), "/filters/0/requestRedirect/port", "OutOfRange"),
        (redirect(json!({ "port": "80" })), "/filters/0/requestRedirect/port", "WrongType"),
        (
            redirect(json!({ "path": { "type": "ReplaceFullPath" } })),
            "/filters/0/requestRedirect/path",
            "Missing",
        ),
        (
            redirect(json!({ "path": { "type": "Full" } })),
            "/filters/0/requestRedirect/path/type",
            "UnsupportedValue",
        ),
        (
            redirect(json!({ "path": { "type": "ReplaceFullPath", "replaceFullPath": "/a/../b" } })),
            "/filters/0/requestRedirect/path/replaceFullPath",
            "InvalidPath",
        ),
        (
            redirect(
                json!({ "path": { "type": "ReplaceFullPath", "replaceFullPath": "/", "replacePrefixMatch": "/" } }),
            ),
            "/filters/0/requestRedirect/path/replacePrefixMatch",
            "UnknownField",
        ),
        (
            rule(json!({
                "matches": [{ "path": { "type": "Exact", "value": "/a" } }],
                "filters": [{ "type": "URLRewrite", "urlRewrite": { "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": "/" } } }],
            })),
            "/filters/0/urlRewrite/path",
            "PrefixNotMatched",
        ),
        (rule(json!({ "timeouts": { "request": "1" } })), "/timeouts/request", "InvalidDuration"),
        (
            rule(json!({ "timeouts": { "request": "1s", "backendRequest": "2s" } })),
            "/timeouts",
            "TimeoutTooLong",
        ),
        (rule(json!({ "timeouts": { "reqest": "1s" } })), "/timeouts/reqest", "UnknownField"),
        (with_backend(json!({ "weight": -1 })), "/backendRefs/0/weight", "OutOfRange"),
        (with_backend(json!({ "weight": 1.5 })), "/backendRefs/0/weight", "WrongType"),
        (with_backend(json!({ "port": 0 })), "/backendRefs/0/port", "OutOfRange"),
        (with_backend(json!({ "port": null })), "/backendRefs/0", "Missing"),
        (with_backend(json!({ "name": null })), "/backendRefs/0", "Missing"),
        (with_backend(json!({ "namespace": "A" })), "/backendRefs/0/namespace", "InvalidName"),
        (with_backend(json!({ "wieght": 2 })), "/backendRefs/0/wieght", "UnknownField"),
        (
            with_backend(json!({ "filters": [{ "type": "ExternalAuth", "externalAuth": {} }] })),
            "/backendRefs/0/filters/0/externalAuth",
            "UnsupportedFilter",
        ),
    ] {
        let errors = rule_errors(rule.clone());
        assert_eq!(errors, [(pointer.to_owned(), code)], "{rule}");
        let (routes, _) = decode(json!({ "routes": [
            { "spec": { "rules": [rule] } },
            { "spec": { "hostnames": ["other"], "rules": [{ "backendRefs": [{ "name": "svc", "port": 80 }] }] } },
        ] }));
        assert_eq!(
            status(&routes, "http://other/x"),
            200,
            "one bad rule never takes the others down: {rule}"
        );
    }
}

#[test]
fn a_broken_match_answers_500_to_all_that_it_may_be_meant_for_and_to_nothing_else() {
    for (entry, meant, other) in [
        (json!({ "path": { "type": "Exact", "value": "a" } }), "/a", "/a/b"),
        (json!({ "path": { "value": "/a b" } }), "/a%20b/c", "/a"),
        (json!({ "path": { "type": "Exact", "value": "/é" } }), "/%c3%a9", "/e"),
        (json!({ "path": { "type": "RegularExpression", "value": "/ab(" } }), "/abc/d", "/a"),
        (json!({ "path": { "type": "RegularExpression", "value": "/ab?(" } }), "/ac", "/b"),
        (json!({ "path": { "value": "/a" }, "heders": [] }), "/a", "/b"),
        (json!({ "headers": [{ "value": "1" }], "path": { "value": "/a" } }), "/a", "/b"),
        (json!({ "method": "get", "path": { "value": "/a" } }), "/a", "/b"),
    ] {
        let broken = with_match(entry.clone());
        let (routes, _) = decode(json!({ "routes": [
            { "metadata": { "name": "b" }, "spec": { "rules": [broken] } },
            // A match of the same path with a condition, and an older route, come first as a rule.
            { "metadata": { "name": "a" }, "spec": { "rules": [{ "backendRefs": [{ "name": "svc", "port": 80 }] }, {
                "matches": [{ "path": { "value": "/a" }, "method": "GET" }], "backendRefs": [{ "name": "svc", "port": 80 }],
            }] } },
        ] }));
        assert_eq!(status(&routes, &format!("http://host{meant}")), 500, "{entry}");
        assert_eq!(status(&routes, &format!("http://host{other}")), 200, "{entry}");
    }
    // A predicate that cannot be read still asks for its header.
    let (routes, _) = decode(one_rule(with_match(
        json!({ "headers": [{ "name": "x", "type": "RegularExpression", "value": "(" }] }),
    )));
    assert_eq!(status(&routes, "http://host/a"), 404);
}

#[test]
fn what_the_api_server_or_a_person_would_object_to_is_warned_of_and_carried_out() {
    for (rule, pointer, code) in [
        (rule(json!({ "retry": { "attempts": 1 } })), "/retry", "NotCarriedOut"),
        (rule(json!({ "comment": "x" })), "/comment", "UnknownField"),
        (
            with_match(json!({ "headers": [{ "name": "A", "value": "1" }, { "name": "a", "value": "2" }] })),
            "/matches/0/headers/1",
            "DuplicateName",
        ),
        (
            with_match(json!({ "path": { "type": "RegularExpression", "value": "/%7Ejohn/.*" } })),
            "/matches/0/path/value",
            "NotNormalised",
        ),
        (
            with_match(json!({ "path": { "type": "RegularExpression", "value": "/caf%c3%a9" } })),
            "/matches/0/path/value",
            "NotNormalised",
        ),
        (with_backend(json!({ "weight": 0 })), "", "AllWeightsZero"),
        (with_backend(json!({ "group": "example.com", "kind": "Bucket" })), "/backendRefs/0", "InvalidKind"),
    ] {
        let (_, problems) = decode(one_rule(rule.clone()));
        let found: Vec<_> = problems
            .iter()
            .map(|p| (p.severity, p.pointer.replace("/routes/0/spec/rules/0", ""), p.code))
            .collect();
        assert_eq!(found, [(Severity::Warning, pointer.to_owned(), code)], "{rule}");
    }
}

#[test]
fn patterns_that_a_path_in_its_normal_form_can_match_are_not_warned_of() {
    for pattern in ["/~john", "/caf%C3%A9", "/[%7E]john", "/(?i)caf%c3%a9", "/100%.*", "/a%2C"] {
        let entry = json!({ "path": { "type": "RegularExpression", "value": pattern } });
        assert_eq!(decode(one_rule(with_match(entry))).1, [], "{pattern}");
    }
}

/// The host that the redirect would have gone to is not there, but the rule is broken before that matters.
#[test]
fn a_broken_redirect_answers_500_to_a_request_without_a_host_too() {
    let (routes, _) = decode(one_rule(redirect(json!({ "scheme": "ftp" }))));
    let headers = [(&b":path"[..], &b"/"[..])];
    let plan = routes.plan(&RequestView::new(&headers, &|| None), &mut Draw::seeded(1));
    assert_eq!(plan.reply(Kinds::ALL, None), Some(Reply::BROKEN_RULE));
}
