//! The spec of an HTTPRoute, its rules and references.

use super::*;

#[test]
fn the_spec() {
    table(
        Channel::Standard,
        route,
        "/spec",
        &[
            ("{}", ""),
            ("{parentRefs: null, hostnames: null, rules: null}", ""),
            ("{hostnames: [a.example.com, \"*.example.com\", 1-2.a]}", ""),
            ("{hostnames: []}", ""),
            ("{hostnames: example.com}", "E WrongType /hostnames"),
            ("{hostnames: [\"\"]}", "E InvalidHostname /hostnames/0"),
            ("{hostnames: [\"*\"]}", "E InvalidHostname /hostnames/0"),
            ("{hostnames: [A.com]}", "E InvalidHostname /hostnames/0"),
            ("{hostnames: [a, \"a.com:80\"]}", "E InvalidHostname /hostnames/1"),
            (
                "{hostnames: [\"a.*.com\", -a.com, a-.com, a..com, a_b.com]}",
                "E InvalidHostname /hostnames/0, \
              E InvalidHostname /hostnames/1, E InvalidHostname /hostnames/2, E InvalidHostname /hostnames/3, \
              E InvalidHostname /hostnames/4",
            ),
            ("{hostnames: [null]}", "E WrongType /hostnames/0"),
            ("{hostnames: [3]}", "E WrongType /hostnames/0"),
            ("{rules: []}", "E Missing /rules"),
            ("{rules: [{}]}", ""),
            ("{rules: {}}", "E WrongType /rules"),
            ("{rules: [3]}", "E WrongType /rules/0"),
            ("{useDefaultGateways: All}", "E ExperimentalChannel /useDefaultGateways"),
            ("{gateways: {}}", "E UnknownField /gateways"),
            ("3", "E WrongType ."),
        ],
    );
    table(
        Channel::Standard,
        route,
        "/spec",
        &[
            (format!("{{hostnames: [{}]}}", times(16, "a#")), ""),
            (format!("{{hostnames: [{}]}}", times(17, "a#")), "E TooMany /hostnames"),
            (format!("{{hostnames: [{}a]}}", "a.".repeat(126)), ""),
            (format!("{{hostnames: [{}ab]}}", "a.".repeat(126)), "E InvalidHostname /hostnames/0"),
            (format!("{{rules: [{}]}}", times(16, "{}")), ""),
            (format!("{{rules: [{}]}}", times(17, "{}")), "E TooMany /rules"),
            (format!("{{parentRefs: [{}]}}", times(32, "{name: a#}")), ""),
            (format!("{{parentRefs: [{}]}}", times(33, "{name: a#}")), "E TooMany /parentRefs"),
        ],
    );
    // Nothing is told twice, of the object and of the module.
    table(
        Channel::Standard,
        str::to_owned,
        "",
        &[(
            "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: a}}",
            "E Missing .",
        )],
    );
}

#[test]
fn parent_refs() {
    let wrap = |refs: &str| route(&format!("{{parentRefs: [{refs}]}}"));
    let rows = [
        ("{name: a}", ""),
        ("{group: \"\", kind: Service, namespace: b, name: a, port: 80, sectionName: x.y}", ""),
        ("{}", "E Missing /0"),
        ("{name: \"\"}", "E InvalidName /0/name"),
        ("{name: a, group: A}", "E InvalidName /0/group"),
        ("{name: a, kind: \"\"}", "E InvalidName /0/kind"),
        ("{name: a, kind: 1a}", "E InvalidName /0/kind"),
        ("{name: a, kind: a-}", "E InvalidName /0/kind"),
        ("{name: a, namespace: \"\"}", "E InvalidName /0/namespace"),
        ("{name: a, namespace: a.b}", "E InvalidName /0/namespace"),
        ("{name: a, port: 0}", "E OutOfRange /0/port"),
        ("{name: a, port: 65535}", ""),
        ("{name: a, port: 65536}", "E OutOfRange /0/port"),
        ("{name: a, port: \"80\"}", "E WrongType /0/port"),
        ("{name: a, port: 80.5}", "E WrongType /0/port"),
        ("{name: a, port: 80.0}", ""),
        ("{name: a, sectionName: \"\"}", "E InvalidName /0/sectionName"),
        ("{name: a, sectionName: A}", "E InvalidName /0/sectionName"),
        ("{name: a, weight: 1}", "E UnknownField /0/weight"),
        // The CEL rules.
        ("{name: a}, {name: b}", ""),
        ("{name: a}, {name: a, namespace: x}", ""),
        ("{name: a}, {name: a, kind: Service, group: \"\"}", ""),
        ("{name: a, sectionName: x}, {name: a, sectionName: z}", ""),
        ("{name: a}, {name: a}", "E DuplicateParent /1"),
        ("{name: a}, {name: a, kind: Gateway, group: gateway.networking.k8s.io}", "E DuplicateParent /1"),
        ("{name: a}, {name: a, sectionName: x}", "E DuplicateParent /1"),
        ("{name: a, sectionName: x}, {name: b}, {name: a, sectionName: x}", "E DuplicateParent /2"),
    ];
    table(Channel::Standard, wrap, "/spec/parentRefs", &rows);
    table(Channel::Experimental, wrap, "/spec/parentRefs", &rows);
    for (refs, standard, experimental) in [
        ("{name: a, port: 80}, {name: a, port: 81}", "E DuplicateParent /1", ""),
        ("{name: a, port: 80}, {name: a, port: 80}", "E DuplicateParent /1", "E DuplicateParent /1"),
        ("{name: a, port: 80}, {name: a}", "E DuplicateParent /1", "E DuplicateParent /1"),
        ("{name: a, sectionName: x}, {name: a, sectionName: z, port: 80}", "", "E DuplicateParent /1"),
        (
            "{name: a, sectionName: x, port: 80}, {name: a, sectionName: x, port: 81}",
            "E DuplicateParent /1",
            "",
        ),
    ] {
        table(Channel::Standard, wrap, "/spec/parentRefs", &[(refs, standard)]);
        table(Channel::Experimental, wrap, "/spec/parentRefs", &[(refs, experimental)]);
    }
}

