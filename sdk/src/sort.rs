//! The one sort of the modules.

use std::cmp::Ordering;

/// Sorts numbers, which stand for whatever is to be sorted: each further type would bring 4 KB of code into the modules.
pub(crate) fn sort(numbers: &mut [u32], order: &dyn Fn(u32, u32) -> Ordering) {
    numbers.sort_unstable_by(|a, b| order(*a, *b));
}
