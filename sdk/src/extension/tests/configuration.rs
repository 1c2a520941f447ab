//! Objects, references to them, and what can be wrong with both.

use super::*;
use crate::Severity;
use crate::testing::status;

fn told(problems: &[Problem]) -> Vec<(Severity, &str, &str)> {
    problems.iter().map(|problem| (problem.severity, problem.pointer.as_str(), problem.code)).collect()
}

/// Two rules: the first has the filter `s`, the second none.
fn two_rules(extensions: Value) -> Value {
    let backends = json!([{ "name": "svc", "port": 80 }]);
    json!({
        "extensions": extensions,
        "routes": [{ "metadata": { "namespace": "ns", "name": "r" }, "spec": { "rules": [
            { "matches": [{ "path": { "value": "/filtered" } }], "filters": [reference("s")], "backendRefs": backends },
            { "backendRefs": backends },
        ] } }],
    })
}

#[test]
fn what_is_wrong_with_an_object_is_told_at_its_place_and_only_the_rules_that_name_it_answer_500() {
    let whole = json!({ "request": [{ "set": ["a", "b"] }] });
    for (extensions, problems) in [
        (json!([object("s", whole.clone())]), vec![]),
        (
            json!([object("s", json!({ "request": [{ "set": ["a", "b"] }, { "choose": "one" }] }))]),
            vec![("/extensions/0/spec/request/1", "InvalidExtension"), ("", "UnresolvedExtension")],
        ),
        (json!([]), vec![("", "UnresolvedExtension")]),
        (
            json!([{ "apiVersion": "example.com/v1", "kind": "Script", "metadata": { "namespace": "ns", "name": "s" },
                "spec": null, "reqest": [] }]),
            vec![("/extensions/0/reqest", "InvalidExtension"), ("", "UnresolvedExtension")],
        ),
        (json!([{ "kind": "Script" }]), vec![("/extensions/0", "Missing"), ("", "UnresolvedExtension")]),
        (json!(["text"]), vec![("/extensions/0", "WrongType"), ("", "UnresolvedExtension")]),
    ] {
        let (routes, found) = decode(&two_rules(extensions.clone()));
        let reference = "/routes/0/spec/rules/0/filters/0/extensionRef";
        let expected: Vec<_> = problems
            .iter()
            .map(|&(pointer, code)| {
                (Severity::Error, if pointer.is_empty() { reference } else { pointer }, code)
            })
            .collect();
        assert_eq!(told(&found), expected, "{extensions}");
        let answer = if problems.is_empty() { 200 } else { 500 };
        assert_eq!(status(&routes, "http://a/filtered"), answer, "{extensions}");
        assert_eq!(status(&routes, "http://a/other"), 200, "one bad rule never takes the others down");
    }
}

#[test]
fn messages_name_the_object_the_mistake_and_the_remedy() {
    let (_, problems) = decode(&two_rules(json!([object("s", json!({ "request": [{ "set": "a" }] }))])));
    assert!(
        problems[0].message.starts_with("Script ns/s is not valid: invalid type: string"),
        "{}",
        problems[0]
    );
    assert_eq!(problems[1].hint, "see /extensions/0");

    let misspelt = two_rules(json!([])).to_string().replace("\"Script\"", "\"Scirpt\"");
    let (_, problems) = Routes::decode_with(misspelt.as_bytes(), &registry()).unwrap();
    assert_eq!(problems[0].hint, "did you mean \"Script\"?");

    let (_, problems) = Routes::decode(two_rules(json!([])).to_string().as_bytes()).unwrap();
    let codes: Vec<_> = problems.iter().map(|problem| (problem.code, problem.hint.as_str())).collect();
    assert_eq!(codes, [("UnresolvedExtension", "load a module that carries them out, or remove the filter")]);
    let objects = two_rules(json!([object("s", json!({}))])).to_string();
    let (_, problems) = Routes::decode(objects.as_bytes()).unwrap();
    let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["UnusedExtension", "UnresolvedExtension"]);
}

#[test]
fn objects_that_do_nothing_are_warned_of() {
    let script = json!({});
    let other = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "x" }, "data": {} });
    let extensions =
        json!([object("s", script.clone()), object("s", script.clone()), object("t", script), other]);
    let (routes, problems) = decode(&two_rules(extensions));
    let expected = [
        (Severity::Warning, "/extensions/1", "DuplicateName"),
        (Severity::Warning, "/extensions/3", "UnusedExtension"),
        (Severity::Warning, "/extensions/2", "UnusedExtension"),
    ];
    assert_eq!(told(&problems), expected);
    assert_eq!(status(&routes, "http://a/filtered"), 200);
}

#[test]
fn an_object_is_of_the_namespace_of_the_route_and_of_any_version_and_needs_no_spec() {
    let mut elsewhere = object("s", json!({}));
    elsewhere["metadata"]["namespace"] = json!("other");
    let (routes, _) = decode(&two_rules(json!([elsewhere])));
    assert_eq!(status(&routes, "http://a/filtered"), 500, "another namespace's");

    let mut bare = object("s", json!({}));
    let members = bare.as_object_mut().unwrap();
    members.remove("spec");
    members.insert("apiVersion".into(), json!("example.com/v9alpha1"));
    members.insert("request".into(), json!([{ "answer": [418, "whole"] }]));
    let (routes, problems) = decode(&two_rules(json!([bare])));
    assert_eq!(problems, []);
    assert_eq!(status(&routes, "http://a/filtered"), 418);
}

#[test]
fn a_reference_is_whole_or_wrong() {
    for (reference, pointer, code) in [
        (json!({ "kind": "Script", "name": "s" }), "", "Missing"),
        (json!({ "group": "example.com", "kind": 5, "name": "s" }), "/kind", "WrongType"),
        (
            json!({ "group": "example.com", "kind": "Script", "name": "s", "namespace": "ns" }),
            "/namespace",
            "UnknownField",
        ),
    ] {
        let mut configuration = two_rules(json!([object("s", json!({}))]));
        *configuration.pointer_mut("/routes/0/spec/rules/0/filters/0/extensionRef").unwrap() = reference;
        let (routes, problems) = decode(&configuration);
        let pointer = format!("/routes/0/spec/rules/0/filters/0/extensionRef{pointer}");
        assert!(told(&problems).contains(&(Severity::Error, &pointer, code)), "{problems:?}");
        assert_eq!(status(&routes, "http://a/filtered"), 500);
    }
}

#[test]
fn a_kind_of_which_the_code_is_elsewhere_is_told_of_and_changes_nothing() {
    let registry = Registry::new().with_unknown("example.com", "Script");
    let extensions = json!([object("s", json!({ "anything": true }))]);
    let configuration = two_rules(extensions).to_string();
    let (routes, problems) = Routes::decode_with(configuration.as_bytes(), &registry).unwrap();
    assert_eq!(problems, []);
    crate::testing::get(&routes, "http://a/filtered", |plan| {
        let names: Vec<String> = plan.undecided().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["Script ns/s"]);
        assert_eq!(plan.backend, crate::Backend::Cluster("ns/svc/80"));
    });
    crate::testing::get(&routes, "http://a/other", |plan| assert!(plan.undecided().is_empty()));
}
