//! What people get wrong at first: each message names file, line, cause and remedy.

use crate::run::{Directory, route};

/// Checks a file of this content: a problem begins like this, and all these words are in what is said of it.
#[track_caller]
fn check(content: impl AsRef<[u8]>, start: &str, words: &[&str]) {
    let ran = Directory::with("route.yaml", content).run(&["check", "-f", "route.yaml"]);
    ran.says(1, &[start]);
    let problems = ran.stdout.split("\n\n");
    let problem = problems.into_iter().find(|problem| problem.starts_with(start)).unwrap_or_default();
    assert!(words.iter().all(|word| problem.contains(word)), "{words:?} in {}", ran.stdout);
}

#[test]
fn a_member_at_the_wrong_indentation() {
    let spec = "spec:\n  rules:\n  - backendRefs:\n    - name: cart\n     port: 8080\n";
    check(route(spec), "route.yaml:8:", &["error[Indentation]", "hint:", "number of spaces"]);
}

#[test]
fn a_list_item_that_slipped_out_of_its_list() {
    let spec = "spec:\n  rules:\n  - matches:\n    - path: {value: /cart}\n  backendRefs:\n  - {name: cart, port: 8080}\n";
    check(
        route(spec),
        "route.yaml:8:3: error[UnknownField]",
        &["hint: backendRefs belongs to a rule: check the indentation"],
    );
}

#[test]
fn a_name_of_another_api() {
    let spec =
        "spec:\n  rules:\n  - matches:\n    - pathPrefix: /cart\n    backendRefs: [{name: cart, port: 80}]\n";
    check(
        route(spec),
        "route.yaml:7:7: error[UnknownField]",
        &["pathPrefix", "hint: write `path: {type: PathPrefix"],
    );
}

#[test]
fn a_backend_without_port() {
    let spec = "spec:\n  rules:\n  - backendRefs:\n    - name: cart\n";
    check(route(spec), "route.yaml:7:7: error[Missing", &["port", "hint:"]);
}

#[test]
fn a_redirect_with_a_status_that_is_none() {
    let spec = "spec:\n  rules:\n  - filters:\n    - type: RequestRedirect\n      requestRedirect: {statusCode: 304}\n";
    check(route(spec), "route.yaml:8:37: error[", &["304", "301", "hint:"]);
}

#[test]
fn a_negative_weight() {
    let spec = "spec:\n  rules:\n  - backendRefs:\n    - {name: cart, port: 80, weight: -1}\n";
    check(route(spec), "route.yaml:7:38: error[OutOfRange]: weight is -1", &["^^", "hint: use 0"]);
}

#[test]
fn a_tab() {
    check(
        route("spec:\n\trules: []\n"),
        "route.yaml:5:1: error[TabIndentation]",
        &["hint: indent with spaces"],
    );
}

#[test]
fn an_empty_file() {
    check("", "route.yaml:1:1: error[NoObjects]: the file is empty", &["hint:"]);
}

#[test]
fn a_binary_file() {
    check([0x7f, b'E', b'L', b'F', 0, 0xff], "route.yaml:1:6: error[NotText]", &["hint:"]);
    check([0xff, 0xfe, b'a', 0], "route.yaml:1:1: error[NotText]", &["UTF-16", "UTF-8"]);
    check(b"kind: Servic\xe9\n", "route.yaml:1:13: error[NotText]", &["UTF-8"]);
}

#[test]
fn an_old_version_of_the_api() {
    let old = route("spec: {}\n").replace("/v1\n", "/v1alpha2\n");
    check(old, "route.yaml:1:13: error[", &["v1alpha2", "hint:", "gateway.networking.k8s.io/v1"]);
}

#[test]
fn several_mistakes_are_told_at_once() {
    let spec = "spec:\n  rules:\n  - backendRefs:\n    - {name: cart, port: 0}\n    - {name: cart, weight: 2, port: 80, wieght: 1}\n";
    let directory = Directory::with("a.yaml", route(spec));
    directory.add("b.yaml", "kind: [\n");
    let ran = directory.run(&["check", "-f", "."]);
    ran.says(1, &["a.yaml:7:", "a.yaml:8:", "did you mean", "b.yaml:", "in 2 files with 1 object"]);
}

/// A rule of these lines, in a route of a file.
fn rule(lines: &str) -> String {
    route(&format!("spec:\n  rules:\n  - {lines}\n"))
}

