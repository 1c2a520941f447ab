//! Whether memory stayed flat.

use super::mib;

/// How much memory there was, and how far the soak was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// How many requests had been answered.
    pub answered: u64,
    /// How many reconfigurations there had been.
    pub edits: u64,
    /// The resident memory of Envoy, in bytes.
    pub envoy: u64,
    /// What Envoy has allocated, without the virtual machines.
    pub heap: u64,
    /// The memory of the module in one worker.
    pub module: u64,
}

/// After so many reconfigurations memory has to be flat.
const SETTLED: u64 = 100;

/// With fewer samples, which are a second apart, there is nothing to tell.
const FEWEST: usize = 30;

/// How much more the highest of the last third may be than the highest of the first third, in hundredths.
const TOLERANCE: u64 = 5;

/// How much Envoy's heap may grow beyond that with each reconfiguration, in bytes for each worker.
///
/// Envoy keeps some of each change of a module's configuration, also where the module is empty, and about as much again for the
/// timers of its root contexts: 1.4 KiB with one worker, 2.0 with two, 3.3 with four (Envoy 1.40.0, 200 and more changes without a
/// load, `docs/reliability.md`). Load adds what it takes to serve it, so this is about twice as much.
const KEPT: u64 = 2 * 1024;

/// How memory went, with a line for each kind of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// None of it grew, but for what Envoy keeps of each reconfiguration.
    Flat(Vec<String>),
    /// Some of it grew.
    Grew(Vec<String>),
    /// There are too few samples.
    TooShort,
}

/// Says how memory went.
///
/// What is compared are the highest values of the first and of the last third of what comes after the first hundred
/// reconfigurations, or after the first tenth of the samples where there were fewer.
pub fn verdict(samples: &[Sample], workers: u64) -> Verdict {
    let settled = match samples.last() {
        Some(last) if last.edits > 2 * SETTLED => samples.iter().position(|sample| sample.edits >= SETTLED),
        _ => Some(samples.len() / 10),
    };
    let rest = samples.get(settled.unwrap_or(0)..).unwrap_or_default();
    if rest.len() < FEWEST {
        return Verdict::TooShort;
    }
    let third = rest.len().div_ceil(3);
    let mut grew = false;
    let mut lines = Vec::new();
    let mut compare = |name: &str, of: fn(&Sample) -> u64, kept: u64| {
        let highest = |samples: &[Sample]| {
            samples.iter().map(|sample| (of(sample), sample.edits)).max().unwrap_or_default()
        };
        let (first, last) = (highest(&rest[..third]), highest(&rest[rest.len() - third..]));
        let flat = first.0 + first.0 * TOLERANCE / 100;
        let edits = last.1.saturating_sub(first.1);
        let is_flat = last.0 <= flat;
        let is_kept = last.0 <= flat + kept * edits;
        grew |= !is_kept;
        let word = match (is_flat, is_kept) {
            (true, _) => "flat",
            (false, true) => "within what Envoy keeps",
            (false, false) => "GREW",
        };
        let each = last.0.saturating_sub(first.0).checked_div(edits);
        lines.push(format!(
            "memory of {name}: {word}, at most {:.2} MiB in the first third and {:.2} MiB in the last, {:.2} KiB more with each reconfiguration",
            mib(first.0),
            mib(last.0),
            each.unwrap_or_default() as f64 / 1024.0,
        ));
    };
    compare("Envoy", |sample| sample.envoy, 0);
    compare("Envoy's heap", |sample| sample.heap, KEPT * workers);
    compare("the module", |sample| sample.module, 0);
    if grew { Verdict::Grew(lines) } else { Verdict::Flat(lines) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(envoy: impl Fn(u64) -> u64) -> Vec<Sample> {
        (0..1000).map(|n| Sample { edits: n, envoy: envoy(n) << 20, ..Sample::default() }).collect()
    }

    #[test]
    fn growth_is_told_and_what_comes_before_memory_settles_is_not() {
        assert!(matches!(verdict(&samples(|n| 80 + n.min(90)), 2), Verdict::Flat(_)));
        let Verdict::Grew(told) = verdict(&samples(|n| 80 + n / 50), 2) else { panic!("it grew") };
        assert!(told[0].contains("Envoy: GREW") && told[2].contains("the module: flat"), "{told:?}");
    }

    #[test]
    fn envoy_may_keep_something_of_each_reconfiguration_and_the_module_nothing() {
        let samples = |heap: u64, module: u64| -> Vec<Sample> {
            let sample = |n| Sample {
                edits: n,
                heap: (10 << 20) + n * heap,
                module: (1 << 20) + n * module,
                ..Sample::default()
            };
            (0..1000).map(sample).collect()
        };
        assert!(matches!(verdict(&samples(2 * KEPT, 0), 2), Verdict::Flat(_)));
        assert!(matches!(verdict(&samples(4 * KEPT, 0), 2), Verdict::Grew(_)));
        assert!(matches!(verdict(&samples(0, KEPT), 2), Verdict::Grew(_)));
    }

    #[test]
    fn of_a_few_samples_nothing_is_told() {
        assert_eq!(verdict(&samples(|n| n)[..FEWEST - 1], 2), Verdict::TooShort);
    }
}
