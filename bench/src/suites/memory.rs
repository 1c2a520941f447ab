//! What the routes cost in memory: of Envoy with one worker and with two, for each holds its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use httproute_integration::envoy::Binary;
use httproute_integration::load::{self, Load};
use serde::{Deserialize, Serialize};

use crate::cpu;
use crate::envoy::{Listener, Running};
use crate::measure::quantile;
use crate::swap::{Paced, Swappable, Swapped};
use crate::variant::Variant;
use crate::workload::{Requests, Shape, Workload};

/// The memory of an Envoy that runs a variant, in KiB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Which.
    pub variant: String,
    /// With one worker.
    pub one: f64,
    /// With two.
    pub two: f64,
}

impl Memory {
    /// What another worker takes.
    pub fn worker(&self) -> f64 {
        self.two - self.one
    }
}

/// How often an Envoy is started for each figure, and how often the routes are swapped.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How many times Envoy is started.
    pub starts: usize,
    /// How many times the routes are swapped.
    pub swaps: usize,
    /// How many routes there are at most.
    pub routes: usize,
}

/// The medians of all starts.
pub fn memory(binary: &Binary, effort: Effort) -> Result<Vec<Memory>, String> {
    let workload = |routes| Workload::new(Shape::Prefixes, routes);
    let many = workload(effort.routes);
    let mut found: BTreeMap<String, [Vec<f64>; 2]> = BTreeMap::new();
    for start in 1..=effort.starts {
        for workers in [1, 2] {
            eprintln!("  start {start} of {} with {workers} worker(s)", effort.starts);
            let mut add = |variant: &str, kib: u64| {
                found.entry(variant.to_owned()).or_default()[workers - 1].push(kib as f64);
            };
            for variant in [
                Variant::plain(workload(1)),
                Variant::empty("empty", workload(1)),
                Variant::list(many).numbered(),
                Variant::tree(many).numbered(),
                Variant::chain(many).numbered(),
            ] {
                add(&variant.name, at_rest(binary, &variant, workers)?);
            }
            for routes in [1, effort.routes] {
                let (fresh, swapped) = swapped(binary, workload(routes), workers, effort.swaps)?;
                add(&format!("httproute@{routes}"), fresh);
                add(&format!("httproute@{routes}-swapped"), swapped);
            }
        }
    }
    let medians = found.into_iter().map(|(variant, [one, two])| Memory {
        variant,
        one: quantile(&one, 0.5),
        two: quantile(&two, 0.5),
    });
    Ok(medians.collect())
}

fn at_rest(binary: &Binary, variant: &Variant, workers: usize) -> Result<u64, String> {
    let running = start(binary, &variant.listener, workers)?;
    // On so many connections that each worker has some.
    let mut load = Load::new(running.listener(NAME)?, 32);
    load.requests = Some(2_000);
    let mut traffic = Requests { workload: variant.workload, done: variant.done, before: 0 };
    let summary = load::run(&load, &mut traffic, &Arc::default())?;
    if summary.failed > 0 {
        return Err(format!("{}:\n{}", variant.name, summary.failures.join("\n")));
    }
    cpu::resident(running.envoy.process())
}

/// Before the first swap and after the last.
fn swapped(binary: &Binary, workload: Workload, workers: usize, swaps: usize) -> Result<(u64, u64), String> {
    let swappable = Swappable::new(Swapped::Module, workload, folder())?;
    let running = start(binary, &swappable.listener(), workers)?;
    let paced = Paced::begin(&swappable, &running, NAME)?;
    paced.calm()?;
    let fresh = cpu::resident(running.envoy.process())?;
    for swap in 0..swaps {
        paced.swap(&format!("swap-{swap}"))?;
    }
    let swapped = cpu::resident(running.envoy.process())?;
    paced.end()?;
    Ok((fresh, swapped))
}

const NAME: &str = "memory";

fn folder() -> &'static Path {
    static FOLDER: std::sync::OnceLock<std::path::PathBuf> = std::sync::OnceLock::new();
    FOLDER.get_or_init(|| crate::envoy::folder().join("swapped"))
}

fn start(binary: &Binary, listener: &Listener, workers: usize) -> Result<Running, String> {
    Running::start(binary, &BTreeMap::from([(NAME.to_owned(), listener)]), workers)
}
