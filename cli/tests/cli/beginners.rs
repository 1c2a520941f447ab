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
