//! Filters, in rules and in backendRefs.

use super::*;

const REDIRECT: &str = "{type: RequestRedirect, requestRedirect: {}}";
const REWRITE: &str = "{type: URLRewrite, urlRewrite: {}}";
const MIRROR: &str = "{type: RequestMirror, requestMirror: {backendRef: {name: a, port: 80}}}";
const EXTENSION: &str = "{type: ExtensionRef, extensionRef: {group: a, kind: B, name: c}}";
const SET: &str = "{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}]}}";
const SET_RESPONSE: &str = "{type: ResponseHeaderModifier, responseHeaderModifier: {remove: [a]}}";
const CORS: &str = "{type: CORS, cors: {}}";

fn in_backend(filters: &str) -> String {
    rule(&format!("{{backendRefs: [{{name: a, port: 80, filters: [{filters}]}}]}}"))
}

/// Both places, without what is said of kinds that are not carried out yet.
fn both(rows: &[(&str, &str)]) {
    let carried_out = |finding: &str| {
        !["UnsupportedFilter", "UnresolvedExtension", "NotCarriedOut"]
            .iter()
            .any(|code| finding.contains(code))
    };
    for (filters, expected) in rows {
        for (text, below) in [
            (in_rule(filters), "/spec/rules/0/filters"),
            (in_backend(filters), "/spec/rules/0/backendRefs/0/filters"),
        ] {
            let mut expected: Vec<String> = expected
                .split_terminator(", ")
                .map(|finding| {
                    finding.replace(" /", &format!(" {below}/")).replace(" .", &format!(" {below}"))
                })
                .collect();
            let mut found = found(&text, Channel::Standard);
            found.retain(|finding| carried_out(finding));
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{text}");
        }
    }
}

#[test]
fn each_type_has_its_member_and_no_other() {
    both(&[
        (REDIRECT, ""),
        (REWRITE, ""),
        (MIRROR, ""),
        (EXTENSION, ""),
        (SET, ""),
        (SET_RESPONSE, ""),
        (CORS, ""),
        ("{}", "E Missing /0"),
        ("{requestRedirect: {}}", "E Missing /0"),
        ("{type: Redirect, requestRedirect: {}}", "E UnsupportedValue /0/type"),
        ("{type: ExternalAuth}", "E UnsupportedValue /0/type, E Missing /0"),
        (
            "{type: ExternalAuth, externalAuth: {}}",
            "E UnsupportedValue /0/type, E ExperimentalChannel /0/externalAuth",
        ),
        ("{type: RequestHeaderModifier}", "E Missing /0"),
        ("{type: ResponseHeaderModifier}", "E Missing /0"),
        ("{type: RequestMirror}", "E Missing /0"),
        ("{type: RequestRedirect}", "E Missing /0"),
        ("{type: URLRewrite}", "E Missing /0"),
        ("{type: CORS}", "E Missing /0"),
        ("{type: ExtensionRef}", "E Missing /0"),
        ("{type: CORS, cors: {}, requestHeaderModifier: {}}", "E UnknownField /0/requestHeaderModifier"),
        ("{type: CORS, cors: {}, responseHeaderModifier: {}}", "E UnknownField /0/responseHeaderModifier"),
        (
            "{type: CORS, cors: {}, requestMirror: {backendRef: {name: a, port: 1}}}",
            "E UnknownField /0/requestMirror",
        ),
        ("{type: CORS, cors: {}, urlRewrite: {}}", "E UnknownField /0/urlRewrite"),
        ("{type: CORS, cors: {}, requestRedirect: {}}", "E UnknownField /0/requestRedirect"),
        (
            "{type: CORS, cors: {}, extensionRef: {group: a, kind: B, name: c}}",
            "E UnknownField /0/extensionRef",
        ),
        ("{type: URLRewrite, urlRewrite: {}, cors: {}}", "E UnknownField /0/cors"),
        ("{type: URLRewrite, requestRedirect: {}}", "E Missing /0, E UnknownField /0/requestRedirect"),
    ]);
}

#[test]
fn which_filters_stand_together() {
    let twice = |filter: &str| format!("{filter}, {filter}");
    for filter in [SET, SET_RESPONSE, REDIRECT, REWRITE, CORS] {
        both(&[(&twice(filter), "E RepeatedFilter /1")]);
    }
    both(&[
        (&twice(MIRROR), ""),
        (&twice(EXTENSION), ""),
        (&format!("{SET}, {SET_RESPONSE}, {MIRROR}, {CORS}, {REWRITE}"), ""),
        (&format!("{REDIRECT}, {REWRITE}"), "E IncompatibleFilters /1"),
        (&format!("{REWRITE}, {SET}, {REDIRECT}"), "E IncompatibleFilters /2"),
    ]);
    table(
        Channel::Standard,
        rule,
        "/spec/rules/0",
        &[
            (format!("{{filters: [{REDIRECT}], backendRefs: []}}"), ""),
            (
                format!("{{filters: [{REDIRECT}], backendRefs: [{{name: a, port: 80}}]}}"),
                "E RedirectWithBackends /backendRefs",
            ),
        ],
    );
}

