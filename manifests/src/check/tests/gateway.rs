//! Gateways.

use super::*;

fn gateway(spec: &str) -> String {
    format!(
        "{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {{name: a}}, spec: {{{spec}}}}}"
    )
}

fn with_listeners(listeners: &str) -> String {
    gateway(&format!("gatewayClassName: a, listeners: [{listeners}]"))
}

const HTTP: &str = "gatewayClassName: a, listeners: [{name: a, port: 80, protocol: HTTP}]";

#[test]
fn the_spec() {
    table(
        Channel::Standard,
        gateway,
        "/spec",
        &[
            (HTTP, ""),
            ("gatewayClassName: a", "E Missing ."),
            (
                "gatewayClassName: \"\", listeners: [{name: a, port: 80, protocol: HTTP}]",
                "E InvalidValue /gatewayClassName",
            ),
            ("listeners: [{name: a, port: 80, protocol: HTTP}]", "E Missing ."),
            ("gatewayClassName: a, listeners: []", "E Missing /listeners"),
        ],
    );
    let with = |more: &str| gateway(&format!("{HTTP}, {more}"));
    table(
        Channel::Standard,
        with,
        "/spec",
        &[
            (
                "infrastructure: {labels: {a.b/c: d}, annotations: {e: f g}, parametersRef: {group: a, kind: B, name: c}}",
                "",
            ),
            ("infrastructure: {labels: {a/b/c: d}}", "E InvalidName /infrastructure/labels/a~1b~1c"),
            ("infrastructure: {labels: {a: \"d \"}}", "E InvalidName /infrastructure/labels/a"),
            ("infrastructure: {annotations: {-a: d}}", "E InvalidName /infrastructure/annotations/-a"),
            ("infrastructure: {annotations: {a: yes}}", "E WrongType /infrastructure/annotations/a"),
            (
                "infrastructure: {parametersRef: {group: a, kind: B}}",
                "E Missing /infrastructure/parametersRef",
            ),
            ("allowedListeners: {namespaces: {from: None}}", ""),
            (
                "allowedListeners: {namespaces: {from: Any}}",
                "E UnsupportedValue /allowedListeners/namespaces/from",
            ),
            ("defaultScope: All", "E ExperimentalChannel /defaultScope"),
            ("tls: {backend: {clientCertificateRef: {name: a}}}", ""),
            ("tls: {backend: {clientCertificateRef: {}}}", "E Missing /tls/backend/clientCertificateRef"),
            (
                "tls: {frontend: {default: {validation: {caCertificateRefs: [{group: \"\", kind: ConfigMap, name: a}]}}}}",
                "",
            ),
            ("tls: {frontend: {}}", "E Missing /tls/frontend"),
            (
                "tls: {frontend: {default: {validation: {caCertificateRefs: []}}}}",
                "E Missing /tls/frontend/default/validation/caCertificateRefs",
            ),
            (
                "tls: {frontend: {default: {}, perPort: [{port: 1, tls: {}}, {port: 1, tls: {}}]}}",
                "E DuplicateName /tls/frontend/perPort/1",
            ),
            ("tls: {frontend: {default: {}, perPort: [{port: 1}]}}", "E Missing /tls/frontend/perPort/0"),
        ],
    );
    table(
        Channel::Standard,
        with,
        "/spec",
        &[
            (
                format!("infrastructure: {{labels: {{{}}}}}", times(9, "a#: b")),
                "E TooMany /infrastructure/labels",
            ),
            (
                format!("infrastructure: {{annotations: {{{}}}}}", times(17, "a#: b")),
                "E TooMany /infrastructure/annotations",
            ),
        ],
    );
    table(
        Channel::Experimental,
        with,
        "/spec",
        &[("defaultScope: All", ""), ("defaultScope: Some", "E UnsupportedValue /defaultScope")],
    );
}

