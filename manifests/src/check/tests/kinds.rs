//! Kinds, versions and metadata; ReferenceGrants and the kinds of the core API.

use super::*;

const SPEC: &str = "metadata: {name: a}, spec: {}";

#[test]
fn kinds_and_versions() {
    let route = |head: &str| format!("{{{head}, {SPEC}}}");
    table(
        Channel::Standard,
        route,
        "",
        &[
            ("apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute", ""),
            ("apiVersion: gateway.networking.k8s.io/v1beta1, kind: HTTPRoute", "W OldVersion /apiVersion"),
            (
                "apiVersion: gateway.networking.k8s.io/v1alpha2, kind: HTTPRoute",
                "E UnsupportedVersion /apiVersion",
            ),
            ("apiVersion: gateway.networking.k8s.io, kind: HTTPRoute", "E UnsupportedVersion /apiVersion"),
            ("apiVersion: networking.x-k8s.io/v1alpha1, kind: HTTPRoute", "E UnsupportedVersion /apiVersion"),
            ("apiVersion: gateway.networking.k8s.oi/v1, kind: HTTPRoute", "E UnsupportedVersion /apiVersion"),
            ("apiVersion: v1, kind: HTTPRoute", "E UnsupportedVersion /apiVersion"),
            ("apiVersion: networking.k8s.io/v1, kind: HTTPRoute", "E UnsupportedVersion /apiVersion"),
            ("apiVersion: gateway.k8s.io/v1, kind: Gateway", "E UnsupportedVersion /apiVersion"),
            ("apiVersion: apps/v1, kind: Service", "E UnsupportedVersion /apiVersion"),
            ("apiVersion: v1, kind: service", "E UnsupportedKind /kind"),
            ("apiVersion: v1, kind: HttpRoute", "E UnsupportedKind /kind"),
            ("apiVersion: policy.linkerd.io/v1beta3, kind: HTTPRoute", "W UnsupportedKind /kind"),
            ("apiVersion: serving.knative.dev/v1, kind: Service", ""),
            ("apiVersion: gateway.networking.k8s.io/v1, kind: HttpRoute", "E UnsupportedKind /kind"),
            (
                "apiVersion: gateway.networking.k8s.io/v1alpha2, kind: ReferencePolicy",
                "E UnsupportedKind /kind",
            ),
            ("apiVersion: gateway.networking.k8s.io/v1, kind: GRPCRoute", "W UnsupportedKind /kind"),
            ("apiVersion: gateway.networking.k8s.io/v1alpha3, kind: TLSRoute", "W UnsupportedKind /kind"),
            ("apiVersion: gateway.networking.k8s.io/v1, kind: BackendTLSPolicy", "W UnsupportedKind /kind"),
            ("apiVersion: gateway.networking.x-k8s.io/v1alpha1, kind: XBackend", "W UnsupportedKind /kind"),
            ("apiVersion: networking.k8s.io/v1, kind: Ingress", "W UnsupportedKind /kind"),
            ("apiVersion: apps/v1, kind: Deployment", ""),
            ("apiVersion: v1, kind: ConfigMap", ""),
            ("apiVersion: networking.istio.io/v1, kind: VirtualService", "W UnsupportedKind /kind"),
            ("apiVersion: networking.istio.io/v1, kind: ServiceEntry", ""),
            ("kind: HTTPRoute", "E Missing ."),
            ("apiVersion: gateway.networking.k8s.io/v1", "E Missing ."),
            ("apiVersion: 1, kind: HTTPRoute", "E WrongType /apiVersion"),
        ],
    );
}

#[test]
fn metadata() {
    let route = |metadata: &str| {
        format!(
            "{{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {metadata}, spec: {{}}, status: 3}}"
        )
    };
    table(
        Channel::Standard,
        route,
        "/metadata",
        &[
            ("{name: a.b, namespace: c, labels: {a.b/C: D_e}, annotations: {f: \"\"}, uid: g}", ""),
            ("{generateName: a-}", ""),
            ("{}", "E Missing ."),
            ("{name: A}", "E InvalidName /name"),
            ("{name: \"\"}", "E InvalidName /name"),
            ("{name: 3}", "E WrongType /name"),
            ("{name: a, namespace: a.b}", "E InvalidName /namespace"),
            ("{name: a, labels: [a]}", "E WrongType /labels"),
            ("{name: a, labels: {a: 1.10}}", "E WrongType /labels/a"),
            ("{name: a, labels: {a b: c}}", "E InvalidName /labels/a b"),
            ("{name: a, annotations: {a: true}}", "E WrongType /annotations/a"),
            ("{name: a, lables: {}}", "E UnknownField /lables"),
            ("{name: a, creationTimestamp: yesterday}", "W InvalidTimestamp /creationTimestamp"),
            ("{name: a, creationTimestamp: 2026-01-31T12:00:00Z}", ""),
        ],
    );
}

