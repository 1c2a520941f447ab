//! Configurations of Envoy: the examples are as they should be, and each thing that one could leave out is named.

use crate::{Channel, check, parse};

const ALL: &str = include_str!("../../../../examples/envoy/httproute/envoy.yaml");

fn found(yaml: &str) -> Vec<(&'static str, usize)> {
    let parsed = parse("envoy.yaml", yaml.as_bytes());
    assert_eq!(parsed.problems, []);
    let findings = check(&parsed.documents, Channel::Standard);
    findings.iter().map(|finding| (finding.problem.code, finding.position(&parsed.documents).line)).collect()
}

/// The codes for the example in which `from` is `to`.
fn changed(from: &str, to: &str) -> Vec<&'static str> {
    assert!(ALL.contains(from), "{from}");
    found(&ALL.replacen(from, to, 1)).into_iter().map(|(code, _)| code).collect()
}

#[test]
fn the_examples_have_all_that_modules_need() {
    for example in [
        ALL,
        include_str!("../../../../examples/envoy/compose/gateway.yaml"),
        include_str!("../../../../examples/envoy/header-modifier/envoy.yaml"),
        include_str!("../../../../examples/envoy/mirror/envoy.yaml"),
        include_str!("../../../../examples/envoy/redirect/envoy.yaml"),
        include_str!("../../../../examples/envoy/url-rewrite/envoy.yaml"),
        include_str!("../../../../examples/envoy/weighted-split/envoy.yaml"),
    ] {
        assert_eq!(found(example), [], "{}", example.lines().next().unwrap_or_default());
    }
}

#[test]
fn what_lets_requests_slip_past_a_rule_is_named() {
    for (from, to, code) in [
        ("prefix: x-httproute- ", "prefix: x-other- ", "ForgedClusterHeader"),
        ("normalize_path: true", "normalize_path: false", "PathsNotNormalised"),
        ("path_with_escaped_slashes_action: UNESCAPE_AND_REDIRECT", "", "PathsNotNormalised"),
        ("failure_policy: FAIL_RELOAD", "failure_policy: FAIL_OPEN", "FailOpen"),
        (", headers: [{ name: x-httproute-cluster, present_match: true }]", "", "UnmarkedRoute"),
        (
            "{ name: x-httproute-cluster, present_match: true }",
            "{ name: x-httproute-cluster, present_match: false }",
            "UnmarkedRoute",
        ),
        ("-proto, x-forwarded-proto]", "-proto]", "NoRouteWithoutProto"),
        ("- match: { prefix: / }\n", "- match: { prefix: /status }\n", "UpgradesNotRefused"),
        (
            "domains: [\"*\"]\n",
            "domains: [\"*.example\"]\n                      routes: []\n                    - name: more\n                      domains: [\"*\"]\n",
            "NoRouteForRules",
        ),
    ] {
        assert_eq!(changed(from, to), [code], "{from}");
    }
}

#[test]
fn a_native_route_comes_after_those_of_the_module_or_matches_what_they_do_not() {
    let routes = "                      routes:\n";
    let native = |matches: &str| {
        format!(
            "{routes}                        - match: {{ prefix: /status{matches} }}\n                          route: {{ cluster: web }}\n"
        )
    };
    assert_eq!(changed(routes, &native("")), ["NativeRouteFirst"]);
    let one = "{ name: x-httproute-cluster, present_match: true, invert_match: true }";
    let other = "{ name: x-httproute-cluster-without-proto, present_match: false }";
    assert_eq!(changed(routes, &native(&format!(", headers: [{one}]"))), ["NativeRouteFirst"]);
    assert_eq!(changed(routes, &native(&format!(", headers: [{one}, {other}]"))), [""; 0]);
    let last = "                http_filters:\n";
    let after = format!(
        "                        - match: {{ prefix: / }}\n                          route: {{ cluster: web }}\n{last}"
    );
    assert_eq!(changed(last, &after), [""; 0]);
}

#[test]
fn a_rewrite_by_a_module_alone_needs_one_route() {
    let alone = include_str!("../../../../examples/envoy/url-rewrite/envoy.yaml");
    let last = "                http_filters:\n";
    let two = alone.replacen(last, &format!("                        - match: {{ prefix: /api }}\n                          route: {{ cluster: web }}\n{last}"), 1);
    assert_eq!(found(&two).into_iter().map(|(code, _)| code).collect::<Vec<_>>(), ["RewriteChoosesRoute"]);
}

#[test]
fn what_has_no_module_is_passed_over() {
    assert_eq!(found("static_resources:\n  listeners: []\n"), []);
    assert_eq!(found("admin: {}\n").len(), 2, "that is no configuration of Envoy as far as one can see");
}
