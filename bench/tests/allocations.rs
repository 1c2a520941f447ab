//! Planning a request allocates nothing, however many routes there are: an allocation costs a module more than a look-up.

use httproute_bench::workload::{MARK, Shape, Workload};
use httproute_sdk::{Draw, RequestView, Routes};

fn allocations(workload: Workload) -> u64 {
    let (routes, problems) = Routes::decode(workload.configuration(MARK).as_bytes()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    (0..100)
        .map(|number| {
            let lines = workload.lines(number);
            let headers: Vec<_> =
                lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
            let planning = allocation_counter::measure(|| {
                let plan = routes.plan(&RequestView::new(&headers, &|| None), &mut Draw::seeded(number));
                assert!(plan.rule.is_some());
            });
            planning.count_total
        })
        .sum()
}

#[test]
fn planning_allocates_nothing() {
    for routes in [1, 1_000] {
        for shape in [Shape::Prefixes, Shape::Hosts(500), Shape::Wildcards(500)] {
            assert_eq!(allocations(Workload::new(shape, routes)), 0, "{routes} routes, {shape:?}");
        }
    }
    assert_eq!(allocations(Workload::new(Shape::Headers, 64)), 0);
}

/// The count counts: a rewritten path is a new one.
#[test]
fn what_depends_on_the_request_is_allocated() {
    assert_ne!(allocations(Workload { all_kinds: true, ..Workload::new(Shape::Prefixes, 10) }), 0);
}