#[test]
fn reference_grants() {
    let grant = |spec: &str| {
        format!(
            "{{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {{name: a}}, spec: {{{spec}}}}}"
        )
    };
    let from = "from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: a}]";
    let to = "to: [{group: \"\", kind: Service}]";
    table(
        Channel::Standard,
        grant,
        "/spec",
        &[
            (format!("{from}, {to}"), ""),
            (format!("{from}, to: [{{group: \"\", kind: Service, name: a}}]"), ""),
            (from.to_owned(), "E Missing ."),
            (to.to_owned(), "E Missing ."),
            (format!("{to}, from: []"), "E Missing /from"),
            (format!("{from}, to: []"), "E Missing /to"),
            (format!("{to}, from: [{{group: a, kind: B}}]"), "E Missing /from/0"),
            (format!("{to}, from: [{{kind: B, namespace: c}}]"), "E Missing /from/0"),
            (format!("{to}, from: [{{group: a, namespace: c}}]"), "E Missing /from/0"),
            (
                format!("{to}, from: [{{group: a, kind: B, namespace: \"\"}}]"),
                "E InvalidName /from/0/namespace",
            ),
            (
                format!("{to}, from: [{{group: a, kind: B, namespace: c, name: d}}]"),
                "E UnknownField /from/0/name",
            ),
            (format!("{from}, to: [{{kind: Service}}]"), "E Missing /to/0"),
            (format!("{from}, to: [{{group: \"\"}}]"), "E Missing /to/0"),
            (format!("{from}, to: [{{group: \"\", kind: Service, name: \"\"}}]"), "E InvalidName /to/0/name"),
            (
                format!("{from}, to: [{{group: \"\", kind: Service, namespace: a}}]"),
                "E UnknownField /to/0/namespace",
            ),
            (format!("{from}, to: [{}]", times(17, "{group: \"\", kind: A}")), "E TooMany /to"),
        ],
    );
    let v1 = grant(&format!("{from}, {to}")).replace("v1beta1", "v1");
    assert_eq!(found(&v1, Channel::Standard), [] as [String; 0]);
    let v1alpha2 = v1.replace("/v1,", "/v1alpha2,");
    assert_eq!(found(&v1alpha2, Channel::Standard), ["E UnsupportedVersion /apiVersion"]);
}

#[test]
fn gateway_classes() {
    let class = |spec: &str| {
        format!(
            "{{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {{name: a}}, spec: {{{spec}}}}}"
        )
    };
    table(
        Channel::Standard,
        class,
        "/spec",
        &[
            ("controllerName: example.com/a-B", ""),
            ("", "E Missing ."),
            ("controllerName: example.com", "E InvalidName /controllerName"),
            ("controllerName: a/b, parametersRef: {group: a, kind: B, name: c, namespace: d}", ""),
        ],
    );
}

#[test]
fn services() {
    let service =
        |spec: &str| format!("{{apiVersion: v1, kind: Service, metadata: {{name: a}}, spec: {{{spec}}}}}");
    table(
        Channel::Standard,
        service,
        "/spec",
        &[
            ("ports: [{port: 80}]", ""),
            (
                "ports: [{name: a, port: 80, targetPort: http, protocol: TCP, appProtocol: kubernetes.io/h2c}, {name: b, port: 81, targetPort: 81}]",
                "",
            ),
            ("type: ExternalName, externalName: example.com", ""),
            ("clusterIP: None, selector: {a: b}, sessionAffinity: None", ""),
            ("", "E Missing ."),
            ("type: ExternalName", "E Missing ."),
            ("type: Cluster, ports: [{port: 80}]", "E UnsupportedValue /type"),
            ("ports: [{targetPort: 80}]", "E Missing /ports/0"),
            ("ports: [{port: 0}]", "E OutOfRange /ports/0/port"),
            ("ports: [{port: 80, targetPort: [80]}]", "E WrongType /ports/0/targetPort"),
            ("ports: [{port: 80, protocol: HTTP}]", "E UnsupportedValue /ports/0/protocol"),
            ("ports: [{port: 80}, {name: a, port: 81}]", "E Missing /ports/0"),
            ("ports: [{name: a, port: 80}, {name: a, port: 81}]", "E DuplicateName /ports/1"),
            ("ports: [{name: a, port: 80}, {name: b, port: 80}]", "E DuplicateName /ports/1"),
            ("ports: [{name: a, port: 80}, {name: b, port: 80, protocol: UDP}]", ""),
            ("ports: [{prot: 80}]", "E Missing /ports/0, E UnknownField /ports/0/prot"),
        ],
    );
    let named = |name: &str| {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {{ports: [{{port: 1}}]}}}}"
        )
    };
    table(
        Channel::Standard,
        named,
        "/metadata/name",
        &[("a-1", ""), ("1a", "E InvalidName ."), ("a.b", "E InvalidName .")],
    );
}

#[test]
fn secrets_and_namespaces() {
    let secret = |rest: &str| format!("{{apiVersion: v1, kind: Secret, metadata: {{name: a}}{rest}}}");
    table(
        Channel::Standard,
        secret,
        "",
        &[
            ("", ""),
            (", type: kubernetes.io/tls, data: {tls.crt: YWI=, tls.key: YQ==}", ""),
            (", type: kubernetes.io/tls, stringData: {tls.crt: a, tls.key: b}", ""),
            (", type: kubernetes.io/tls, data: {tls.crt: YWI=}", "E Missing ."),
            (", data: {a: \"not base64\"}", "E InvalidBase64 /data/a"),
            (", data: {a: YWI}", "E InvalidBase64 /data/a"),
            (", data: {a: =YWI}", "E InvalidBase64 /data/a"),
            (", data: {a: 1}", "E WrongType /data/a"),
            (", data: [a]", "E WrongType /data"),
            (", spec: {}", "E UnknownField /spec"),
        ],
    );
    let namespace = |name: &str| format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}");
    table(Channel::Standard, namespace, "/metadata/name", &[("a", ""), ("a.b", "E InvalidName .")]);
}
