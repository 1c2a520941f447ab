//! What the number of routes costs.

use crate::variant::Variant;
use crate::workload::{Shape, Workload};

/// Routes with a path prefix each, of which each request hits any.
pub fn routes(quick: bool) -> Vec<Variant> {
    let one = Workload::new(Shape::Prefixes, 1);
    let mut variants = vec![Variant::plain(one), Variant::lua(one), Variant::empty("empty", one)];
    let counts: &[usize] = if quick { &[1, 1_000] } else { &[1, 10, 100, 1_000, 10_000] };
    for &count in counts {
        let workload = Workload::new(Shape::Prefixes, count);
        variants
            .extend([Variant::list, Variant::tree, Variant::httproute].map(|make| make(workload).numbered()));
    }
    variants
}
