//! What it costs where routes differ by something else than a path prefix.

use crate::variant::Variant;
use crate::workload::{Shape, Workload};

/// Each shape, Envoy's own routes of that shape, and no filter with the same requests.
pub fn shapes(quick: bool) -> Vec<Variant> {
    let many = if quick { 1_000 } else { 10_000 };
    let mut variants = Vec::new();
    for (name, shape, routes) in [
        ("prefixes", Shape::Prefixes, many),
        ("hosts", Shape::Hosts(many / 2), many),
        ("wildcards", Shape::Wildcards(many / 2), many),
        ("regexes-16", Shape::Regexes, 16),
        ("regexes-64", Shape::Regexes, 64),
        ("headers", Shape::Headers, 64),
    ] {
        let workload = Workload::new(shape, routes);
        for (kind, make) in [
            ("plain", Variant::plain as fn(Workload) -> Variant),
            ("list", Variant::list),
            ("httproute", Variant::httproute),
        ] {
            variants.push(make(workload).named(&format!("{kind}-{name}")));
        }
    }
    variants
}