#[test]
fn addresses() {
    let with = |addresses: &str| gateway(&format!("{HTTP}, addresses: [{addresses}]"));
    table(
        Channel::Standard,
        with,
        "/spec/addresses",
        &[
            (
                "{value: 1.2.3.4}, {type: IPAddress, value: \"2001:db8::1\"}, {type: Hostname, value: \"*.a.b\"}",
                "",
            ),
            ("{}, {}, {type: Hostname}, {type: Hostname}", ""),
            ("{type: NamedAddress, value: a}, {type: NamedAddress, value: a}", ""),
            ("{type: example.com/x, value: \"!\"}", ""),
            ("{value: 1.2.3}", "E InvalidAddress /0/value"),
            ("{value: 1.2.3.256}", "E InvalidAddress /0/value"),
            ("{value: \"\"}", "E InvalidAddress /0/value"),
            ("{type: Hostname, value: \"\"}", "E InvalidAddress /0/value"),
            ("{type: Hostname, value: A.b}", "E InvalidAddress /0/value"),
            ("{type: \"\"}", "E UnsupportedValue /0/type"),
            ("{type: ip}", "E UnsupportedValue /0/type"),
            ("{value: 1.2.3.4}, {type: IPAddress, value: 1.2.3.4}", "E DuplicateName /1"),
            ("{type: Hostname, value: a}, {type: Hostname, value: a}", "E DuplicateName /1"),
        ],
    );
    table(Channel::Standard, with, "/spec/addresses", &[(times(17, "{value: 1.2.3.#}"), "E TooMany .")]);
}

#[test]
fn listeners() {
    table(
        Channel::Standard,
        with_listeners,
        "/spec/listeners",
        &[
            ("{name: a, port: 80, protocol: HTTP, hostname: \"*.a.b\"}", ""),
            (
                "{name: a, port: 1, protocol: TCP}, {name: b, port: 1, protocol: UDP}, {name: c, port: 2, protocol: x.y/z}",
                "",
            ),
            ("{port: 80, protocol: HTTP}", "E Missing /0"),
            ("{name: a, protocol: HTTP}", "E Missing /0"),
            ("{name: a, port: 80}", "E Missing /0"),
            ("{name: A, port: 80, protocol: HTTP}", "E InvalidName /0/name"),
            ("{name: a, port: 0, protocol: HTTP}", "E OutOfRange /0/port"),
            ("{name: a, port: 65536, protocol: HTTP}", "E OutOfRange /0/port"),
            ("{name: a, port: 80, protocol: \"\"}", "E InvalidName /0/protocol"),
            ("{name: a, port: 80, protocol: a b}", "E InvalidName /0/protocol"),
            ("{name: a, port: 80, protocol: HTTP, hostname: \"\"}", "E InvalidHostname /0/hostname"),
            ("{name: a, port: 80, protocol: HTTP, hostname: a.*.b}", "E InvalidHostname /0/hostname"),
            // The CEL rules.
            ("{name: a, port: 1, protocol: TCP, hostname: a}", "E WrongMember /0/hostname"),
            ("{name: a, port: 1, protocol: UDP, hostname: a}", "E WrongMember /0/hostname"),
            (
                "{name: a, port: 80, protocol: HTTP}, {name: a, port: 81, protocol: HTTP}",
                "E DuplicateName /1",
            ),
            (
                "{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP}",
                "E DuplicateListener /1",
            ),
            (
                "{name: a, port: 80, protocol: HTTP, hostname: x}, {name: b, port: 80, protocol: HTTP, hostname: x}",
                "E DuplicateListener /1",
            ),
            ("{name: a, port: 80, protocol: HTTP, hostname: x}, {name: b, port: 80, protocol: HTTP}", ""),
            (
                "{name: a, port: 80, protocol: HTTP, hostname: x}, {name: b, port: 80, protocol: HTTP, hostname: z}",
                "",
            ),
        ],
    );
    let many = |count| times(count, "{name: a#, port: 80, protocol: HTTP, hostname: a#}");
    table(Channel::Standard, with_listeners, "/spec/listeners", &[(many(64), ""), (many(65), "E TooMany .")]);
}

