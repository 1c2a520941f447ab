//! What only the experimental channel has.

use super::*;

fn errors(text: &str) -> Vec<String> {
    let mut found = found(text, Channel::Experimental);
    found.retain(|finding| finding.starts_with('E'));
    found
}

fn rows(wrap: impl Fn(&str) -> String, below: &str, rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        let expected: Vec<String> = expected
            .split_terminator(", ")
            .map(|finding| finding.replace(" /", &format!(" {below}/")).replace(" .", &format!(" {below}")))
            .collect();
        let mut found = errors(&wrap(text));
        found.sort();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn routes() {
    rows(
        route,
        "/spec",
        &[
            ("{useDefaultGateways: All}", ""),
            ("{useDefaultGateways: None}", ""),
            ("{useDefaultGateways: Some}", "E UnsupportedValue /useDefaultGateways"),
            ("{rules: [{name: a}, {name: b}, {}, {}]}", ""),
            ("{rules: [{name: a}, {name: a}]}", "E DuplicateName /rules/1/name"),
        ],
    );
    rows(
        |value| rule(&format!("{{matches: [{{headers: [{{name: a, value: \"{value}\"}}]}}]}}")),
        "/spec/rules/0/matches/0/headers/0/value",
        &[
            ("a b\\tc", ""),
            ("a  b", "E InvalidValue ."),
            (" a", "E InvalidValue ."),
            ("a ", "E InvalidValue ."),
            ("ä", "E InvalidValue ."),
        ],
    );
}

#[test]
fn retry_and_sessions() {
    rows(
        |retry| rule(&format!("{{retry: {{{retry}}}}}")),
        "/spec/rules/0/retry",
        &[
            ("codes: [400, 503, 599], attempts: 1, backoff: 100ms", ""),
            ("codes: [399]", "E OutOfRange /codes/0"),
            ("codes: [600]", "E OutOfRange /codes/0"),
            ("codes: [500, 500]", "E DuplicateName /codes/1"),
            ("attempts: 0", "E OutOfRange /attempts"),
            ("backoff: 1", "E WrongType /backoff"),
            ("backoff: 1x", "E InvalidDuration /backoff"),
        ],
    );
    rows(
        |session| rule(&format!("{{sessionPersistence: {{{session}}}}}")),
        "/spec/rules/0/sessionPersistence",
        &[
            (
                "sessionName: a, absoluteTimeout: 1h, type: Cookie, cookieConfig: {lifetimeType: Permanent}",
                "",
            ),
            ("cookieConfig: {}", ""),
            ("cookieConfig: {lifetimeType: Session}", ""),
            ("type: Header", ""),
            ("cookieConfig: {lifetimeType: Permanent}", "E Missing ."),
            ("cookieConfig: {lifetimeType: Ever}", "E UnsupportedValue /cookieConfig/lifetimeType"),
            ("type: Header, cookieConfig: {}", "E WrongMember /cookieConfig"),
            ("type: Body", "E UnsupportedValue /type"),
            ("absoluteTimeout: 1", "E WrongType /absoluteTimeout"),
            (&format!("sessionName: {}", "a".repeat(129)), "E InvalidValue /sessionName"),
        ],
    );
}

#[test]
fn external_auth() {
    let wrap = |auth: &str| rule(&format!("{{filters: [{{type: ExternalAuth, externalAuth: {{{auth}}}}}]}}"));
    rows(
        wrap,
        "/spec/rules/0/filters/0/externalAuth",
        &[
            ("protocol: GRPC, backendRef: {name: a, port: 80}, grpc: {allowedHeaders: [a]}", ""),
            ("protocol: HTTP, backendRef: {name: a, port: 80}, http: {path: /a, allowedHeaders: [a]}", ""),
            ("protocol: HTTP, backendRef: {name: a, port: 80}, http: {}, forwardBody: {maxSize: 100000}", ""),
            ("protocol: HTTP, http: {}", "E Missing ."),
            ("backendRef: {name: a, port: 80}, http: {}", "E Missing ."),
            ("protocol: HTTP, backendRef: {name: a, port: 80}", "E Missing ."),
            ("protocol: GRPC, backendRef: {name: a, port: 80}", "E Missing ."),
            ("protocol: HTTP, backendRef: {name: a, port: 80}, http: {}, grpc: {}", "E WrongMember /grpc"),
            ("protocol: GRPC, backendRef: {name: a, port: 80}, http: {}, grpc: {}", "E WrongMember /http"),
            ("protocol: TCP, backendRef: {name: a, port: 80}", "E UnsupportedValue /protocol"),
            ("protocol: HTTP, backendRef: {name: a}, http: {}", "E Missing /backendRef"),
            (
                "protocol: HTTP, backendRef: {name: a, port: 80}, http: {path: \"a b\"}",
                "E InvalidPath /http/path",
            ),
            (
                "protocol: HTTP, backendRef: {name: a, port: 80}, http: {path: \"\"}",
                "E InvalidPath /http/path",
            ),
            (
                "protocol: HTTP, backendRef: {name: a, port: 80}, http: {allowedHeaders: [a, a]}",
                "E DuplicateName /http/allowedHeaders/1",
            ),
        ],
    );
    rows(
        |filters| rule(&format!("{{filters: [{filters}]}}")),
        "/spec/rules/0/filters",
        &[
            ("{type: ExternalAuth}", "E Missing /0"),
            (
                "{type: CORS, cors: {}, externalAuth: {protocol: HTTP, backendRef: {name: a, port: 1}, http: {}}}",
                "E UnknownField /0/externalAuth",
            ),
        ],
    );
    // It is valid, but its rule answers 500.
    let found =
        found(&wrap("protocol: HTTP, backendRef: {name: a, port: 80}, http: {}"), Channel::Experimental);
    assert_eq!(found, ["W UnsupportedFilter /spec/rules/0/filters/0/externalAuth"]);
}
