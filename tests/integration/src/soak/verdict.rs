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

/// Says for each kind of memory how it went; an error where one of them grew.
///
/// What is compared are the highest values of the first and of the last third of what comes after the first hundred
/// reconfigurations, or after the first tenth of the samples where there were fewer.
pub fn verdict(samples: &[Sample]) -> Result<Vec<String>, Vec<String>> {
    let settled = match samples.last() {
        Some(last) if last.edits > 2 * SETTLED => samples.iter().position(|sample| sample.edits >= SETTLED),
        _ => Some(samples.len() / 10),
    };
    let rest = samples.get(settled.unwrap_or(0)..).unwrap_or_default();
    if rest.len() < FEWEST {
        return Ok(vec!["memory: it was too short to tell".to_owned()]);
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
    if grew { Err(lines) } else { Ok(lines) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(envoy: impl Fn(u64) -> u64) -> Vec<Sample> {
        (0..1000).map(|n| Sample { edits: n, envoy: envoy(n) << 20, ..Sample::default() }).collect()
    }

    #[test]
    fn growth_is_told_and_what_comes_before_memory_settles_is_not() {
        assert!(verdict(&samples(|n| 80 + n.min(90))).is_ok());
        let told = verdict(&samples(|n| 80 + n / 50)).unwrap_err();
        assert!(told[0].contains("Envoy: GREW") && told[2].contains("the module: flat"), "{told:?}");
    }
}