#[test]
fn rules() {
    table(
        Channel::Standard,
        rule,
        "/spec/rules",
        &[
            ("{name: a.b}", ""),
            ("{name: A}", "E InvalidName /0/name"),
            ("{name: \"\"}", "E InvalidName /0/name"),
            ("{name: a}, {name: a}", "W DuplicateName /1/name"),
            ("{backendRefs: [{name: a, port: 80, weight: 0}]}", "W AllWeightsZero /0"),
            ("{retry: {}}", "E ExperimentalChannel /0/retry"),
            ("{backendRef: {name: a}}", "E UnknownField /0/backendRef"),
            ("{timeouts: {request: 10s, backendRequest: 5s}}", ""),
            ("{timeouts: {request: 1h1m1s1ms, backendRequest: 61m}}", ""),
            ("{timeouts: {request: 10s, backendRequest: 10s}}", ""),
            ("{timeouts: {request: 0s, backendRequest: 5s}}", ""),
            ("{timeouts: {request: 0h0m, backendRequest: 5s}}", ""),
            ("{timeouts: {backendRequest: 5s}}", ""),
            (
                "{timeouts: {request: 1s, backendRequest: 1001ms}}",
                "E TimeoutTooLong /0/timeouts/backendRequest",
            ),
            ("{timeouts: {request: 5s, backendRequest: 1m}}", "E TimeoutTooLong /0/timeouts/backendRequest"),
            ("{timeouts: {request: 10}}", "E WrongType /0/timeouts/request"),
            ("{timeouts: {request: \"10\"}}", "E InvalidDuration /0/timeouts/request"),
            ("{timeouts: {request: \"\"}}", "E InvalidDuration /0/timeouts/request"),
            ("{timeouts: {request: 1.5s}}", "E InvalidDuration /0/timeouts/request"),
            ("{timeouts: {request: 1d}}", "E InvalidDuration /0/timeouts/request"),
            ("{timeouts: {request: 100000s}}", "E InvalidDuration /0/timeouts/request"),
            ("{timeouts: {request: 1s1s1s1s1s}}", "E InvalidDuration /0/timeouts/request"),
            ("{timeouts: {backendRequest: -1s}}", "E InvalidDuration /0/timeouts/backendRequest"),
        ],
    );
    table(
        Channel::Standard,
        rule,
        "/spec/rules",
        &[
            (format!("{{matches: [{}]}}", times(64, "{}")), ""),
            (format!("{{matches: [{}]}}", times(65, "{}")), "E TooMany /0/matches"),
            (format!("{{matches: [{0}]}}, {{matches: [{0}]}}", times(64, "{}")), ""),
            (format!("{{matches: [{0}]}}, {{matches: [{0}]}}, {{matches: []}}", times(64, "{}")), ""),
            // A rule without matches has one by default.
            (format!("{{matches: [{0}]}}, {{matches: [{0}]}}, {{}}", times(64, "{}")), "E TooMany ."),
            (
                format!(
                    "{{filters: [{}]}}",
                    times(17, "{type: ExtensionRef, extensionRef: {group: a, kind: B, name: c}}")
                ),
                "E TooMany /0/filters",
            ),
            (format!("{{backendRefs: [{}]}}", times(16, "{name: a, port: 80}")), ""),
            (format!("{{backendRefs: [{}]}}", times(17, "{name: a, port: 80}")), "E TooMany /0/backendRefs"),
        ],
    );
}

#[test]
fn backend_refs() {
    let wrap = |backend: &str| rule(&format!("{{backendRefs: [{backend}]}}"));
    table(
        Channel::Standard,
        wrap,
        "/spec/rules/0/backendRefs",
        &[
            ("{name: a, port: 80}", ""),
            ("{name: A_b, port: 80, namespace: b, weight: 1000000, group: \"\", kind: Service}", ""),
            ("{name: a, group: example.com, kind: Bucket}", "W InvalidKind /0"),
            ("{name: a, group: example.com}", "W InvalidKind /0"),
            ("{name: a, kind: Bucket}", "W InvalidKind /0"),
            ("{name: a}", "E Missing /0"),
            ("{name: a, group: \"\", kind: Service}", "E Missing /0"),
            ("{name: a, port: null}", "E Missing /0"),
            ("{port: 80}", "E Missing /0"),
            ("{name: a, port: http}", "E WrongType /0/port"),
            ("{name: a, port: 0}", "E OutOfRange /0/port"),
            ("{name: a, port: 80, weight: -1}", "E OutOfRange /0/weight"),
            ("{name: a, port: 80, weight: 1000001}", "E OutOfRange /0/weight"),
            ("{name: a, port: 80, weight: 99999999999999999999}", "E WrongType /0/weight"),
            ("{name: a, port: 80, weight: 0}, {name: b, port: 80}", ""),
            ("{name: a, port: 80, kind: \"9\"}", "E InvalidName /0/kind, W InvalidKind /0"),
            ("{name: a, port: 80, group: \"*\"}", "E InvalidName /0/group"),
            ("{name: a, port: 80, namespace: A}", "E InvalidName /0/namespace"),
            ("{serviceName: a, port: 80}", "E Missing /0, E UnknownField /0/serviceName"),
        ],
    );
}
