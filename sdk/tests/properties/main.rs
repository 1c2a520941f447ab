//! Properties of the core, checked on generated configurations and requests.
//!
//! What is expected comes from oracles ([`matching`], [`predicates`], [`paths`]) that are written from the text of the Gateway API alone and
//! share no code with the core: naive on purpose, one sentence of the specification after the other.
//!
//! `PROPTEST_CASES` sets how many configurations each property is checked on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod broken;
mod decisions;
mod decorated;
mod documents;
mod dots;
mod examples;
mod headers;
mod listeners;
mod matching;
mod model;
mod observe;
mod order;
mod paths;
mod precedence;
mod predicates;
mod redirects;
mod requests;
mod rewrites;
mod robustness;
mod shares;
mod strategies;
mod written;

use proptest::test_runner::{Config, RngAlgorithm};

/// The settings of a property that is checked on `cases` configurations where `PROPTEST_CASES` says nothing else.
pub(crate) fn cases(cases: u32) -> Config {
    let environment = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { environment.cases } else { cases };
    Config {
        cases,
        // What was found once becomes an example with a name, not a file of seeds.
        failure_persistence: None,
        // The default generator takes half of the time of an unoptimised run.
        rng_algorithm: RngAlgorithm::XorShift,
        ..environment
    }
}
