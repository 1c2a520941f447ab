//! `docs/conformance.md`, from what a run has shown.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::form::{Level, Test};

/// What came of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is as expected.
    Holds,
    /// Something is not.
    Fails,
}

/// The text of `docs/conformance.md`.
pub fn report(tests: &[Test], outcomes: &BTreeMap<String, Outcome>) -> String {
    let mut out = format!(
        "# Conformance\n\n<!-- Written by `./just conformance`: edit tests/integration/conformance/ instead. -->\n\n\
         Each data-plane test of the conformance suite of Gateway API {} has a file of its own, under its name, in \
         [`tests/integration/conformance/`](../tests/integration/conformance):\nour own manifests and requests, written from the \
         specification. It goes through `httproute render envoy` to a real Envoy with `httproute.wasm`. Tests of the suite that\n\
         only look at `status` in a cluster have no file here.\n\n",
        super::GATEWAY_API
    );
    let holds = |test: &&Test| outcomes.get(&test.test) == Some(&Outcome::Holds);
    let of = |level: Level| tests.iter().filter(move |test| test.level == level);
    for (level, title) in [
        (Level::Core, "Core"),
        (Level::Extended, "Extended, standard channel"),
        (Level::Experimental, "Experimental channel"),
    ] {
        let all = of(level).count();
        let _ = writeln!(out, "## {title}: {} of {all} hold\n", of(level).filter(holds).count());
        out.push_str("| test | feature | requests | result |\n|---|---|---:|---|\n");
        for test in of(level) {
            let result = match (&test.not_yet, outcomes.get(&test.test)) {
                (Some(_), _) => "not yet",
                (None, Some(Outcome::Holds)) => "holds",
                (None, Some(Outcome::Fails)) => "**fails**",
                (None, None) => "not run",
            };
            let feature = test.feature.as_deref().unwrap_or("HTTPRoute");
            let requests: usize = test.requests.iter().map(|step| step.request.times).sum();
            let name = &test.test;
            let _ = writeln!(
                out,
                "| [{name}](../tests/integration/conformance/{name}.yaml) | {feature} | {requests} | {result} |"
            );
        }
        out.push('\n');
    }
    let notes =
        tests.iter().filter_map(|test| Some((test, test.not_yet.as_ref().or(test.deviation.as_ref())?)));
    out.push_str("## Known deviations\n\n");
    for (test, note) in notes {
        let _ = writeln!(out, "- **{}**: {}", test.test, note.trim());
    }
    out
}
