//! The core by itself, natively: decoding configurations and planning requests, on the routes and requests that `./just bench`
//! puts through a proxy.

use std::cell::Cell;

use divan::{AllocProfiler, Bencher, black_box};
use httproute_bench::workload::{self, Lines, MARK, Shape, Workload};
use httproute_sdk::{Draw, RequestView, Routes};
use regex_lite::Regex;

/// Counts allocations, too: planning a request is to have none.
#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const COUNTS: [usize; 5] = [1, 10, 100, 1_000, 10_000];

/// How many different requests are planned in turn.
const REQUESTS: u32 = 4_096;

#[divan::bench(args = COUNTS, max_time = 3)]
fn decode(bencher: Bencher<'_, '_>, routes: usize) {
    let configuration = Workload::new(Shape::Prefixes, routes).configuration(MARK);
    bencher.bench_local(|| Routes::decode(black_box(configuration.as_bytes())));
}

#[divan::bench(args = COUNTS, sample_size = REQUESTS, sample_count = 50)]
fn plan_prefixes(bencher: Bencher<'_, '_>, routes: usize) {
    plan(bencher, Workload::new(Shape::Prefixes, routes));
}

#[divan::bench(args = COUNTS, sample_size = REQUESTS, sample_count = 50)]
fn plan_hosts(bencher: Bencher<'_, '_>, routes: usize) {
    plan(bencher, Workload::new(Shape::Hosts(routes.div_ceil(2)), routes));
}

#[divan::bench(args = COUNTS, sample_size = REQUESTS, sample_count = 50)]
fn plan_wildcards(bencher: Bencher<'_, '_>, routes: usize) {
    plan(bencher, Workload::new(Shape::Wildcards(routes.div_ceil(2)), routes));
}

/// Those of a host are tried one after the other, and a rule of the API has 64 matches at most.
#[divan::bench(args = [1, 16, 64], sample_size = REQUESTS, sample_count = 50)]
fn plan_regexes(bencher: Bencher<'_, '_>, routes: usize) {
    plan(bencher, Workload::new(Shape::Regexes, routes));
}

/// The same patterns tried on the same paths by the smallest engine that a crate brings, without anything else that planning
/// consists of.
#[divan::bench(args = [1, 16, 64], sample_size = REQUESTS, sample_count = 50)]
fn regex_lite_regexes(bencher: Bencher<'_, '_>, routes: usize) {
    let workload = Workload::new(Shape::Regexes, routes);
    let pattern = |number| Regex::new(&format!("^(?:{})$", workload::regex(number))).unwrap();
    let patterns: Vec<Regex> = (0..routes).map(pattern).collect();
    let path = |number| workload.request(workload.pick(number)).target.split('?').next().unwrap().to_owned();
    let paths: Vec<String> = (0..u64::from(REQUESTS)).map(path).collect();
    let next = Cell::new(0);
    bencher.bench_local(|| {
        let number = next.replace(next.get() + 1) % paths.len();
        black_box(patterns.iter().position(|pattern| pattern.is_match(black_box(&paths[number]))))
    });
}

#[divan::bench(args = [1, 16, 64], sample_size = REQUESTS, sample_count = 50)]
fn plan_headers(bencher: Bencher<'_, '_>, routes: usize) {
    plan(bencher, Workload::new(Shape::Headers, routes));
}

/// Plans requests of which each belongs to any of the routes.
fn plan(bencher: Bencher<'_, '_>, workload: Workload) {
    let (routes, problems) = Routes::decode(workload.configuration(MARK).as_bytes()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let requests: Vec<Lines> = (0..u64::from(REQUESTS)).map(|number| workload.lines(number)).collect();
    let requests: Vec<Vec<(&[u8], &[u8])>> = requests
        .iter()
        .map(|lines| lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect())
        .collect();
    for headers in &requests {
        assert!(routes.plan(&RequestView::new(headers, &|| None), &mut Draw::seeded(1)).rule.is_some());
    }
    let next = Cell::new(0);
    bencher.bench_local(|| {
        let number = next.replace(next.get() + 1) % requests.len();
        let view = RequestView::new(&requests[number], &|| None);
        black_box(routes.plan(&view, &mut Draw::seeded(number as u64)));
    });
}
