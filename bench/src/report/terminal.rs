//! What was measured, for a terminal.

use crate::measure::Cost;
use crate::suites::memory::Memory;
use crate::suites::swaps::Swaps;

/// Costs.
pub fn cost_table(costs: &[Cost]) -> String {
    let mut text =
        format!("  {:<28} {:>9} {:>9} {:>17} {:>6}\n", "variant", "µs", "added", "quartiles", "busy");
    for cost in costs {
        let (low, high) = cost.quartiles;
        text += &format!(
            "  {:<28} {:>9.2} {:>9.2} {low:>8.2} {high:>8.2} {:>5.0}%\n",
            cost.variant,
            cost.micros,
            cost.added,
            cost.busy * 100.0
        );
    }
    text
}

/// Memory.
pub fn memory_table(found: &[Memory]) -> String {
    let mut text =
        format!("  {:<28} {:>12} {:>12} {:>12}\n", "variant, MiB", "one worker", "two", "added by it");
    for memory in found {
        text += &format!(
            "  {:<28} {:>12.1} {:>12.1} {:>12.1}\n",
            memory.variant,
            memory.one / 1024.0,
            memory.two / 1024.0,
            memory.worker() / 1024.0
        );
    }
    text
}

/// Swaps.
pub fn swap_table(found: &[Swaps]) -> String {
    let mut text = format!(
        "  {:<28} {:>8} {:>8} {:>12} {:>12}\n",
        "variant, ms", "stall", "worst", "without swap", "effective"
    );
    for swaps in found {
        text += &format!(
            "  {:<28} {:>8.1} {:>8.1} {:>12.1} {:>12.1}\n",
            swaps.variant, swaps.stall, swaps.worst, swaps.calm, swaps.effective
        );
    }
    text
}
