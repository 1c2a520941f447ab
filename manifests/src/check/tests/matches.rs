//! The matches of a rule.

use super::*;

fn one(entry: &str) -> String {
    rule(&format!("{{matches: [{entry}]}}"))
}

#[test]
fn paths() {
    let wrap = |path: &str| one(&format!("{{path: {path}}}"));
    table(
        Channel::Standard,
        wrap,
        "/spec/rules/0/matches/0/path",
        &[
            ("null", ""),
            ("{}", ""),
            ("{type: Exact}", ""),
            ("{value: /}", ""),
            ("{type: Exact, value: \"/a-Z0.9/_~!$&'()+,;=:@/%20/\"}", ""),
            ("{value: /api/*}", "W LiteralPattern /value"),
            ("{value: /cart/.*}", "W LiteralPattern /value"),
            ("{type: Exact, value: /cart/*}", "W LiteralPattern /value"),
            ("{value: \"/users/:id\"}", "W LiteralPattern /value"),
            ("{value: /books:read}", ""),
            ("{value: \"/my path\"}", "E InvalidPath /value"),
            ("{value: /käse}", "E InvalidPath /value"),
            ("{type: RegularExpression, value: \"/käse/.*\"}", "W NotEncoded /value"),
            ("{type: RegularExpression, value: \"/files/[^ ]+/[^é]*\"}", ""),
            ("{type: RegularExpression, value: '/\\[a b'}", "W NotEncoded /value"),
            ("{type: RegularExpression, value: \"/a\\n\"}", "W LineBreak /value"),
            ("{type: PathPrefix, value: /a/}", ""),
            ("{type: PathPrefix, value: /...}", ""),
            ("{type: RegularExpression, value: \"/a//b/../c#%2f[x]+\"}", ""),
            ("{type: RegularExpression, value: \"/a(\"}", "E InvalidRegex /value"),
            ("{type: RegularExpression, value: \"(?=a)\"}", "E InvalidRegex /value"),
            ("{value: \"\"}", "E InvalidPath /value"),
            ("{value: foo}", "E InvalidPath /value"),
            ("{value: /a//b}", "E InvalidPath /value"),
            ("{value: /a/./b}", "E InvalidPath /value"),
            ("{value: /a/../b}", "E InvalidPath /value"),
            ("{value: /a/..}", "E InvalidPath /value"),
            ("{value: /a/.}", "E InvalidPath /value"),
            ("{type: Exact, value: /a%2fb}", "E InvalidPath /value"),
            ("{type: Exact, value: /a%2Fb}", "E InvalidPath /value"),
            ("{value: \"/a#b\"}", "E InvalidPath /value"),
            ("{value: \"/a?b\"}", "E InvalidPath /value"),
            ("{value: \"/a b\"}", "E InvalidPath /value"),
            ("{value: \"/ä\"}", "E InvalidPath /value"),
            ("{value: /a%2}", "E InvalidPath /value"),
            ("{value: /a%zz}", "E InvalidPath /value"),
            ("{value: \"/a[b]\"}", "E InvalidPath /value"),
            ("{type: Prefix, value: /a}", "E UnsupportedValue /type"),
            ("{type: 3}", "E WrongType /type"),
            ("{value: 3}", "E WrongType /value"),
            ("/foo", "E WrongType ."),
            ("{prefix: /a}", "E UnknownField /prefix"),
        ],
    );
    let long = |n| format!("{{value: /{}}}", "a".repeat(n));
    table(
        Channel::Standard,
        wrap,
        "/spec/rules/0/matches/0/path",
        &[(long(1023), ""), (long(1024), "E InvalidPath /value")],
    );
}

#[test]
fn headers_and_query_params() {
    for (field, name_code) in [("headers", "InvalidName"), ("queryParams", "InvalidName")] {
        let wrap = |list: &str| one(&format!("{{{field}: [{list}]}}"));
        let below = format!("/spec/rules/0/matches/0/{field}");
        let name = format!("E {name_code} /0/name");
        table(
            Channel::Standard,
            wrap,
            &below,
            &[
                ("{name: a, value: b}", ""),
                ("{name: \"a!#$%&'*+-.^_`|~9\", value: \"b%20c\", type: Exact}", ""),
                ("{name: a, value: \"[a-z]+\", type: RegularExpression}", ""),
                ("{name: a, value: \"[\", type: RegularExpression}", "E InvalidRegex /0/value"),
                ("{name: a}", "E Missing /0"),
                ("{value: a}", "E Missing /0"),
                ("{name: \"\", value: b}", &name),
                ("{name: \"a b\", value: b}", &name),
                ("{name: \":path\", value: b}", &name),
                ("{name: \"ä\", value: b}", &name),
                ("{name: a, value: \"\"}", "E InvalidValue /0/value"),
                ("{name: a, value: yes}", "E WrongType /0/value"),
                ("{name: a, value: b, type: Regex}", "E UnsupportedValue /0/type"),
                ("{name: a, value: b, values: []}", "E UnknownField /0/values"),
                ("{name: a, value: b}, {name: b, value: b}", ""),
                ("{name: a, value: b}, {name: a, value: c}", "E DuplicateName /1"),
            ],
        );
        let (most, code) = if field == "headers" { (4096, "InvalidValue") } else { (1024, "InvalidValue") };
        let too_long = format!("E {code} /0/value");
        table(
            Channel::Standard,
            wrap,
            &below,
            &[
                (format!("{{name: {}, value: b}}", "a".repeat(256)), ""),
                (format!("{{name: {}, value: b}}", "a".repeat(257)), &*name),
                (format!("{{name: a, value: {}}}", "b".repeat(most)), ""),
                (format!("{{name: a, value: {}}}", "b".repeat(most + 1)), &*too_long),
                (times(16, "{name: a#, value: b}"), ""),
                (times(17, "{name: a#, value: b}"), "E TooMany ."),
            ],
        );
    }
    // "only the first entry with an equivalent name MUST be considered": names of headers are equivalent in any case.
    let wrap = |list: &str| one(&format!("{{{list}}}"));
    table(
        Channel::Standard,
        wrap,
        "/spec/rules/0/matches/0",
        &[
            ("headers: [{name: A, value: b}, {name: a, value: c}]", "W DuplicateName /headers/1"),
            ("queryParams: [{name: A, value: b}, {name: a, value: c}]", ""),
            ("headers: [{name: a, value: \"b\\r\\nc: d\"}]", "E InvalidValue /headers/0/value"),
            ("headers: {a: b}", "E WrongType /headers"),
        ],
    );
}

#[test]
fn methods() {
    table(
        Channel::Standard,
        one,
        "/spec/rules/0/matches/0",
        &[
            ("{method: GET}, {method: HEAD}, {method: POST}, {method: PUT}, {method: DELETE}", ""),
            ("{method: CONNECT}, {method: OPTIONS}, {method: TRACE}, {method: PATCH}", ""),
            ("{method: get}", "E UnsupportedValue /method"),
            ("{method: \"*\"}", "E UnsupportedValue /method"),
            ("{method: [GET]}", "E WrongType /method"),
            ("{}", ""),
            ("{pathPrefix: /a}", "E UnknownField /pathPrefix"),
            ("3", "E WrongType ."),
        ],
    );
}
