//! What requests and configurations cost when it was last recorded, and whether they still cost that.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::meter::{Compiled, Cost};
use crate::scenario;

/// The modules that are metered: the combined one, and the one of a chain that works in both directions.
pub const MODULES: [&str; 2] = ["httproute", "header-modifier"];

/// How far a figure may be from what is recorded.
const TOLERANCE: f64 = 0.05;

/// How often each request is sent before it is counted: what is done once, say growing the memory, is nobody's cost.
const WARM: usize = 8;

/// Instructions by module and scenario, and what made the modules.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of rustc, and whether Binaryen has been through the modules.
    pub made_by: String,
    /// Instructions by module and scenario.
    pub instructions: BTreeMap<String, BTreeMap<String, u64>>,
}

/// One counted request, or configuration.
#[derive(Clone, Debug)]
pub struct Count {
    /// The module.
    pub module: &'static str,
    /// The scenario.
    pub scenario: &'static str,
    /// What it cost.
    pub cost: Cost,
}

/// Counts every scenario with every module.
pub fn count() -> Result<Vec<Count>, String> {
    let mut counts = Vec::new();
    for module in MODULES {
        let file = httproute_integration::dist().join(format!("{module}.wasm"));
        let told = |e: wasmtime::Error| format!("{}: {e:#}", file.display());
        if !file.exists() {
            return Err(format!("{} is missing: `./just build` makes it", file.display()));
        }
        let compiled = Compiled::read(&file).map_err(told)?;
        for scenario in scenario::all() {
            let told = |e: wasmtime::Error| format!("{module}, {}: {e:#}", scenario.name);
            let mut meter = compiled.start(scenario.configuration.to_string().as_bytes()).map_err(told)?;
            let mut cost = Cost::default();
            for _ in 0..=WARM {
                cost = meter.request(&scenario.request, b"", &scenario::response()).map_err(told)?;
            }
            counts.push(Count { module, scenario: scenario.name, cost });
            if let Some(name) = scenario.reading {
                let cost = Cost { fuel: meter.configured, ..Cost::default() };
                counts.push(Count { module, scenario: name, cost });
            }
        }
    }
    Ok(counts)
}

impl Record {
    fn file() -> PathBuf {
        httproute_integration::root().join("tests/host/fuel.json")
    }

    /// What `counts` are, for the record.
    pub fn of(counts: &[Count]) -> Result<Record, String> {
        let mut record = Record { made_by: made_by()?, ..Record::default() };
        for count in counts {
            let module = record.instructions.entry(count.module.to_owned()).or_default();
            module.insert(count.scenario.to_owned(), count.cost.fuel);
        }
        Ok(record)
    }

    /// Reads what is recorded.
    pub fn read() -> Result<Record, String> {
        let file = Record::file();
        let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))
    }

    /// Puts it in the place of what was recorded.
    pub fn write(&self) -> Result<(), String> {
        let file = Record::file();
        let text = serde_json::to_string_pretty(self).map_err(|e| e.to_string())?;
        std::fs::write(&file, text + "\n").map_err(|e| format!("{}: {e}", file.display()))
    }

    /// What is recorded of a scenario.
    pub fn get(&self, module: &str, scenario: &str) -> Option<u64> {
        self.instructions.get(module)?.get(scenario).copied()
    }

    /// Whether all still costs what is recorded here, as a sentence.
    ///
    /// # Errors
    ///
    /// What costs something else, and what to do about it. Modules that another compiler made, or that Binaryen has not
    /// been through, are shown and not judged: they may well have other instructions of the same source.
    pub fn judge(&self, now: &Record) -> Result<String, String> {
        let mut told = self.differences(now);
        if told.is_empty() {
            return Ok("Everything costs what is recorded.".into());
        }
        told.push(
            "Where that is meant to be: `./just fuel --record`, and commit tests/host/fuel.json.".into(),
        );
        if self.made_by == now.made_by {
            return Err(told.join("\n"));
        }
        let (theirs, ours) = (&self.made_by, &now.made_by);
        told.push(format!(
            "Not judged: the record is of modules made by {theirs}, these are made by {ours}."
        ));
        Ok(told.join("\n"))
    }

    /// Each line tells one scenario of `now` that costs something else than is recorded here.
    fn differences(&self, now: &Record) -> Vec<String> {
        let mut told = Vec::new();
        let names = |record: &Record| -> Vec<(String, String)> {
            let modules = record.instructions.iter();
            modules.flat_map(|(module, of)| of.keys().map(|name| (module.clone(), name.clone()))).collect()
        };
        let mut all = names(self);
        all.extend(names(now).into_iter().filter(|name| !all.contains(name)).collect::<Vec<_>>());
        for (module, scenario) in all {
            let place = format!("{module}, {scenario}");
            match (self.get(&module, &scenario), now.get(&module, &scenario)) {
                (Some(old), Some(new)) => told.extend(difference(&place, old, new)),
                (Some(_), None) => told.push(format!("{place}: is recorded, but no longer counted")),
                _ => told.push(format!("{place}: is not recorded yet")),
            }
        }
        told
    }
}

