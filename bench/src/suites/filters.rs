//! What a filter costs, by what it is made of.

use crate::variant::{CHAIN, Variant};
use crate::workload::{Shape, Workload};

/// One route, and what there is to change headers or to choose a backend with.
pub fn filters() -> Vec<Variant> {
    let one = Workload::new(Shape::Prefixes, 1);
    let all_kinds = Workload { all_kinds: true, ..one };
    let mut variants = vec![
        Variant::plain(one),
        Variant::header_mutation(one),
        Variant::lua(one),
        Variant::empty("empty", one),
        Variant::empty("empty-rust", one),
        Variant::calls(one),
        Variant::httproute(one),
        Variant::httproute(one).with_early_removal().named("httproute-early-removal"),
        Variant::plain(all_kinds).named("plain-all-kinds"),
        Variant::httproute(all_kinds).named("httproute-all-kinds"),
        Variant::chain(all_kinds).named("chain-all-kinds"),
    ];
    variants.extend(CHAIN.iter().map(|module| Variant::single(module, all_kinds)));
    variants
}