#[test]
fn a_helm_template_that_has_not_been_rendered() {
    let hint = "hint: render the template first: `helm template . | httproute check -f -`";
    let whole = "{{- if .Values.httpRoute.enabled }}\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: {{ include \"app.fullname\" . }}\n{{- end }}\n";
    check(whole, "route.yaml:1:1: error[Template]: this is a template that has not been rendered", &[hint]);
    check(route("spec: {}\n").replace("name: cart", "name: {{ .Release.Name }}"), "route.yaml:3:", &[hint]);
    let within = route(
        "spec:\n  {{- with .Values.hostnames }}\n  hostnames: {{ toYaml . | nindent 4 }}\n  {{- end }}\n",
    );
    check(within, "route.yaml:5:3: error[Template]", &[hint]);
    // In quotes it is text, and what is wrong with it has another remedy.
    let quoted = route("spec:\n  hostnames: [\"{{ .Values.host }}\"]\n");
    check(quoted, "route.yaml:5:15: error[InvalidHostname]", &[hint]);
}

#[test]
fn a_file_that_git_could_not_merge() {
    let conflict = "spec:\n<<<<<<< HEAD\n  hostnames: [a.example.com]\n=======\n  hostnames: [b.example.com]\n>>>>>>> main\n";
    check(route(conflict), "route.yaml:5:1: error[MergeConflict]", &["Git", "hint: keep one version"]);
}

#[test]
fn inputs_of_helm_and_kustomize_are_skipped_and_named_once() {
    let directory = Directory::with("route.yaml", route("spec: {}\n"));
    directory.add("kustomization.yaml", "resources: [route.yaml]\n");
    directory.add("Chart.yaml", "name: shop\n");
    directory.add("values.yaml", "replicas: 3\n");
    directory.add("values-prod.yaml", "replicas: 3\n");
    let ran = directory.run(&["check", "-f", "."]);
    ran.says(
        0,
        &[
            "warning[Skipped]",
            "./Chart.yaml",
            "./kustomization.yaml",
            "./values.yaml",
            "./values-prod.yaml",
            "helm template",
        ],
    );
    assert_eq!(ran.stdout.matches("Skipped").count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("in 1 file with 1 object"), "{}", ran.stdout);
    let only = Directory::with("kustomization.yaml", "resources: []\n");
    let ran = only.run(&["check", "-f", "."]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("kubectl kustomize . | httproute"), "{}", ran.stderr);
}

#[test]
fn a_group_that_is_called_core() {
    let grant = "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: a}\nspec:\n  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: b}]\n  to: [{group: core, kind: Service}]\n";
    let ran = Directory::with("route.yaml", grant).run(&["check", "-f", "route.yaml"]);
    ran.says(
        0,
        &[
            "route.yaml:6:16: warning[UnknownGroup]: there is no API group \"core\"",
            "hint: write `group: \"\"`",
        ],
    );
}

/// Runs a check that has a warning, and no error of this code.
#[track_caller]
fn warns(content: impl AsRef<[u8]>, words: &[&str]) {
    Directory::with("route.yaml", content).run(&["check", "-f", "route.yaml"]).says(0, words);
}

#[test]
fn a_path_and_a_header_in_two_items() {
    let matches = rule("matches:\n    - path: {value: /cart}\n    - headers: [{name: x-a, value: b}]");
    warns(
        matches,
        &[
            "route.yaml:8:7: warning[Alternatives]: the path and the headers are alternatives",
            "hint: to ask for both, write them in one item",
        ],
    );
    let together = rule(
        "matches:\n    - path: {value: /cart}\n      headers: [{name: x-a, value: b}]\n    - path: {value: /b}",
    );
    let ran = Directory::with("route.yaml", together).run(&["check", "-f", "route.yaml"]);
    assert!(!ran.stdout.contains("Alternatives"), "{}", ran.stdout);
}

#[test]
fn a_path_that_clients_send_in_another_way() {
    check(
        rule("matches: [{path: {value: \"/my cart\"}}]"),
        "route.yaml:6:30: error[InvalidPath]: the path \"/my cart\" must not contain a space",
        &["hint: write it as clients send it: /my%20cart"],
    );
    check(
        rule("matches: [{path: {value: /käse}}]"),
        "route.yaml:6:30: error[InvalidPath]: the path \"/käse\" must hold ASCII characters only",
        &["hint: write it as clients send it: /k%C3%A4se"],
    );
    warns(
        rule("matches: [{queryParams: [{name: q, value: \"a b\"}]}]"),
        &["warning[NotEncoded]", "hint: write a%20b, or a+b"],
    );
}

