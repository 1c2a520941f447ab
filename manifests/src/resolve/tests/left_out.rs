//! Nothing is left out without a word.

use serde_json::Value;

use crate::{Channel, Document, Options, ParseProblem, Parsed, Resolution, judge, parse};

const SHOP: &str = include_str!("left_out.yaml");

/// Listeners and routes that are in the manifests and not in what a proxy gets, each with its document.
fn left_out(documents: &[Document], resolution: &Resolution) -> Vec<(usize, String)> {
    let mut left_out = Vec::new();
    let text = |value: &Value, pointer: &str| {
        value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    for (number, Document { value, .. }) in documents.iter().enumerate() {
        let namespace = Some(text(value, "/metadata/namespace")).filter(|namespace| !namespace.is_empty());
        let name = format!("{}/{}", namespace.as_deref().unwrap_or("shop"), text(value, "/metadata/name"));
        let listeners = value.pointer("/spec/listeners").and_then(Value::as_array).into_iter().flatten();
        for listener in listeners {
            let listener = format!("{name}/{}", text(listener, "/name"));
            let mut served = resolution.chains.iter().flat_map(|chain| &chain.listeners);
            if !served.any(|served| served.to_string() == listener) {
                left_out.push((number, listener));
            }
        }
        if text(value, "/kind") == "HTTPRoute" {
            let served = resolution.chains.iter().any(|chain| {
                let routes = chain.configuration["routes"].as_array().unwrap();
                let same = |route: &&Value| text(route, "/metadata/name") == text(value, "/metadata/name");
                routes.iter().find(same).is_some_and(|route| route["spec"] == value["spec"])
            });
            if !served {
                left_out.push((number, name));
            }
        }
    }
    left_out
}

#[test]
fn whatever_a_proxy_does_not_get_is_reported() {
    let documents = parse("shop.yaml", SHOP.as_bytes()).documents;
    let options = Options { namespace: "shop".into(), ..Options::default() };
    let judged = |documents: &[Document]| {
        let parsed = Parsed { documents: documents.to_vec(), problems: Vec::<ParseProblem>::new() };
        judge(&parsed, Channel::Standard, &options)
    };
    let (problems, resolution) = judged(&documents);
    assert_eq!(left_out(&documents, &resolution), []);
    assert!(problems.is_empty(), "{problems:?}");
    let values = [
        "null",
        "3",
        "\"\"",
        "\"x\"",
        "\"443\"",
        "80.5",
        "[]",
        "{}",
        "[null]",
        "{\"x\": \"y\"}",
        "true",
        "65536",
    ];
    for (number, document) in documents.iter().enumerate() {
        for (pointer, value) in
            document.positions.keys().flat_map(|pointer| values.map(|value| (pointer, value)))
        {
            let mut mutated = documents.clone();
            *mutated[number].value.pointer_mut(pointer).unwrap() = serde_json::from_str(value).unwrap();
            let (problems, resolution) = judged(&mutated);
            for (document, name) in left_out(&mutated, &resolution) {
                // What is about no document, as that there is no Gateway at all, is about all routes.
                assert!(
                    problems.iter().any(|problem| problem.document.is_none_or(|place| place == document)),
                    "{pointer} of document {number} is {value}: no word of {name}\n{problems:#?}"
                );
            }
        }
    }
}