#[test]
fn tls() {
    let with = |protocol: &str, tls: &str| {
        with_listeners(&format!("{{name: a, port: 1, protocol: {protocol}{tls}}}"))
    };
    for protocol in ["HTTP", "TCP", "UDP"] {
        let expected = "E WrongMember /tls";
        let rows = [(", tls: {certificateRefs: [{name: a}]}", expected), ("", "")];
        table(Channel::Standard, |tls| with(protocol, tls), "/spec/listeners/0", &rows);
    }
    table(
        Channel::Standard,
        |tls| with("HTTPS", tls),
        "/spec/listeners/0",
        &[
            (", tls: {certificateRefs: [{name: a, namespace: b, group: \"\", kind: Secret}]}", ""),
            (", tls: {mode: Terminate, options: {a: b}}", ""),
            ("", ""),
            (", tls: {}", "E Missing /tls"),
            (", tls: {mode: Terminate, certificateRefs: []}", "E Missing /tls"),
            (", tls: {mode: Passthrough}", "E UnsupportedValue /tls/mode"),
            (", tls: {mode: Stop}", "E UnsupportedValue /tls/mode"),
            (", tls: {certificateRefs: [{}]}", "E Missing /tls/certificateRefs/0"),
            (", tls: {certificateRef: {name: a}}", "E Missing /tls, E UnknownField /tls/certificateRef"),
        ],
    );
    table(
        Channel::Standard,
        |tls| with("TLS", tls),
        "/spec/listeners/0",
        &[
            (", tls: {mode: Passthrough}", ""),
            (", tls: {certificateRefs: [{name: a}]}", ""),
            ("", "E Missing ."),
            (", tls: {mode: Terminate}", "E Missing /tls"),
        ],
    );
}

#[test]
fn allowed_routes() {
    let with = |allowed: &str| {
        with_listeners(&format!("{{name: a, port: 1, protocol: HTTP, allowedRoutes: {{{allowed}}}}}"))
    };
    table(
        Channel::Standard,
        with,
        "/spec/listeners/0/allowedRoutes",
        &[
            ("namespaces: {from: Same}, kinds: [{kind: HTTPRoute}]", ""),
            (
                "namespaces: {from: Selector, selector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: In, values: [b]}]}}",
                "",
            ),
            ("namespaces: {from: None}", "E UnsupportedValue /namespaces/from"),
            ("namespaces: {from: Selector}", "W Missing /namespaces"),
            ("namespaces: {selector: {}}", "W WrongMember /namespaces/selector"),
            (
                "namespaces: {from: Selector, selector: {matchExpressions: [{key: a}]}}",
                "E Missing /namespaces/selector/matchExpressions/0",
            ),
            (
                "namespaces: {from: Selector, selector: {matchExpressions: [{key: a, operator: Is}]}}",
                "W UnsupportedValue /namespaces/selector/matchExpressions/0/operator",
            ),
            (
                "namespaces: {from: Selector, selector: {matchExpressions: [{key: a, operator: In}]}}",
                "W InvalidValue /namespaces/selector/matchExpressions/0",
            ),
            (
                "namespaces: {from: Selector, selector: {matchLabels: {a: 1}}}",
                "E WrongType /namespaces/selector/matchLabels/a",
            ),
            ("kinds: [{group: a}]", "E Missing /kinds/0"),
            ("kinds: [{kind: \"\"}]", "E InvalidName /kinds/0/kind"),
        ],
    );
    table(
        Channel::Standard,
        with,
        "/spec/listeners/0/allowedRoutes",
        &[(format!("kinds: [{}]", times(9, "{kind: A#}")), "E TooMany /kinds")],
    );
}
