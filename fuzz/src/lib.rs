//! What the fuzz targets do with the bytes that they get. A target fails by a panic.
//!
//! The targets in `fuzz_targets/` call these functions and nothing else, so that an input can be looked at, and a finding
//! mended, by an ordinary test. `./just fuzz` runs them.

mod cors;
mod decode;
mod generate;
mod manifests;
mod plan;
mod uris;

pub use cors::cors;
pub use decode::decode;
pub use manifests::manifests;
pub use plan::plan;
pub use uris::uris;

// The oracles and generators of the core's property tests. The oracles share no code with the core.
#[allow(dead_code)]
#[path = "../../sdk/tests/properties/decorated.rs"]
mod decorated;
#[allow(dead_code)]
#[path = "../../sdk/tests/properties/matching.rs"]
mod matching;
#[allow(dead_code)]
#[path = "../../sdk/tests/properties/model.rs"]
mod model;
#[allow(dead_code)]
#[path = "../../sdk/tests/properties/observe.rs"]
mod observe;
#[allow(dead_code)]
#[path = "../../sdk/tests/properties/predicates.rs"]
mod predicates;
#[allow(dead_code)]
#[path = "../../sdk/tests/properties/requests.rs"]
mod requests;
#[allow(dead_code)]
#[path = "../../sdk/tests/properties/strategies.rs"]
mod strategies;

#[cfg(test)]
mod tests {
    use super::*;

    type Target = fn(&[u8]);
    const TARGETS: [Target; 5] = [cors, decode, manifests, plan, uris];

    /// Enough to see that a target does its work; the rest is for the fuzzer.
    #[test]
    fn every_target_survives_plain_bytes() {
        for target in TARGETS {
            for length in [0, 1, 7, 64, 500] {
                for seed in 0..20u8 {
                    let bytes: Vec<u8> = (0..length)
                        .map(|at: usize| (at as u8).wrapping_mul(31).wrapping_add(seed).rotate_left(3))
                        .collect();
                    target(&bytes);
                }
            }
        }
    }
}
