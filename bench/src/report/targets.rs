//! What the project promises, beside what was measured.

use super::{Findings, added};

/// How many MiB a MB has, and so on, stays out of it: sizes of files are in thousands of bytes.
const KB: f64 = 1_000.0;

/// A row for each promise: what, the target, what was measured, whether it is met.
pub(super) fn table(findings: &Findings) -> Result<String, String> {
    let Findings { filters, routes, shapes, sizes, .. } = findings;
    let mut rows = Vec::new();
    let mut row = |what: &str, limit: f64, measured: f64, unit: &str| {
        let verdict = if measured <= limit { "met" } else { "**not met**" };
        let digits = if unit.starts_with('×') { 2 } else { usize::from(measured < 10.0) };
        rows.push(format!("| {what} | {limit} {unit} | {measured:.digits$} {unit} | {verdict} |"));
    };
    let one = added(filters, "httproute")?;
    row("`httproute`, 1 route, beside Lua without matching", 1.0, one / added(filters, "lua")?, "×");
    row("the same beside the empty module (an aim)", 2.0, one / added(filters, "empty")?, "×");
    let one = added(routes, "httproute@1")?;
    for count in ["1000", "10000"] {
        let what = format!("`httproute` at {count} routes beside 1 route");
        row(&what, 1.2, added(routes, &format!("httproute@{count}"))? / one, "×");
    }
    let list = added(routes, "list@10000")?;
    row(
        "`httproute` at 10000 routes beside Envoy's list",
        0.3,
        added(routes, "httproute@10000")? / list,
        "×",
    );
    let plain = added(shapes, "httproute-prefixes")?;
    for (name, _, what) in super::page::SHAPES.iter().skip(1) {
        let measured = added(shapes, &format!("httproute-{name}"))? / plain;
        row(&format!("{what}, beside 10000 path prefixes"), 2.0, measured, "×");
    }
    row("one more worker at 1 route", 2.0, findings.worker("httproute@1")?, "MiB");
    row("the same after 20 swaps", 2.0, findings.worker("httproute@1-swapped")?, "MiB");
    row("one more worker at 10000 routes", 30.0, findings.worker("httproute@10000")?, "MiB");
    row("the same after 20 swaps", 30.0, findings.worker("httproute@10000-swapped")?, "MiB");
    row(
        "worst stall while 10000 routes are swapped in",
        100.0,
        findings.swap("httproute@10000")?.worst,
        "ms",
    );
    row("`httproute.wasm`", 480.0, sizes.0 as f64 / KB, "KB");
    row("the largest single module", 380.0, sizes.1 as f64 / KB, "KB");
    Ok(format!("| figure | at most | measured | |\n|---|---|---|---|\n{}\n", rows.join("\n")))
}
