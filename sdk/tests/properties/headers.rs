//! Header modifiers on header maps, rule and backend, request and response.

use std::collections::BTreeMap;

use httproute_sdk::HeaderLines;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::documents::{carry_out, of_rule, send, service};
use crate::model::Request;
use crate::{cases, observe};

/// A header map: the values of each name in lower case, in order.
type Map = BTreeMap<String, Vec<Vec<u8>>>;

/// The names come in any case.
const NAMES: [[&str; 2]; 4] = [["x-a", "X-A"], ["x-b", "X-b"], ["x-c", "x-C"], ["user-agent", "User-Agent"]];
const VALUES: [&str; 4] = ["one", "two", "bar,baz", "%REQ(x-a)% \"{}\""];

/// `HTTPHeaderFilter`: "Only one action for a given header name is permitted."
#[derive(Clone, Debug, Default)]
pub(crate) struct Modifier {
    set: Vec<(&'static str, &'static str)>,
    add: Vec<(&'static str, &'static str)>,
    remove: Vec<&'static str>,
}

impl Modifier {
    pub(crate) fn to_json(&self) -> Value {
        let list = |entries: &[(&str, &str)]| -> Value {
            entries.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
        };
        json!({ "set": list(&self.set), "add": list(&self.add), "remove": self.remove })
    }

    pub(crate) fn apply(&self, map: &mut Map) {
        // "Set overwrites the request with the given header (name, value) before the action."
        for (name, value) in firsts(&self.set) {
            map.insert(name, vec![value.into()]);
        }
        // "It appends to any existing values associated with the header name."
        for (name, value) in firsts(&self.add) {
            map.entry(name).or_default().push(value.into());
        }
        // "Remove the given header(s) from the HTTP request before the action. … header names are case-insensitive".
        for name in &self.remove {
            map.remove(&name.to_ascii_lowercase());
        }
    }
}

