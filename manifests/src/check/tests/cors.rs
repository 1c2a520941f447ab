//! CORS.

use super::*;

#[test]
fn cors() {
    let wrap = |cors: &str| in_rule(&format!("{{type: CORS, cors: {{{cors}}}}}"));
    let rows = |rows: &[(&str, &str)]| {
        for (cors, expected) in rows {
            let mut found = found(&wrap(cors), Channel::Standard);
            found.retain(|finding| finding.starts_with('E'));
            let expected: Vec<String> = expected
                .split_terminator(", ")
                .map(|finding| finding.replace(" /", " /spec/rules/0/filters/0/cors/"))
                .collect();
            assert_eq!(found, expected, "{cors}");
        }
    };
    rows(&[
        (
            "allowOrigins: [\"*\"], allowMethods: [\"*\"], allowHeaders: [\"*\"], exposeHeaders: [\"*\", a]",
            "",
        ),
        ("allowOrigins: [\"https://a.B\", \"http://*.a.b:8080\", \"https://*\", \"http://*:1\"]", ""),
        ("allowCredentials: true, maxAge: 1, allowMethods: [GET, PUT], allowHeaders: [x-a]", ""),
        ("allowOrigins: [\"*\", \"https://a\"]", "E WildcardNotAlone /allowOrigins"),
        ("allowMethods: [GET, \"*\"]", "E WildcardNotAlone /allowMethods"),
        ("allowHeaders: [a, \"*\"]", "E WildcardNotAlone /allowHeaders"),
        ("allowOrigins: [a.b]", "E InvalidOrigin /allowOrigins/0"),
        ("allowOrigins: [\"https://a/\"]", "E InvalidOrigin /allowOrigins/0"),
        ("allowOrigins: [\"https://a:123456\"]", "E InvalidOrigin /allowOrigins/0"),
        ("allowOrigins: [\"ftp://a\"]", "E InvalidOrigin /allowOrigins/0"),
        ("allowOrigins: [\"https://a.*.b\"]", "E InvalidOrigin /allowOrigins/0"),
        ("allowOrigins: [\"\"]", "E InvalidOrigin /allowOrigins/0"),
        ("allowOrigins: [\"https://a\", \"https://a\"]", "E DuplicateName /allowOrigins/1"),
        ("allowMethods: [get]", "E UnsupportedValue /allowMethods/0"),
        ("allowMethods: [GET, GET]", "E DuplicateName /allowMethods/1"),
        ("allowHeaders: [\"a b\"]", "E InvalidHeaderName /allowHeaders/0"),
        ("allowHeaders: [a, a]", "E DuplicateName /allowHeaders/1"),
        ("exposeHeaders: [\"\"]", "E InvalidHeaderName /exposeHeaders/0"),
        ("exposeHeaders: [a, a]", "E DuplicateName /exposeHeaders/1"),
        ("maxAge: 0", "E OutOfRange /maxAge"),
        ("maxAge: 2147483648", "E OutOfRange /maxAge"),
        ("allowCredentials: \"true\"", "E WrongType /allowCredentials"),
        ("allowOrigin: []", "E UnknownField /allowOrigin"),
    ]);
    rows(&[
        (&format!("allowOrigins: [{}]", times(65, "\"http://a#\"")), "E TooMany /allowOrigins"),
        (&format!("allowHeaders: [{}]", times(65, "a#")), "E TooMany /allowHeaders"),
        (&format!("exposeHeaders: [{}]", times(65, "a#")), "E TooMany /exposeHeaders"),
        (&format!("exposeHeaders: [{}]", "a".repeat(257)), "E InvalidHeaderName /exposeHeaders/0"),
    ]);
}
