//! What requests notice of it when routes are swapped in.

use std::collections::BTreeMap;

use httproute_integration::envoy::Binary;
use serde::{Deserialize, Serialize};

use crate::envoy::{Running, folder};
use crate::machine::Cores;
use crate::measure::quantile;
use crate::swap::{Paced, Swappable, Swapped};
use crate::workload::{Shape, Workload};

/// What swaps of a variant did, in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Swaps {
    /// Which.
    pub variant: String,
    /// How late the latest answer of a swap was: the median of all swaps.
    pub stall: f64,
    /// And that of the worst of them.
    pub worst: f64,
    /// How late the latest answer was in as many spells without a swap: the median.
    pub calm: f64,
    /// How long it took until an answer was of the new routes: the median.
    pub effective: f64,
}

/// One worker, so that nothing serves requests while it reads new routes. It has a core for itself.
pub fn swaps(binary: &Binary, cores: &Cores, times: usize, routes: usize) -> Result<Vec<Swaps>, String> {
    let _pinned = cores.share_load()?;
    let subjects = [(Swapped::Module, 1), (Swapped::Module, routes), (Swapped::List, routes)];
    subjects.into_iter().map(|(what, routes)| subject(binary, cores, what, routes, times)).collect()
}

fn subject(
    binary: &Binary,
    cores: &Cores,
    what: Swapped,
    routes: usize,
    times: usize,
) -> Result<Swaps, String> {
    let variant = format!("{}@{routes}", if what == Swapped::Module { "httproute" } else { "list" });
    eprintln!("  {variant}: {times} swaps");
    let workload = Workload::new(Shape::Prefixes, routes);
    let swappable = Swappable::new(what, workload, &folder().join("swapped"))?;
    let listener = swappable.listener();
    let running = Running::start(binary, &BTreeMap::from([("swaps".to_owned(), &listener)]), 1)?;
    cores.give_proxy(&running.workers)?;
    let paced = Paced::begin(&swappable, &running, "swaps")?;
    let (mut stalls, mut calm, mut effective) = (Vec::new(), Vec::new(), Vec::new());
    for swap in 0..times {
        calm.push(paced.calm()?.as_secs_f64() * 1e3);
        let swap = paced.swap(&format!("swap-{swap}"))?;
        stalls.push(swap.worst.as_secs_f64() * 1e3);
        effective.push(swap.effective.as_secs_f64() * 1e3);
    }
    paced.end()?;
    let median = |values: &[f64]| quantile(values, 0.5);
    Ok(Swaps {
        variant,
        stall: median(&stalls),
        worst: quantile(&stalls, 1.0),
        calm: median(&calm),
        effective: median(&effective),
    })
}