/// "If multiple entries specify equivalent header names, the first entry with an equivalent name MUST be considered for a
/// match. Subsequent entries with an equivalent header name MUST be ignored."
fn firsts<'e>(entries: &'e [(&str, &'e str)]) -> BTreeMap<String, &'e str> {
    let mut firsts = BTreeMap::new();
    for (name, value) in entries {
        firsts.entry(name.to_ascii_lowercase()).or_insert(*value);
    }
    firsts
}

pub(crate) fn modifier() -> impl Strategy<Value = Modifier> {
    let entries = |choice: usize| {
        let [lower, upper] = NAMES[choice];
        let name = || select(vec![lower, upper]);
        let value = || select(&VALUES[..]);
        prop_oneof![
            2 => Just(Modifier::default()),
            2 => (name(), value()).prop_map(|entry| Modifier { set: vec![entry], ..Modifier::default() }),
            2 => (name(), value()).prop_map(|entry| Modifier { add: vec![entry], ..Modifier::default() }),
            2 => name().prop_map(|name| Modifier { remove: vec![name], ..Modifier::default() }),
            // The API server lets equivalent names pass where they are written differently.
            1 => (value(), value()).prop_map(move |(first, second)| Modifier {
                set: vec![(upper, first), (lower, second)],
                ..Modifier::default()
            }),
            1 => (value(), value()).prop_map(move |(first, second)| Modifier {
                add: vec![(lower, first), (upper, second)],
                ..Modifier::default()
            }),
        ]
    };
    (entries(0), entries(1), entries(2), entries(3)).prop_map(|(a, b, c, d)| {
        let all = [a, b, c, d];
        Modifier {
            set: all.iter().flat_map(|part| part.set.clone()).collect(),
            add: all.iter().flat_map(|part| part.add.clone()).collect(),
            remove: all.iter().flat_map(|part| part.remove.clone()).collect(),
        }
    })
}

/// The header map of these lines; pseudo-headers belong to it.
pub(crate) fn map(lines: &[(Vec<u8>, Vec<u8>)]) -> Map {
    let mut map = Map::new();
    for (name, value) in lines {
        let name = String::from_utf8(name.to_ascii_lowercase()).unwrap();
        map.entry(name).or_default().push(value.clone());
    }
    map
}

/// "Multiple values … comma-separated": a proxy may send a header as one line or as several, in the same order.
pub(crate) fn joined(map: &Map) -> BTreeMap<String, Vec<u8>> {
    map.iter().map(|(name, values)| (name.clone(), values.join(&b","[..]))).collect()
}

/// The lines of a request as the core holds them.
pub(crate) fn lines(request: &Request) -> HeaderLines {
    request.view(|view| view.headers().iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect())
}

/// Lines that a client or a backend sends.
pub(crate) fn sent_lines() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    let value = prop_oneof![select(&VALUES[..]).prop_map(|value| value.into()), Just(b"\xff".to_vec())];
    let name = select(&NAMES[..]).prop_flat_map(|names| select(names.to_vec()));
    prop::collection::vec((name, value), 0..=5)
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn the_modifiers_of_rule_and_backend_do_what_the_text_says(
        of_rule_level in modifier(),
        of_backend in modifier(),
        of_response in modifier(),
        headers in sent_lines(),
        response in sent_lines(),
    ) {
        let rule = json!({
            "filters": [
                { "type": "RequestHeaderModifier", "requestHeaderModifier": of_rule_level.to_json() },
                { "type": "ResponseHeaderModifier", "responseHeaderModifier": of_response.to_json() },
            ],
            "backendRefs": [{
                "name": "backend",
                "port": 80,
                "filters": [{ "type": "RequestHeaderModifier", "requestHeaderModifier": of_backend.to_json() }],
            }],
        });
        let request = Request { headers, ..Request::get("example.com", "/a?b") };
        let (_, sent) = send(&rule, &request).unwrap();
        let mut expected = map(&lines(&request));
        of_rule_level.apply(&mut expected);
        of_backend.apply(&mut expected);
        prop_assert_eq!(joined(&map(&sent)), joined(&expected));

        let mut answer: HeaderLines =
            response.into_iter().map(|(name, value)| (name.as_bytes().to_vec(), value)).collect();
        let mut expected = map(&answer);
        of_response.apply(&mut expected);
        let routes = observe::decoded(&crate::documents::of_rule(&rule));
        carry_out(&routes, &request, 1, |plan, _| {
            // A response phase has nothing but the decision.
            let later = observe::response_headers(&routes, plan.decision, plan.preflight);
            assert_eq!(later, plan.response_headers.concat());
            plan.respond(&mut answer).unwrap();
        });
        prop_assert_eq!(joined(&map(&answer)), joined(&expected));
    }
}

/// A header filter of one backend is executed "if and only if the request is being forwarded to the backend defined here".
#[test]
fn the_filters_of_a_backend_are_those_of_the_chosen_one() {
    let backend = |name: &str| {
        let set = json!({ "set": [{ "name": "x-backend", "value": name }] });
        let filter = json!({ "type": "RequestHeaderModifier", "requestHeaderModifier": set });
        json!({ "name": name, "port": 80, "filters": [filter] })
    };
    let rule = json!({ "backendRefs": [backend("one"), backend("two"), service("plain")] });
    let routes = observe::decoded(&of_rule(&rule));
    let request = Request::get("example.com", "/");
    let mut seen = BTreeMap::new();
    for seed in 0..100 {
        let (cluster, header) = carry_out(&routes, &request, seed, |_, outcome| match outcome {
            httproute_sdk::Outcome::Forwarded { cluster, headers } => {
                (cluster.unwrap().to_owned(), map(&headers).remove("x-backend"))
            }
            answered => panic!("{answered:?}"),
        });
        *seen.entry((cluster, header)).or_insert(0) += 1;
    }
    let expected = [("shop/one/80", Some("one")), ("shop/plain/80", None), ("shop/two/80", Some("two"))];
    let expected =
        expected.map(|(cluster, header)| (cluster.to_owned(), header.map(|name| vec![name.into()])));
    assert_eq!(seen.into_keys().collect::<Vec<_>>(), expected);
}

/// The CRD gives `remove` no pattern; still a module can neither remove nor set what is no header.
#[test]
fn pseudo_headers_are_out_of_reach() {
    for modifier in [
        json!({ "remove": [":path"] }),
        json!({ "remove": [":authority", ":method", ":scheme"] }),
        json!({ "set": [{ "name": ":path", "value": "/admin" }] }),
        json!({ "add": [{ "name": ":path", "value": "/admin" }] }),
    ] {
        let rule = json!({
            "filters": [{ "type": "RequestHeaderModifier", "requestHeaderModifier": modifier }],
            "backendRefs": [service("backend")],
        });
        let document = of_rule(&rule).to_string();
        let (routes, problems) = httproute_sdk::Routes::decode(document.as_bytes()).unwrap();
        assert!(!problems.is_empty(), "{modifier}");
        let request = Request::get("example.com", "/a");
        match crate::documents::sent(&routes, &request) {
            Err(status) => assert_eq!(status, 500, "{modifier}"),
            Ok((_, sent)) => assert_eq!(map(&sent), map(&lines(&request)), "{modifier}"),
        }
    }
}