#[test]
fn header_modifiers() {
    for (kind, member) in [
        ("RequestHeaderModifier", "requestHeaderModifier"),
        ("ResponseHeaderModifier", "responseHeaderModifier"),
    ] {
        let wrap = |modifier: &str| in_rule(&format!("{{type: {kind}, {member}: {{{modifier}}}}}"));
        let below = format!("/spec/rules/0/filters/0/{member}");
        table(
            Channel::Standard,
            wrap,
            &below,
            &[
                ("", ""),
                ("set: [{name: a, value: b}], add: [{name: c, value: \"d, e\"}], remove: [f]", ""),
                ("set: [{name: a}]", "E Missing /set/0"),
                ("add: [{value: a}]", "E Missing /add/0"),
                ("set: [{name: \"a b\", value: c}]", "E InvalidHeaderName /set/0/name"),
                ("add: [{name: \":authority\", value: c}]", "E InvalidHeaderName /add/0/name"),
                ("set: [{name: a, value: \"\"}]", "E InvalidHeaderValue /set/0/value"),
                ("set: [{name: a, value: 3}]", "E WrongType /set/0/value"),
                ("set: [{name: a, value: \"b\\r\\nc: d\"}]", "E InvalidHeaderValue /set/0/value"),
                ("add: [{name: a, value: \"b\\0\"}]", "E InvalidHeaderValue /add/0/value"),
                ("set: [{name: a, value: b}, {name: a, value: c}]", "E DuplicateName /set/1"),
                ("add: [{name: a, value: b}, {name: a, value: c}]", "E DuplicateName /add/1"),
                ("remove: [a, a]", "E DuplicateName /remove/1"),
                ("remove: [3]", "E WrongType /remove/0"),
                // What only the specification says.
                ("set: [{name: a, value: b}, {name: A, value: c}]", "W DuplicateName /set/1"),
                ("set: [{name: a, value: b}], add: [{name: A, value: c}]", "E ConflictingActions /add/0"),
                ("set: [{name: a, value: b}], remove: [a]", "E ConflictingActions /remove/0"),
                ("add: [{name: a, value: b}], remove: [A]", "E ConflictingActions /remove/0"),
                ("remove: [\":path\"]", "E InvalidHeaderName /remove/0"),
                ("remove: [\"\"]", "E InvalidHeaderName /remove/0"),
                ("set: {name: a, value: b}", "E WrongType /set"),
                ("replace: []", "E UnknownField /replace"),
            ],
        );
        table(
            Channel::Standard,
            wrap,
            &below,
            &[
                (format!("set: [{}]", times(17, "{name: a#, value: b}")), "E TooMany /set"),
                (format!("add: [{}]", times(17, "{name: a#, value: b}")), "E TooMany /add"),
                (format!("remove: [{}]", times(17, "a#")), "E TooMany /remove"),
                (format!("set: [{{name: a, value: {}}}]", "b".repeat(4096)), ""),
                (
                    format!("set: [{{name: a, value: {}}}]", "b".repeat(4097)),
                    "E InvalidHeaderValue /set/0/value",
                ),
            ],
        );
    }
}

#[test]
fn mirrors() {
    let wrap = |mirror: &str| in_rule(&format!("{{type: RequestMirror, requestMirror: {{{mirror}}}}}"));
    table(
        Channel::Standard,
        wrap,
        "/spec/rules/0/filters/0/requestMirror",
        &[
            ("backendRef: {name: a, port: 80}, percent: 0", ""),
            ("backendRef: {name: a, port: 80}, percent: 100", ""),
            ("backendRef: {name: a, port: 80}, fraction: {numerator: 1, denominator: 3}", ""),
            ("backendRef: {name: a, port: 80}, fraction: {numerator: 100}", ""),
            ("", "E Missing ."),
            ("backendRef: {name: a}", "E Missing /backendRef"),
            ("backendRef: {port: 80}", "E Missing /backendRef"),
            ("backendRef: {name: a, port: 80, weight: 1}", "E UnknownField /backendRef/weight"),
            ("backendRef: {name: a, port: 80}, percent: 101", "E OutOfRange /percent"),
            ("backendRef: {name: a, port: 80}, percent: -1", "E OutOfRange /percent"),
            ("backendRef: {name: a, port: 80}, percent: 1.5", "E WrongType /percent"),
            ("backendRef: {name: a, port: 80}, fraction: {}", "E Missing /fraction"),
            (
                "backendRef: {name: a, port: 80}, fraction: {numerator: -1}",
                "E OutOfRange /fraction/numerator",
            ),
            (
                "backendRef: {name: a, port: 80}, fraction: {numerator: 0, denominator: 0}",
                "E OutOfRange /fraction/denominator",
            ),
            // The default of the denominator is 100.
            ("backendRef: {name: a, port: 80}, fraction: {numerator: 101}", "E OutOfRange /fraction"),
            (
                "backendRef: {name: a, port: 80}, fraction: {numerator: 4, denominator: 3}",
                "E OutOfRange /fraction",
            ),
            (
                "backendRef: {name: a, port: 80}, percent: 1, fraction: {numerator: 1}",
                "E PercentAndFraction .",
            ),
        ],
    );
}
