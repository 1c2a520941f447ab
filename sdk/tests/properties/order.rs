//! "Filters … SHOULD be executed in the order that they are specified wherever possible."

use httproute_sdk::Carrier;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::documents::{carry_out, cluster, of_rule, replacement, service};
use crate::headers::{Modifier, joined, lines, map, modifier, sent_lines};
use crate::model::Request;
use crate::paths::replace_prefix;
use crate::{cases, observe};

#[derive(Clone, Debug)]
enum Filter {
    Headers(Modifier),
    Rewrite(String),
    Mirror(usize),
}

impl Filter {
    fn to_json(&self) -> Value {
        match self {
            Filter::Headers(modifier) => {
                json!({ "type": "RequestHeaderModifier", "requestHeaderModifier": modifier.to_json() })
            }
            Filter::Rewrite(replacement) => json!({
                "type": "URLRewrite",
                "urlRewrite": {
                    "hostname": "rewritten.example.com",
                    "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": replacement },
                },
            }),
            Filter::Mirror(number) => json!({
                "type": "RequestMirror",
                "requestMirror": { "backendRef": service(&format!("mirror-{number}")) },
            }),
        }
    }
}

/// One header modifier, one rewrite (neither may be repeated) and up to six mirrors in any order.
fn filters() -> impl Strategy<Value = Vec<Filter>> {
    let once = (prop::option::of(modifier()), prop::option::of(replacement()));
    (once, 0..=6usize).prop_flat_map(|((modifier, replacement), mirrors)| {
        let filters = modifier.map(Filter::Headers).into_iter().chain(replacement.map(Filter::Rewrite));
        Just(filters.chain((0..mirrors).map(Filter::Mirror)).collect::<Vec<_>>()).prop_shuffle()
    })
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// What stands before a mirror in the list is visible to the mirror, what stands behind it is not; the backend sees all.
    #[test]
    fn every_filter_sees_the_work_of_those_before_it(
        filters in filters(),
        of_backend in prop::option::of(modifier()),
        headers in sent_lines(),
        by_proxy in any::<bool>(),
    ) {
        let mut backend = service("backend");
        if let Some(modifier) = &of_backend {
            backend["filters"] = json!([Filter::Headers(modifier.clone()).to_json()]);
        }
        let mut document = of_rule(&json!({
            "matches": [{ "path": { "type": "PathPrefix", "value": "/a" } }],
            "filters": filters.iter().map(Filter::to_json).collect::<Vec<_>>(),
            "backendRefs": [backend],
        }));
        if by_proxy {
            document["mirrorHeader"] = "x-httproute-mirror-{n}".into();
        }
        let request = Request { headers, ..Request::get("example.com:81", "/a/b?c") };

        let mut state = map(&lines(&request));
        let mut expected_copies = Vec::new();
        for filter in &filters {
            match filter {
                Filter::Headers(modifier) => modifier.apply(&mut state),
                Filter::Rewrite(replacement) => {
                    let path = [&replace_prefix(b"/a/b", "/a", replacement), &b"?c"[..]].concat();
                    state.insert(":path".into(), vec![path]);
                    state.insert(":authority".into(), vec![b"rewritten.example.com".to_vec()]);
                }
                Filter::Mirror(number) => expected_copies.push((cluster(&format!("mirror-{number}")), state.clone())),
            }
        }
        of_backend.into_iter().for_each(|modifier| modifier.apply(&mut state));

        let routes = observe::decoded(&document);
        carry_out(&routes, &request, 1, |plan, outcome| {
            let httproute_sdk::Outcome::Forwarded { cluster: Some(to), headers } = outcome else {
                panic!("{outcome:?}")
            };
            assert_eq!(to, cluster("backend"));
            assert_eq!(joined(&map(&headers)), joined(&state));
            let copies = request.view(|view| plan.copies(view, routes.settings()));
            assert_eq!(copies.len(), expected_copies.len());
            let mut carried = Vec::new();
            for ((copy, mirror), (to, expected)) in copies.iter().zip(&plan.mirrors).zip(&expected_copies) {
                assert_eq!(copy.cluster, to);
                assert_eq!(joined(&map(&copy.headers)), joined(expected));
                if let Carrier::Proxy(number) = mirror.carrier {
                    // The proxy copies what it sends to the backend, so it can carry no other copy.
                    assert_eq!(joined(expected), joined(&state), "{filters:?}");
                    assert!(by_proxy && number < httproute_sdk::Settings::PROXY_MIRRORS && !carried.contains(&number));
                    carried.push(number);
                }
            }
        });
    }
}