fn difference(place: &str, old: u64, new: u64) -> Option<String> {
    let ratio = new as f64 / old as f64;
    let percent = TOLERANCE * 100.0;
    let figures = format!("{place}: {new} instructions, {old} are recorded, × {ratio:.3}");
    if ratio > 1.0 + TOLERANCE {
        Some(format!("{figures}: dearer by more than {percent} %"))
    } else if ratio < 1.0 - TOLERANCE {
        Some(format!("{figures}: cheaper by more than {percent} %, which is worth recording"))
    } else {
        None
    }
}

/// What made the modules: the compiler, which makes other instructions than another version does, and Binaryen, where there is a
/// package of it.
pub fn made_by() -> Result<String, String> {
    let output = std::process::Command::new("rustc").arg("--version").output();
    let output = output.map_err(|e| format!("rustc --version: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split_whitespace().nth(1);
    let version = version.ok_or_else(|| format!("rustc --version says {text:?}"))?;
    let optimised = httproute_integration::dist().join(".optimised").exists();
    Ok(format!("rustc {version}{}", if optimised { " and Binaryen" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(figures: &[(&str, u64)]) -> Record {
        let figures = figures.iter().map(|&(name, figure)| (name.to_owned(), figure)).collect();
        Record { made_by: "rustc 1.2.3".into(), instructions: [("module".to_owned(), figures)].into() }
    }

    #[test]
    fn what_stays_within_the_tolerance_is_no_difference() {
        let old = record(&[("plain", 1000)]);
        for new in [950, 1000, 1050] {
            assert_eq!(old.differences(&record(&[("plain", new)])), Vec::<String>::new(), "{new}");
        }
    }

    #[test]
    fn what_became_dearer_or_cheaper_is_told_with_both_figures_and_their_ratio() {
        let old = record(&[("plain", 1000)]);
        assert_eq!(
            old.differences(&record(&[("plain", 1051)])),
            ["module, plain: 1051 instructions, 1000 are recorded, × 1.051: dearer by more than 5 %"]
        );
        assert!(old.differences(&record(&[("plain", 900)]))[0].contains("× 0.900: cheaper"));
    }

    #[test]
    fn only_modules_of_the_same_compiler_are_judged() {
        let (old, dearer) = (record(&[("plain", 1000)]), record(&[("plain", 2000)]));
        assert!(old.judge(&dearer).is_err());
        let other = Record { made_by: "rustc 1.3.0".into(), ..dearer };
        assert!(old.judge(&other).is_ok_and(|told| told.contains("dearer") && told.contains("Not judged")));
    }

    #[test]
    fn a_scenario_that_is_new_or_gone_is_told() {
        let told = record(&[("gone", 1)]).differences(&record(&[("new", 1)]));
        assert_eq!(
            told,
            ["module, gone: is recorded, but no longer counted", "module, new: is not recorded yet"]
        );
    }
}
