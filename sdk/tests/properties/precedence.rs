//! The rule that the core picks is the rule that the oracle picks.

use httproute_sdk::NoRule;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::matching::{self, PRECEDENCE, Verdict};
use crate::predicates::is_host;
use crate::requests::request;
use crate::strategies::configuration;
use crate::{cases, observe};

/// With 22 requests for each configuration on average, the ordinary run compares more than 100,000 pairs.
const CONFIGURATIONS: u32 = 5_000;
const REQUESTS: std::ops::RangeInclusive<usize> = 0..=44;

proptest! {
    #![proptest_config(cases(CONFIGURATIONS))]

    #[test]
    fn the_core_picks_the_same_rule_as_the_oracle(
        configuration in configuration(),
        requests in prop::collection::vec(request(), REQUESTS),
    ) {
        let routes = observe::compiled(&configuration);
        for request in &requests {
            let expected = matching::verdict(&configuration, request);
            prop_assert_eq!(observe::verdict(&routes, request), expected, "{:?}", request);
        }
    }
}

proptest! {
    #![proptest_config(cases(500))]

    /// Not only the winner: all matches that the request satisfies are in the oracle's order.
    #[test]
    fn the_core_ranks_the_losers_as_the_oracle_does(
        configuration in configuration(),
        requests in prop::collection::vec(request(), 0..=20),
    ) {
        let routes = observe::compiled(&configuration);
        // What is no host belongs to no listener.
        for request in requests.iter().filter(|request| is_host(&request.authority)) {
            // A misdirected request is for a listener of another filter chain, where no route of this one is attached.
            let misdirected = matching::is_misdirected(&configuration, request);
            let candidates = matching::candidates(&configuration, request);
            let candidates = if misdirected { Vec::new() } else { candidates };
            let expected: Vec<_> = candidates.into_iter().map(|candidate| candidate.place()).collect();
            prop_assert_eq!(observe::matching_contenders(&routes, request), expected, "{:?}", request);
        }
    }
}

/// A comparison is worth as much as the cases that it sees: every criterion of the precedence has to decide some contests,
/// and every outcome has to come up.
#[test]
fn the_generated_contests_are_decided_by_every_criterion() {
    let mut runner = TestRunner::deterministic();
    let mut decided = [0usize; PRECEDENCE.len()];
    let (mut ruled, mut unmatched, mut misdirected, mut dotted, mut bad_host) = (0, 0, 0, 0, 0);
    for _ in 0..600 {
        let configuration = configuration().new_tree(&mut runner).unwrap().current();
        for _ in 0..20 {
            let request = request().new_tree(&mut runner).unwrap().current();
            match matching::verdict(&configuration, &request) {
                Verdict::Rule { .. } => ruled += 1,
                Verdict::NoRule(NoRule::Unmatched) => unmatched += 1,
                Verdict::NoRule(NoRule::Misdirected) => misdirected += 1,
                Verdict::NoRule(NoRule::DotSegment) => dotted += 1,
                Verdict::NoRule(NoRule::BadHost) => bad_host += 1,
                Verdict::NoRule(reason @ (NoRule::Broken | NoRule::TooCostly)) => {
                    panic!("{reason:?}: {configuration:?}")
                }
            }
            if let [first, second, ..] = &matching::candidates(&configuration, &request)[..] {
                let differs = |(_, criterion): &(_, matching::Criterion)| criterion(first, second).is_ne();
                decided[PRECEDENCE.iter().position(differs).unwrap()] += 1;
            }
        }
    }
    for ((name, _), count) in PRECEDENCE.iter().zip(decided) {
        assert!(count >= 20, "{name} decided {count} contests: {decided:?}");
    }
    for (outcome, count) in [ruled, unmatched, misdirected, dotted, bad_host].into_iter().enumerate() {
        assert!(count >= 200, "outcome {outcome} came up {count} times");
    }
}
