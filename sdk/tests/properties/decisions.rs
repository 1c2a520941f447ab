//! A decision stands for its plan, wherever it travels.

use httproute_sdk::extension::Registry;
use httproute_sdk::{Decision, Draw, NoRule, Routes};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::decorated::decorated;
use crate::documents::{of_rule, service};
use crate::model::Request;
use crate::requests::request;
use crate::{cases, matching, observe};

fn decision() -> impl Strategy<Value = Decision> {
    // `u32::MAX` stands for no listener.
    let listener = prop_oneof![Just(None), Just(Some(u32::MAX - 1)), (0..4u32).prop_map(Some)];
    let index = || prop_oneof![3 => 0..4u32, 1 => any::<u32>()];
    let rule = (listener, index(), index(), any::<u64>())
        .prop_map(|(listener, rule, matched, seed)| Decision::Rule { listener, rule, matched, seed });
    let reasons = [
        NoRule::Unmatched,
        NoRule::Misdirected,
        NoRule::DotSegment,
        NoRule::Broken,
        NoRule::BadHost,
        NoRule::TooCostly,
    ];
    prop_oneof![3 => rule, 1 => select(reasons.to_vec()).prop_map(Decision::NoRule)]
}

/// The preflight of a `GET` to the same place.
fn preflight(mut request: Request) -> Request {
    request.method = "OPTIONS";
    request.headers.push(("origin", b"https://a.example.com".to_vec()));
    request.headers.push(("access-control-request-method", b"GET".to_vec()));
    request
}

proptest! {
    #![proptest_config(cases(250))]

    /// Filters do not change which rule a request belongs to, and who resumes a decision comes to the same plan.
    #[test]
    fn a_resumed_decision_is_the_same_plan(
        (configuration, document) in decorated(),
        requests in prop::collection::vec((request(), prop::bool::weighted(0.2)), 0..20),
        seed in any::<u64>(),
    ) {
        let routes = observe::decoded(&document);
        for (request, is_preflight) in requests {
            let request = if is_preflight { preflight(request) } else { request };
            request.view(|view| {
                let mut draw = Draw::seeded(seed);
                let plan = routes.plan(view, &mut draw);
                // A preflight may be for the rule that the request after it will belong to, and a redirect to a host that the
                // request does not name is refused.
                let is_told = !is_preflight && request.names_a_host();
                let expected = is_told.then(|| matching::verdict(&configuration, &request));
                assert!(expected.is_none_or(|expected| observe::verdict_of(&plan) == expected), "{request:?}");
                let travelled = Decision::from_bytes(&plan.decision.to_bytes(seed), seed).unwrap();
                assert_eq!(travelled, plan.decision);
                let resumed = routes.resume(travelled, view).unwrap();
                assert_eq!(format!("{resumed:?}"), format!("{plan:?}"), "{request:?}");
                let later = observe::response_headers(&routes, plan.decision, plan.preflight);
                assert!(later == plan.response_headers.concat() || is_preflight, "{request:?}");
            });
        }
    }

    #[test]
    fn a_decision_survives_the_way_through_bytes(decision in decision(), fingerprint: u64, other: u64) {
        let bytes = decision.to_bytes(fingerprint);
        prop_assert_eq!(Decision::from_bytes(&bytes, fingerprint), Some(decision));
        prop_assert_eq!(Decision::from_bytes(&bytes, other), (other == fingerprint).then_some(decision));
    }

    #[test]
    fn bytes_that_are_no_decision_are_refused_or_read_in_one_way(
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        tag in 0..6u8,
    ) {
        let fingerprint = bytes.first_chunk().map_or(0, |chunk| u64::from_le_bytes(*chunk));
        let mut bytes = bytes;
        bytes.get_mut(8).into_iter().for_each(|byte| *byte = tag);
        if let Some(decision) = Decision::from_bytes(&bytes, fingerprint) {
            prop_assert_eq!(bytes.len(), Decision::BYTES);
            prop_assert_eq!(Decision::from_bytes(&decision.to_bytes(fingerprint), fingerprint), Some(decision));
        }
    }

    /// A decision of another configuration is no plan of this one, or one that this one could have made; never a panic.
    #[test]
    fn foreign_decisions_do_no_harm((_, document) in decorated(), decision in decision(), request in request()) {
        let routes = observe::decoded(&document);
        request.view(|view| {
            let _ = observe::response_headers(&routes, decision, false);
            if let Some(plan) = routes.resume(decision, view) {
                // A redirect that would lead to the host of a request which names none has no Location.
                let names_no_host = plan.decision == Decision::NoRule(NoRule::BadHost) && !request.names_a_host();
                assert!(plan.decision == decision || names_no_host, "{:?}", plan.decision);
                let _ = (plan.outcome(view, routes.settings()), plan.copies(view, routes.settings()));
            }
        });
    }

    /// "A number that two configurations share only if they decide alike."
    #[test]
    fn fingerprints_tell_configurations_apart((_, one) in decorated(), (_, two) in decorated()) {
        let fingerprint = |bytes: &[u8]| {
            Routes::decode_shared(bytes, &Registry::new()).unwrap().0.fingerprint().unwrap()
        };
        let bytes = one.to_string();
        prop_assert_eq!(fingerprint(bytes.as_bytes()), fingerprint(bytes.as_bytes()));
        if one != two {
            prop_assert_ne!(fingerprint(bytes.as_bytes()), fingerprint(two.to_string().as_bytes()));
        }
    }
}

/// The filters of a backend are executed "if and only if the request is being forwarded to the backend defined here": a
/// preflight is not.
#[test]
fn the_response_phase_of_a_preflight_has_nothing_of_a_backend() {
    let modifier = json!({ "set": [{ "name": "x-b", "value": "set" }] });
    let mut backend = service("backend");
    backend["filters"] = json!([{ "type": "ResponseHeaderModifier", "responseHeaderModifier": modifier }]);
    let cors = json!({ "allowOrigins": ["https://a.example.com"] });
    let rule = json!({ "filters": [{ "type": "CORS", "cors": cors }], "backendRefs": [backend] });
    let routes = observe::decoded(&of_rule(&rule));
    preflight(Request::get("example.com", "/")).view(|view| {
        let plan = routes.plan(view, &mut Draw::seeded(1));
        assert!(plan.preflight && plan.response_headers.is_empty());
        assert!(observe::response_headers(&routes, plan.decision, plan.preflight).is_empty());
    });
}
