//! Whatever is decoded, nothing panics; and what decodes can plan any request.

use httproute_sdk::{Draw, Kinds, Routes, Unmatched};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use crate::cases;
use crate::decorated::decorated;
use crate::model::Request;
use crate::requests::request;

/// Decodes, and does everything with the result that a module does.
pub(crate) fn exercise(bytes: &[u8], requests: &[Request]) {
    let Ok((routes, problems)) = Routes::decode(bytes) else { return };
    problems.iter().for_each(|problem| assert!(!problem.to_string().is_empty()));
    assert!(!routes.summary().to_string().is_empty());
    let fixed =
        [Request::get("", ""), Request::get("a.example.com:80", "/a/b?a=1"), Request::get("\u{0}", "%")];
    for request in requests.iter().chain(&fixed) {
        request.view(|view| {
            let plan = routes.plan(view, &mut Draw::seeded(1));
            let _ = (plan.outcome(view, routes.settings()), plan.copies(view, routes.settings()));
            for kinds in
                [Kinds::ALL, Kinds::BACKENDS, Kinds::HEADERS, Kinds::REDIRECT, Kinds::MIRROR, Kinds::NONE]
            {
                for unmatched in [None, Some(Unmatched::Pass), Some(Unmatched::Reject)] {
                    let reply = plan.reply(kinds, unmatched);
                    assert!(reply.is_none_or(|reply| (300..600).contains(&reply.status)));
                    assert!(!plan.passes(kinds, unmatched) || (reply.is_none() && plan.rule.is_none()));
                }
            }
            plan.respond(&mut Vec::new()).unwrap();
            let resumed = routes.resume(plan.decision, view).unwrap();
            assert_eq!(format!("{resumed:?}"), format!("{plan:?}"));
            routes.response_headers(plan.decision, plan.preflight, &mut |_| {});
        });
    }
}

/// Words that mean something somewhere.
const WORDS: [&str; 45] = [
    "version",
    "routes",
    "listeners",
    "misdirected",
    "unresolved",
    "clusterName",
    "mirrorClusterName",
    "clusterHeader",
    "mirrorHeader",
    "extensions",
    "unmatched",
    "metadata",
    "namespace",
    "name",
    "creationTimestamp",
    "spec",
    "hostnames",
    "rules",
    "matches",
    "path",
    "type",
    "value",
    "headers",
    "queryParams",
    "method",
    "filters",
    "requestHeaderModifier",
    "requestRedirect",
    "urlRewrite",
    "requestMirror",
    "set",
    "add",
    "remove",
    "backendRefs",
    "port",
    "weight",
    "percent",
    "fraction",
    "numerator",
    "denominator",
    "statusCode",
    "replacePrefixMatch",
    "kind",
    "items",
    "cors",
];

const TEXTS: [&str; 24] = [
    "",
    "/",
    "//",
    "/a",
    "*",
    "*.",
    "*.example.com",
    ".",
    "..",
    "/..",
    "a/x",
    "a",
    "Exact",
    "RegularExpression",
    "ReplacePrefixMatch",
    "{namespace}/{name}/{port}",
    "{",
    "{n}",
    "(",
    "\u{0}",
    "\u{e9}\u{10ffff}",
    "2024-02-30T25:00:00Z",
    "(a{1000}){1000}",
    "HTTPRouteList",
];

