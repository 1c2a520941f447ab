//! Loads variants in turn, and takes what each costs a request from the operating system.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use httproute_integration::envoy::Binary;
use httproute_integration::load::{self, Load};
use serde::{Deserialize, Serialize};

use crate::envoy::Running;
use crate::machine::Cores;
use crate::variant::Variant;
use crate::workload::Requests;

/// Enough to keep the proxy busy.
const CONNECTIONS: usize = 16;

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How many times each variant is loaded.
    pub rounds: usize,
    /// How many requests it gets each time.
    pub requests: u64,
    /// How many before the first, until the proxy has compiled what is hot.
    pub warm_up: u64,
}

/// What a variant costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Which.
    pub variant: String,
    /// Microseconds on a core for each request, the median of all rounds.
    pub micros: f64,
    /// How many more than the variant that it is compared with, in the same round: the median.
    pub added: f64,
    /// The first and the third quartile of that.
    pub quartiles: (f64, f64),
    /// The share of its time for which the proxy was busy: with less than most of it, the load did not keep up.
    pub busy: f64,
}

/// Loads all variants in turn, round after round. Each is compared with the last one before it that is a base.
///
/// # Errors
///
/// That Envoy does not start, or that an answer is not what it must be.
pub fn costs(
    binary: &Binary,
    cores: &Cores,
    variants: &[Variant],
    effort: Effort,
) -> Result<Vec<Cost>, String> {
    let listeners: BTreeMap<_, _> =
        variants.iter().map(|variant| (variant.name.clone(), &variant.listener)).collect();
    let _pinned = cores.share_load()?;
    eprintln!("  starting Envoy with {} listeners", listeners.len());
    let mut running = Running::start(binary, &listeners, 1)?;
    cores.give_proxy(&running.workers)?;
    let mut rounds = vec![Vec::new(); variants.len()];
    let mut before = 0;
    for round in 0..=effort.rounds {
        let what = if round == 0 { "warming up" } else { "measuring" };
        eprintln!("  {what}, round {round} of {}", effort.rounds);
        let requests = if round == 0 { effort.warm_up } else { effort.requests };
        // Each round begins with another one, so that none always follows the same.
        for step in 0..variants.len() {
            let index = (step + round) % variants.len();
            let sample = sample(&running, &variants[index], before, requests).inspect_err(|_| {
                running.envoy.keep_files = true;
            })?;
            if round > 0 {
                rounds[index].push(sample);
            }
        }
        before += requests;
    }
    let mut base = &rounds[0];
    let mut costs = Vec::new();
    for (variant, samples) in variants.iter().zip(&rounds) {
        if variant.is_base {
            base = samples;
        }
        costs.push(cost(variant, samples, base));
    }
    Ok(costs)
}

fn cost(variant: &Variant, samples: &[(f64, f64)], base: &[(f64, f64)]) -> Cost {
    let micros: Vec<_> = samples.iter().map(|&(micros, _)| micros).collect();
    let added: Vec<_> = samples.iter().zip(base).map(|((micros, _), (base, _))| micros - base).collect();
    let busy: Vec<_> = samples.iter().map(|&(_, busy)| busy).collect();
    Cost {
        variant: variant.name.clone(),
        micros: quantile(&micros, 0.5),
        added: quantile(&added, 0.5),
        quartiles: (quantile(&added, 0.25), quantile(&added, 0.75)),
        busy: quantile(&busy, 0.5),
    }
}

/// Microseconds on a core for each request, and the share of its time for which the worker was busy.
fn sample(running: &Running, variant: &Variant, before: u64, requests: u64) -> Result<(f64, f64), String> {
    let [worker] = running.workers[..] else { return Err("Envoy has not one worker".to_owned()) };
    let mut load = Load::new(running.listener(&variant.name)?, CONNECTIONS);
    load.requests = Some(requests);
    let mut traffic = Requests { workload: variant.workload, done: variant.done, before };
    let (begun, on_core) = (Instant::now(), worker.on_core()?);
    let summary = load::run(&load, &mut traffic, &Arc::default())?;
    let (elapsed, used) = (begun.elapsed(), worker.on_core()?.saturating_sub(on_core));
    if summary.failed > 0 {
        return Err(format!(
            "{}: {} of {} answers are wrong:\n{}",
            variant.name,
            summary.failed,
            summary.answered,
            summary.failures.join("\n")
        ));
    }
    Ok((used.as_secs_f64() * 1e6 / requests as f64, used.as_secs_f64() / elapsed.as_secs_f64()))
}

/// The value that the share `quantile` of all does not exceed, between two where it falls between them.
pub fn quantile(values: &[f64], quantile: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len().saturating_sub(1)) as f64 * quantile;
    let value = |at: f64| sorted.get(at as usize).copied().unwrap_or(f64::NAN);
    let (below, above) = (value(place.floor()), value(place.ceil()));
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_between_two_values_lies_between_them() {
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(quantile(&[4.0, 1.0, 2.0, 3.0], 0.5), 2.5);
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.25), 2.0);
    }
}
