//! The conformance suite: each file of `conformance/` is a test, on real Envoys. `HTTPROUTE_ENVOYS` lists their versions.
//!
//! With `HTTPROUTE_CONFORMANCE_REPORT` it writes what it found to that file of the checkout; else a run of all tests fails where
//! `docs/conformance.md` says something else.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock};

use httproute_integration::conformance::{Outcome, Rig, Test, report};
use httproute_integration::envoy::default_version;
use libtest_mimic::{Arguments, Failed, Trial};

type Outcomes = Arc<Mutex<BTreeMap<String, Outcome>>>;
type Started = Arc<OnceLock<Result<Rig, String>>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let tests = match Test::read_all() {
        Ok(tests) => Arc::new(tests),
        Err(e) => {
            eprintln!("a conformance file that cannot be read: {e}");
            return ExitCode::FAILURE;
        }
    };
    let outcomes = Outcomes::default();
    let versions = versions();
    let rigs: Vec<(&String, Started)> =
        versions.iter().map(|version| (version, Started::default())).collect();
    let all = rigs.iter().flat_map(|(version, rig)| {
        (0..tests.len()).map(|index| trial(version, index, &tests, rig, &outcomes))
    });
    let trials = all.collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    let found = outcomes.lock().map(|outcomes| outcomes.clone()).unwrap_or_default();
    // Ends the proxy before the process ends.
    drop(rigs);
    let is_whole = found.len() == tests.iter().filter(|test| test.not_yet.is_none()).count();
    if is_whole && let Err(e) = write_down(&report(&tests, &found)) {
        eprintln!("{e}");
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}

fn versions() -> Vec<String> {
    let listed = std::env::var("HTTPROUTE_ENVOYS").unwrap_or_default();
    match listed.trim() {
        "none" => Vec::new(),
        "" => vec![default_version().to_owned()],
        listed => listed.split_whitespace().map(str::to_owned).collect(),
    }
}

fn trial(version: &str, index: usize, tests: &Arc<Vec<Test>>, rig: &Started, outcomes: &Outcomes) -> Trial {
    let (tests, rig, outcomes) = (Arc::clone(tests), Arc::clone(rig), Arc::clone(outcomes));
    let version = version.to_owned();
    let name = format!("envoy {version}::{}", tests[index].test);
    let is_ignored = tests[index].not_yet.is_some();
    let run = move || {
        let test = &tests[index];
        let result = match rig.get_or_init(|| Rig::start(&tests, &version)) {
            Ok(rig) => rig.run(test),
            Err(e) => Err(e.clone()),
        };
        let outcome = if result.is_ok() { Outcome::Holds } else { Outcome::Fails };
        if let Ok(mut outcomes) = outcomes.lock() {
            // What fails on one version does not hold.
            let all = outcomes.entry(test.test.clone()).or_insert(outcome);
            *all = if outcome == Outcome::Fails { outcome } else { *all };
        }
        let place = format!("tests/integration/conformance/{}.yaml", test.test);
        result.map_err(|e| Failed::from(format!("{place}\n{}\n{e}", test.about.trim())))
    };
    Trial::test(name, run).with_ignored_flag(is_ignored)
}

fn write_down(report: &str) -> Result<(), String> {
    let documented = httproute_integration::root().join("docs/conformance.md");
    match std::env::var_os("HTTPROUTE_CONFORMANCE_REPORT") {
        // A test runs in the folder of its crate.
        Some(path) => {
            let path = httproute_integration::root().join(path);
            std::fs::write(&path, report).map_err(|e| format!("{}: {e}", path.display()))
        }
        None if std::fs::read_to_string(documented).is_ok_and(|text| text == report) => Ok(()),
        None => {
            Err("docs/conformance.md does not say what this run has shown: run `./just conformance`".into())
        }
    }
}
