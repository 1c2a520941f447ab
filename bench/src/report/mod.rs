//! What was measured, for people.

mod page;
mod plot;
mod targets;
mod terminal;

pub use page::write;
pub use terminal::{cost_table, memory_table, swap_table};

use crate::measure::Cost;
use crate::suites::memory::Memory;
use crate::suites::swaps::Swaps;

/// Everything that a report tells.
struct Findings {
    filters: Vec<Cost>,
    routes: Vec<Cost>,
    shapes: Vec<Cost>,
    memory: Vec<Memory>,
    swaps: Vec<Swaps>,
    /// The size of `httproute.wasm`, and that of the largest single module, in bytes.
    sizes: (u64, u64),
}

impl Findings {
    /// What a worker holds of `variant` beside an empty module, in MiB.
    fn worker(&self, variant: &str) -> Result<f64, String> {
        let find = |name: &str| {
            let found = self.memory.iter().find(|memory| memory.variant == name);
            found.map(Memory::worker).ok_or_else(|| format!("memory: {name} was not measured"))
        };
        Ok((find(variant)? - find("empty")?) / 1024.0)
    }

    fn swap(&self, variant: &str) -> Result<&Swaps, String> {
        let found = self.swaps.iter().find(|swaps| swaps.variant == variant);
        found.ok_or_else(|| format!("swaps: {variant} was not measured"))
    }
}

/// The cost of a variant.
fn cost<'c>(costs: &'c [Cost], variant: &str) -> Result<&'c Cost, String> {
    let found = costs.iter().find(|cost| cost.variant == variant);
    found.ok_or_else(|| format!("{variant} was not measured"))
}

/// What a variant adds to a request.
fn added(costs: &[Cost], variant: &str) -> Result<f64, String> {
    cost(costs, variant).map(|cost| cost.added)
}