fn scalar() -> impl Strategy<Value = Value> {
    const NUMBERS: [i64; 12] =
        [-1, 0, 1, 80, 100, 302, 65_535, 65_536, 1_000_000, 1_000_001, i64::MAX, i64::MIN];
    prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        2 => select(&NUMBERS[..]).prop_map(Value::from),
        1 => select(vec![1e308, -0.0, 0.5, 1.0, 18_446_744_073_709_551_615.0]).prop_map(Value::from),
        3 => select(&TEXTS[..]).prop_map(Value::from),
        2 => select(&WORDS[..]).prop_map(Value::from),
        1 => "\\PC{0,5}".prop_map(Value::from),
    ]
}

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![6 => select(&WORDS[..]).prop_map(String::from), 1 => "\\PC{0,4}"];
    scalar().prop_recursive(6, 64, 6, move |inner| {
        let object = prop::collection::vec((key.clone(), inner.clone()), 0..6);
        prop_oneof![
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
            2 => object.prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// One thing that goes wrong in a document.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(Value),
    Remove,
    Rename(&'static str),
    Insert(&'static str, Value),
    Repeat(usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let value = || prop_oneof![4 => scalar(), 1 => arbitrary_json()];
    prop_oneof![
        4 => value().prop_map(Mutation::Replace),
        1 => Just(Mutation::Remove),
        1 => select(&WORDS[..]).prop_map(Mutation::Rename),
        1 => (select(&WORDS[..]), value()).prop_map(|(key, value)| Mutation::Insert(key, value)),
        1 => (1..200usize).prop_map(Mutation::Repeat),
    ]
}

/// The number of places in a document, each value one.
fn places(document: &Value) -> usize {
    1 + match document {
        Value::Array(items) => items.iter().map(places).sum::<usize>(),
        Value::Object(members) => members.values().map(places).sum::<usize>(),
        _ => 0,
    }
}

/// Carries the mutation out at the place with this number; `None` where it is to be removed from its parent.
fn mutate(value: Value, place: &mut usize, mutation: &Mutation) -> Option<Value> {
    let here = *place == 0;
    *place = place.wrapping_sub(1);
    match (value, mutation) {
        (_, Mutation::Replace(new)) if here => Some(new.clone()),
        (_, Mutation::Remove) if here => None,
        (Value::Object(mut members), Mutation::Insert(key, new)) if here => {
            members.insert((*key).to_owned(), new.clone());
            Some(members.into())
        }
        (Value::Object(mut members), Mutation::Rename(key)) if here => {
            let first = members.keys().next().cloned();
            let moved = first.and_then(|first| members.remove(&first)).unwrap_or_default();
            members.insert((*key).to_owned(), moved);
            Some(members.into())
        }
        (Value::Array(items), Mutation::Repeat(times)) if here => Some(vec![items; *times].concat().into()),
        (Value::Array(items), _) => {
            Some(items.into_iter().filter_map(|item| mutate(item, place, mutation)).collect())
        }
        (Value::Object(members), _) => {
            let members = members.into_iter();
            let members = members.filter_map(|(key, member)| Some((key, mutate(member, place, mutation)?)));
            Some(Value::Object(members.collect()))
        }
        (value, _) => Some(value),
    }
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        exercise(&bytes, &[]);
    }

    #[test]
    fn any_json(document in arbitrary_json(), request in request()) {
        exercise(document.to_string().as_bytes(), std::slice::from_ref(&request));
        // As a route, and as a rule, it gets further.
        let route = json!({ "routes": [{ "metadata": { "namespace": "a", "name": "x" }, "spec": document }] });
        exercise(route.to_string().as_bytes(), std::slice::from_ref(&request));
        let rule = crate::documents::of_rule(&document);
        exercise(rule.to_string().as_bytes(), std::slice::from_ref(&request));
    }

    #[test]
    fn valid_documents_with_a_few_mistakes(
        (_, document) in decorated(),
        mutations in prop::collection::vec((any::<Index>(), mutation()), 1..4),
        requests in prop::collection::vec(request(), 0..4),
    ) {
        let mut document = document;
        for (place, mutation) in &mutations {
            // The work of decoding is not the point here.
            if places(&document) < 2_000 {
                let mut place = place.index(places(&document));
                document = mutate(document, &mut place, mutation).unwrap_or_default();
            }
        }
        exercise(document.to_string().as_bytes(), &requests);
    }

    #[test]
    fn valid_documents_with_wrong_bytes(
        (_, document) in decorated(),
        flips in prop::collection::vec((any::<Index>(), any::<u8>()), 0..3),
        end in prop::option::of(any::<Index>()),
        request in request(),
    ) {
        let mut bytes = document.to_string().into_bytes();
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(end.map_or(bytes.len(), |end| end.index(bytes.len())));
        exercise(&bytes, &[request]);
    }
}

/// JSON that parsers stumble over.
#[test]
fn documents_made_to_hurt() {
    let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    let in_rule = |text: &str| {
        format!(r#"{{"routes":[{{"metadata":{{"namespace":"a","name":"x"}},"spec":{{"rules":[{text}]}}}}]}}"#)
    };
    for text in [
        deep("[", "]"),
        deep("{\"routes\":", "}"),
        in_rule(&deep("[", "]")),
        in_rule(&format!("{{\"filters\":{}}}", deep("[", "]"))),
        in_rule(&format!("{{\"matches\":[{{\"unknown\":{}}}]}}", deep("{\"a\":", "}"))),
        "\u{feff}{}".to_owned(),
        r#"{"routes":[],"routes":[]}"#.to_owned(),
        r#"{"routes":["\ud800"]}"#.to_owned(),
        in_rule(r#"{"name":"\ud800"}"#),
        in_rule(r#"{"backendRefs":[{"name":"a","port":1e400}]}"#),
        in_rule(r#"{"backendRefs":[{"name":"a","port":8e1,"weight":1.0}]}"#),
        in_rule(r#"{"backendRefs":[{"name":"a","port":80,"port":81}]}"#),
        format!("[{}]", "{},".repeat(1_000)),
        String::new(),
        " ".to_owned(),
        "null".to_owned(),
    ] {
        exercise(text.as_bytes(), &[]);
    }
}
