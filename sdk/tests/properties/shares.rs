//! Weights and sampled mirrors: over many draws the shares are those of the text.

use std::collections::BTreeMap;

use httproute_sdk::{Backend, Draw, Routes};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::documents::{cluster, of_rule, service};
use crate::model::Request;
use crate::{cases, observe};

/// Enough that a share which is off by a few percent shows.
const DRAWS: u32 = 4_000;

/// How often each outcome of `see` came up over many draws.
fn count<T: Ord>(routes: &Routes, see: impl Fn(&httproute_sdk::Plan<'_>) -> T) -> BTreeMap<T, u32> {
    let mut counts = BTreeMap::new();
    Request::get("example.com", "/").view(|view| {
        for seed in 0..u64::from(DRAWS) {
            *counts.entry(see(&routes.plan(view, &mut Draw::seeded(seed)))).or_default() += 1;
        }
    });
    counts
}

/// Whether a count is within six standard deviations of what `share` of all draws is, and a few more for shares so small
/// that they come up once in a while; nothing and all are strict.
fn is_share(count: u32, share: f64) -> bool {
    let draws = f64::from(DRAWS);
    let deviation = (draws * share * (1.0 - share)).sqrt();
    let slack = if deviation > 0.0 { 6.0 * deviation + 4.0 } else { 1e-6 };
    (f64::from(count) - draws * share).abs() <= slack
}

fn weight() -> impl Strategy<Value = u32> {
    prop_oneof![2 => Just(0), 4 => 1..=10u32, 1 => 1..=1_000_000u32, 1 => Just(1_000_000)]
}

proptest! {
    #![proptest_config(cases(80))]

    /// "weight/(sum of all weights in this BackendRefs list)"; "If weight is set to 0, no traffic should be forwarded for
    /// this entry. If unspecified, weight defaults to 1." A reference that cannot be resolved keeps its share.
    #[test]
    fn backends_get_the_share_of_their_weight(
        backends in prop::collection::vec((prop::option::of(weight()), prop::bool::weighted(0.2)), 1..=16),
    ) {
        let mut unresolved = json!({});
        let refs: Vec<Value> = backends.iter().enumerate().map(|(place, (weight, is_unresolved))| {
            let mut backend = service(&format!("backend-{place}"));
            weight.map(|weight| backend["weight"] = weight.into());
            if *is_unresolved {
                unresolved[format!("/routes/0/spec/rules/0/backendRefs/{place}")] = "BackendNotFound".into();
            }
            backend
        }).collect();
        let mut document = of_rule(&json!({ "backendRefs": refs }));
        document["unresolved"] = unresolved;
        let (routes, _) = Routes::decode(document.to_string().as_bytes()).unwrap();
        let counts = count(&routes, |plan| match plan.backend {
            Backend::Cluster(cluster) => cluster.to_owned(),
            other => format!("{other:?}"),
        });

        let sum: u32 = backends.iter().map(|(weight, _)| weight.unwrap_or(1)).sum();
        let mut expected = BTreeMap::new();
        for (place, (weight, is_unresolved)) in backends.iter().enumerate() {
            let name = if *is_unresolved { "Unresolved".to_owned() } else { cluster(&format!("backend-{place}")) };
            if sum > 0 {
                *expected.entry(name).or_insert(0.0) += f64::from(weight.unwrap_or(1)) / f64::from(sum);
            }
        }
        if sum == 0 {
            expected.insert("None".to_owned(), 1.0);
        }
        for (name, share) in &expected {
            let count = counts.get(name).copied().unwrap_or(0);
            prop_assert!(is_share(count, *share), "{} got {} of {} for {}", name, count, DRAWS, share);
        }
        prop_assert!(counts.keys().all(|name| expected.contains_key(name)), "{:?}", counts);
    }

    /// "Percent represents the percentage of requests that should be mirrored … minimum value is 0"; "Fraction represents the
    /// fraction of requests"; without either "100% of requests will be mirrored". Each mirror, and the backend, is drawn
    /// independently of the others.
    #[test]
    fn mirrors_are_sampled_each_by_itself(
        mirrors in prop::collection::vec(sample(), 1..=3),
        weights in prop_oneof![Just((1, 1)), Just((3, 1)), Just((1, 0))],
    ) {
        let filters: Vec<Value> = mirrors.iter().enumerate().map(|(place, (members, _))| {
            let mut mirror = members.clone();
            mirror["backendRef"] = service(&format!("mirror-{place}"));
            json!({ "type": "RequestMirror", "requestMirror": mirror })
        }).collect();
        let backend = |name, weight: u32| json!({ "name": name, "port": 80, "weight": weight });
        let refs = json!([backend("one", weights.0), backend("two", weights.1)]);
        let routes = observe::decoded(&of_rule(&json!({ "filters": filters, "backendRefs": refs })));
        // One bit for each mirror, and one for the first backend.
        let counts = count(&routes, |plan| {
            let to: Vec<&str> = plan.mirrors.iter().map(|mirror| mirror.cluster).collect();
            let mut bits: Vec<bool> =
                (0..mirrors.len()).map(|place| to.contains(&cluster(&format!("mirror-{place}")).as_str())).collect();
            bits.push(plan.backend == Backend::Cluster(&cluster("one")));
            bits
        });
        let first = f64::from(weights.0) / f64::from(weights.0 + weights.1);
        let shares: Vec<f64> = mirrors.iter().map(|(_, share)| *share).chain([first]).collect();
        for combination in 0..1u32 << shares.len() {
            let bits: Vec<bool> = (0..shares.len()).map(|place| combination >> place & 1 == 1).collect();
            let factors = shares.iter().zip(&bits).map(|(share, bit)| if *bit { *share } else { 1.0 - share });
            let share: f64 = factors.product();
            let count = counts.get(&bits).copied().unwrap_or(0);
            prop_assert!(is_share(count, share), "{:?} came up {} times of {} for {}", bits, count, DRAWS, share);
        }
    }

    /// "All draws of a request are taken in one documented order: first the backend": what else a rule has does not change
    /// which backend a seed stands for.
    #[test]
    fn mirrors_do_not_change_what_a_seed_means(mirrors in prop::collection::vec(sample(), 1..=3), seed in any::<u64>()) {
        let filters: Vec<Value> = mirrors.into_iter().map(|(mut mirror, _)| {
            mirror["backendRef"] = service("mirror");
            json!({ "type": "RequestMirror", "requestMirror": mirror })
        }).collect();
        let refs = json!([service("one"), service("two"), service("three")]);
        let plain = observe::decoded(&of_rule(&json!({ "backendRefs": refs })));
        let mirrored = observe::decoded(&of_rule(&json!({ "filters": filters, "backendRefs": refs })));
        Request::get("example.com", "/").view(|view| {
            let backend = |routes: &Routes| format!("{:?}", routes.plan(view, &mut Draw::seeded(seed)).backend);
            assert_eq!(backend(&plain), backend(&mirrored));
        });
    }
}

/// The members of a mirror that say how much, and the share that they stand for.
fn sample() -> impl Strategy<Value = (Value, f64)> {
    const PERCENTS: [u32; 6] = [0, 1, 10, 50, 99, 100];
    const FRACTIONS: [(u32, u32); 7] =
        [(0, 1), (1, 3), (5, 1000), (999, 1000), (1, 2_147_483_647), (7, 7), (2_000_000_000, 2_147_483_647)];
    prop_oneof![
        1 => Just((json!({}), 1.0)),
        3 => select(&PERCENTS[..]).prop_map(|percent| (json!({ "percent": percent }), f64::from(percent) / 100.0)),
        // "denominator … default 100"
        1 => select(&PERCENTS[..])
            .prop_map(|numerator| (json!({ "fraction": { "numerator": numerator } }), f64::from(numerator) / 100.0)),
        3 => select(&FRACTIONS[..]).prop_map(|(numerator, denominator)| {
            let fraction = json!({ "numerator": numerator, "denominator": denominator });
            (json!({ "fraction": fraction }), f64::from(numerator) / f64::from(denominator))
        }),
    ]
}