#[test]
fn a_pattern_in_a_path_that_is_none() {
    warns(
        rule("matches: [{path: {value: /api/*}}]"),
        &[
            "route.yaml:6:30: warning[LiteralPattern]: the path \"/api/*\" is compared literally",
            "hint: write `type: PathPrefix` and `value: /api`",
        ],
    );
    warns(
        rule("matches: [{path: {type: Exact, value: \"/cart/.*\"}}]"),
        &["warning[LiteralPattern]", "hint: write `type: PathPrefix` and `value: /cart`"],
    );
}

#[test]
fn an_empty_value_of_a_query_parameter() {
    check(
        rule("matches: [{queryParams: [{name: q, value: \"\"}]}]"),
        "route.yaml:6:47: error[InvalidValue]: value is empty",
        &["hint: to match any value, write `type: RegularExpression` and `value: \".*\"`"],
    );
}

#[test]
fn a_value_that_ends_in_a_line_break() {
    let block = "filters:\n    - type: RequestHeaderModifier\n      requestHeaderModifier:\n        set:\n        - name: x-a\n          value: |\n            b";
    check(
        rule(block),
        "route.yaml:12:13: error[InvalidHeaderValue]",
        &["hint: the value ends in a line break", "`|-`"],
    );
    warns(
        rule("matches:\n    - path:\n        type: RegularExpression\n        value: |\n          /a"),
        &["warning[LineBreak]", "\"/a⏎\"", "`|-`"],
    );
}

#[test]
fn a_weight_in_percent() {
    check(
        rule("backendRefs: [{name: a, port: 80, weight: 90%}]"),
        "route.yaml:6:47: error[WrongType]: weight must be a whole number",
        &["hint: write `weight: 90`"],
    );
}

#[test]
fn a_new_path_without_its_type() {
    for (kind, member, place) in [
        ("URLRewrite", "urlRewrite", "route.yaml:6:53"),
        ("RequestRedirect", "requestRedirect", "route.yaml:6:63"),
    ] {
        check(
            rule(&format!("filters: [{{type: {kind}, {member}: {{path: /new}}}}]")),
            place,
            &[
                "error[WrongType]: path must be an object",
                "hint: write `path: {type: ReplaceFullPath, replaceFullPath: /new}`",
            ],
        );
    }
}

#[test]
fn a_timeout_without_a_unit() {
    check(
        rule("timeouts: {request: 30}"),
        "route.yaml:6:25: error[WrongType]: request must be a string",
        &["hint: write it with a unit: `request: 30s`"],
    );
    check(rule("timeouts: {request: \"30\"}"), "route.yaml:6:25: error[InvalidDuration]", &["30s"]);
}

#[test]
fn objects_of_other_apis() {
    for (group, kind) in [("networking.istio.io/v1", "VirtualService"), ("networking.k8s.io/v1", "Ingress")] {
        let object = format!("apiVersion: {group}\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{}}\n");
        warns(object, &["route.yaml:2:7: warning[UnsupportedKind]", kind, "hint: write it as an HTTPRoute"]);
    }
}

#[test]
fn names_with_a_slip() {
    let manifests = "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public}
spec: {gatewayClassName: a, listeners: [{name: web, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: a}
spec:
  parentRefs: [{name: publik}]
  rules:
  - backendRefs: [{name: crat, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {ports: [{port: 80}]}
";
    warns(
        manifests,
        &[
            "there is no Gateway default/publik",
            "did you mean public?",
            "there is no Service default/crat",
            "did you mean cart?",
        ],
    );
}

/// No message refers to a page that is not at hand, or shows a line break as two signs.
#[test]
fn messages_need_no_other_page() {
    let ran =
        Directory::with("route.yaml", rule("matches: [{path: {type: RegularExpression, value: '/\\d('}}]"))
            .run(&["check", "-f", "route.yaml"]);
    ran.says(1, &["error[InvalidRegex]: \"/\\d(\" is no regular expression", "look-around"]);
    assert!(!ran.stdout.contains("docs/"), "{}", ran.stdout);
}
