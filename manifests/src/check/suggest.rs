//! "Did you mean …?"

use httproute_sdk::did_you_mean;

use super::report::quoted;

/// A hint that names the word that was probably meant, or all that are known.
pub(super) fn hint(written: &str, known: &[&str]) -> String {
    did_you_mean(written, known).map_or_else(
        || format!("known are {}", known.join(", ")),
        |word| format!("did you mean {}?", quoted(word)),
    )
}
