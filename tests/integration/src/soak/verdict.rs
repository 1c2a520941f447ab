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

/// How memory went, with a line for each kind of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// None of it grew.
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
pub fn verdict(samples: &[Sample]) -> Verdict {
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
    let mut compare = |name: &str, of: fn(&Sample) -> u64| {
        let highest = |samples: &[Sample]| samples.iter().map(of).max().unwrap_or(0);
        let (first, last) = (highest(&rest[..third]), highest(&rest[rest.len() - third..]));
        let flat = last * 100 <= first * (100 + TOLERANCE);
        grew |= !flat;
        let word = if flat { "flat" } else { "GREW" };
        lines.push(format!(
            "memory of {name}: {word}, at most {:.2} MiB in the first third and {:.2} MiB in the last",
            mib(first),
            mib(last)
        ));
    };
    compare("Envoy", |sample| sample.envoy);
    compare("Envoy's heap", |sample| sample.heap);
    compare("the module", |sample| sample.module);
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
        assert!(matches!(verdict(&samples(|n| 80 + n.min(90))), Verdict::Flat(_)));
        let Verdict::Grew(told) = verdict(&samples(|n| 80 + n / 50)) else { panic!("it grew") };
        assert!(told[0].contains("Envoy: GREW") && told[2].contains("the module: flat"), "{told:?}");
    }

    #[test]
    fn of_a_few_samples_nothing_is_told() {
        assert_eq!(verdict(&samples(|n| n)[..FEWEST - 1]), Verdict::TooShort);
    }
}
