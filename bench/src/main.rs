//! `./just bench`: what the modules cost in a real Envoy, beside what it brings itself.

use std::process::ExitCode;
use std::time::Instant;

use httproute_bench::machine::{Cores, Machine};
use httproute_bench::measure::{Cost, Effort, costs};
use httproute_bench::results::{Found, keep};
use httproute_bench::suites::{filters, memory, routes, shapes, swaps};
use httproute_bench::variant::Variant;
use httproute_bench::{envoy, report};
use httproute_integration::envoy::{Binary, default_version, find};

const USAGE: &str = "\
usage: ./just bench [--quick] [--only VARIANT[,VARIANT...]] [SUBJECT...]
  SUBJECT  filters, routes, shapes, memory, swaps; all of them where none is named, and docs/performance.md is written
           report: writes docs/performance.md from what was measured last
  --quick  measures next to nothing: shows that everything works and that each answer is right
  --only   these variants of filters, routes or shapes, beside the plain ones; the figures are printed and not kept";

const SUBJECTS: [&str; 5] = ["filters", "routes", "shapes", "memory", "swaps"];

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bench: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let (mut quick, mut only, mut named) = (false, Vec::new(), Vec::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => quick = true,
            "--only" => only.extend(arguments.next().ok_or(USAGE)?.split(',').map(str::to_owned)),
            subject => named.push(subject),
        }
    }
    if named == ["report"] && !quick {
        return report::write();
    }
    if !named.iter().all(|name| SUBJECTS.contains(name)) {
        return Err(USAGE.to_owned());
    }
    let chosen = |subject: &&str| named.is_empty() || named.iter().any(|name| name == subject);
    let variants: Vec<String> = SUBJECTS
        .into_iter()
        .filter(chosen)
        .flat_map(|subject| variants(subject, quick))
        .map(|variant| variant.name)
        .collect();
    if let Some(unknown) = only.iter().find(|only| !variants.contains(only)) {
        return Err(format!("there is no variant {unknown}; there are {}", variants.join(", ")));
    }
    let binary = find(default_version())?;
    let bench = Bench { machine: Machine::here(&binary.version), binary, cores: Cores::find()?, quick, only };
    println!("{}", bench.machine);
    envoy::write_modules()?;
    for subject in SUBJECTS.into_iter().filter(chosen) {
        let begun = Instant::now();
        println!("{subject}");
        bench.measure(subject)?;
        println!("  in {} s\n", begun.elapsed().as_secs());
    }
    if named.is_empty() && !quick && bench.only.is_empty() { report::write() } else { Ok(()) }
}

/// Those of a subject that compares variants.
fn variants(subject: &str, quick: bool) -> Vec<Variant> {
    match subject {
        "filters" => filters::filters(),
        "routes" => routes::routes(quick),
        "shapes" => shapes::shapes(quick),
        _ => Vec::new(),
    }
}

struct Bench {
    binary: Binary,
    machine: Machine,
    cores: Cores,
    quick: bool,
    only: Vec<String>,
}

impl Bench {
    fn measure(&self, subject: &str) -> Result<(), String> {
        let quick = self.quick;
        match subject {
            "filters" | "routes" | "shapes" => self.costs(subject, variants(subject, quick)),
            "memory" => {
                let (starts, swaps, routes) = if quick { (1, 1, 100) } else { (3, 20, 10_000) };
                let found = memory::memory(&self.binary, memory::Effort { starts, swaps, routes })?;
                println!("{}", report::memory_table(&found));
                self.keep(subject, found)
            }
            _ => {
                let (times, routes) = if quick { (2, 1_000) } else { (20, 10_000) };
                let found = swaps::swaps(&self.binary, &self.cores, times, routes)?;
                println!("{}", report::swap_table(&found));
                self.keep(subject, found)
            }
        }
    }

    fn costs(&self, subject: &str, mut variants: Vec<Variant>) -> Result<(), String> {
        if !self.only.is_empty() {
            variants.retain(|variant| variant.is_base || self.only.contains(&variant.name));
        }
        let effort = if self.quick {
            Effort { rounds: 1, requests: 300, warm_up: 300 }
        } else {
            Effort { rounds: 21, requests: 3_000, warm_up: 10_000 }
        };
        let found: Vec<Cost> = costs(&self.binary, &self.cores, &variants, effort)?;
        println!("{}", report::cost_table(&found));
        self.keep(subject, found)
    }

    /// What is measured in a hurry is worth nothing, and a part says nothing of the whole.
    fn keep<T: serde::Serialize>(&self, subject: &str, variants: Vec<T>) -> Result<(), String> {
        if self.quick || !self.only.is_empty() {
            return Ok(());
        }
        keep(subject, &Found { machine: self.machine.clone(), variants })
    }
}
