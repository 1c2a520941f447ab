//! `docs/performance.md`: what stands between the marks is measured, all else is written by hand.

use std::fs;

use super::{Findings, added, cost, plot, targets};
use crate::machine::Machine;
use crate::measure::Cost;
use crate::results::{self, Found};
use crate::variant::CHAIN;

const BEGIN: &str = "<!-- measured by ./just bench, do not edit: begin -->\n";
const END: &str = "<!-- measured by ./just bench, do not edit: end -->\n";

/// Variants of the first table, and what they are.
const FILTERS: [(&str, &str); 10] = [
    ("plain", "no filter, one native route"),
    ("header-mutation", "native header mutation: 2 request headers, 1 response header"),
    ("lua", "Lua: the same"),
    ("empty", "a module that does nothing, written by hand"),
    ("empty-rust", "a module that does nothing, in Rust with `proxy-wasm`"),
    ("calls", "a module by hand that makes the calls of `httproute.wasm`, and decides nothing"),
    ("httproute", "`httproute.wasm`: match, the same header operations, backend"),
    ("httproute-early-removal", "the same behind the removal of clients' `x-httproute-*` headers"),
    ("httproute-all-kinds", "`httproute.wasm` with CORS, rewrite and two backends beside that"),
    ("chain-all-kinds", "the chain of single modules: the same"),
];

/// Shapes of routes, how many there are of each, and what they are.
pub(super) const SHAPES: [(&str, usize, &str); 6] = [
    ("prefixes", 10_000, "path prefixes"),
    ("hosts", 10_000, "path prefixes over 5000 hostnames"),
    ("wildcards", 10_000, "path prefixes over 5000 wildcard hostnames"),
    ("regexes-16", 16, "16 regular expressions of one host"),
    ("regexes-64", 64, "64 regular expressions of one host"),
    ("headers", 64, "64 matches with headers on one path"),
];

/// Writes what was measured last into docs/.
pub fn write() -> Result<(), String> {
    let filters: Found<Cost> = results::last("filters")?;
    let machine = filters.machine.clone();
    let size = |module: &str| {
        let path = httproute_integration::dist().join(format!("{module}.wasm"));
        fs::metadata(&path).map(|file| file.len()).map_err(|e| format!("{}: {e}", path.display()))
    };
    let mut largest = 0;
    for module in CHAIN {
        largest = largest.max(size(module)?);
    }
    let findings = Findings {
        filters: filters.variants,
        routes: of(&machine, "routes")?,
        shapes: of(&machine, "shapes")?,
        memory: of(&machine, "memory")?,
        swaps: of(&machine, "swaps")?,
        sizes: (size("httproute")?, largest),
    };
    let docs = httproute_integration::root().join("docs");
    let page = docs.join("performance.md");
    let before = fs::read_to_string(&page).map_err(|e| format!("{}: {e}", page.display()))?;
    let after = replaced(&before, &measured(&machine, &findings)?)?;
    let plot = plot::routes(&findings.routes)?;
    for (path, text) in [(page, after), (docs.join("performance-routes.svg"), plot)] {
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        println!("written: {}", path.display());
    }
    Ok(())
}

/// What was found of a subject, if it was on the same machine: ratios between two are worth nothing.
fn of<T: serde::de::DeserializeOwned>(machine: &Machine, subject: &str) -> Result<Vec<T>, String> {
    let found = results::last::<T>(subject)?;
    if found.machine == *machine {
        Ok(found.variants)
    } else {
        Err(format!("{subject} was measured on another machine: ./just bench {subject}"))
    }
}

/// The page with another text between the marks.
fn replaced(page: &str, measured: &str) -> Result<String, String> {
    let parts = page.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let (head, tail) = parts.ok_or("docs/performance.md has lost the marks of what is measured")?;
    Ok(format!("{head}{BEGIN}{measured}{END}{tail}"))
}

fn measured(machine: &Machine, findings: &Findings) -> Result<String, String> {
    Ok([
        format!("\nMachine: {machine}. One worker of Envoy on one core, load and backend on another.\n"),
        format!("\n### Targets\n\n{}", targets::table(findings)?),
        format!("\n### A filter\n\n{}", filters(&findings.filters)?),
        format!("\n### Single modules\n\n{}", singles(&findings.filters)?),
        format!("\n### The number of routes\n\n{}", routes(&findings.routes)?),
        format!("\n### Other shapes of routes\n\n{}", shapes(&findings.shapes)?),
        format!("\n### Memory\n\n{}", memory(findings)?),
        format!("\n### Swapping routes\n\n{}\n", swaps(findings)?),
    ]
    .concat())
}

fn filters(costs: &[Cost]) -> Result<String, String> {
    let lua = added(costs, "lua")?;
    let mut text =
        String::from("| variant | CPU of a request | added, Lua = 1 | quartiles |\n|---|---|---|---|\n");
    for (variant, what) in FILTERS {
        text += &line(what, costs, variant, lua)?;
    }
    Ok(text)
}

/// A row: the whole request beside one without a filter, and what is added beside `unit`.
fn line(what: &str, costs: &[Cost], variant: &str, unit: f64) -> Result<String, String> {
    let found = cost(costs, variant)?;
    let base = found.micros - found.added;
    let (low, high) = (found.quartiles.0 / unit, found.quartiles.1 / unit);
    let (whole, added) = (found.micros / base, found.added / unit);
    Ok(format!("| {what} | {whole:.2} × | {added:.2} | {low:.2}–{high:.2} |\n"))
}

fn singles(costs: &[Cost]) -> Result<String, String> {
    let lua = added(costs, "lua")?;
    let mut text = String::from(
        "Each alone, in front of the route of the last two rows above.\n\n\
         | module | CPU of a request | added, Lua = 1 | quartiles |\n|---|---|---|---|\n",
    );
    for module in CHAIN {
        text += &line(&format!("`{module}.wasm`"), costs, module, lua)?;
    }
    Ok(text)
}

fn routes(costs: &[Cost]) -> Result<String, String> {
    let lua = added(costs, "lua")?;
    let mut text = String::from(
        "Added CPU of a request, Lua without matching = 1. Each request belongs to any of the routes; each route sets two \
         request headers and one response header.\n\n\
         | routes | Envoy's list | Envoy's matcher tree | `httproute.wasm` |\n|---|---|---|---|\n",
    );
    for count in plot::COUNTS {
        let value = |kind: &str| added(costs, &format!("{kind}@{count}")).map(|added| added / lua);
        let (list, tree, ours) = (value("list")?, value("tree")?, value("httproute")?);
        text += &format!("| {count} | {list:.2} | {tree:.2} | {ours:.2} |\n");
    }
    Ok(text + "\n![Added CPU by the number of routes](performance-routes.svg)\n")
}

fn shapes(costs: &[Cost]) -> Result<String, String> {
    let unit = added(costs, "httproute-prefixes")?;
    let mut text = String::from(
        "Added CPU of a request; `httproute.wasm` with 10000 path prefixes = 1.\n\n\
         | shape | routes | Envoy's routes | `httproute.wasm` |\n|---|---|---|---|\n",
    );
    for (name, count, what) in SHAPES {
        let value = |kind: &str| added(costs, &format!("{kind}-{name}")).map(|added| added / unit);
        text += &format!("| {what} | {count} | {:.2} | {:.2} |\n", value("list")?, value("httproute")?);
    }
    Ok(text)
}

fn memory(findings: &Findings) -> Result<String, String> {
    let mut text = String::from(
        "MiB of Envoy; \"one more worker\" is what the second worker takes beyond that of an Envoy with an empty module.\n\n\
         | variant | with one worker | one more worker |\n|---|---|---|\n",
    );
    for memory in &findings.memory {
        let worker = findings.worker(&memory.variant)?;
        text += &format!("| `{}` | {:.0} | {worker:.1} |\n", memory.variant, memory.one / 1024.0);
    }
    Ok(text)
}

fn swaps(findings: &Findings) -> Result<String, String> {
    let mut text = String::from(
        "Milliseconds by which the latest answer was late, with one worker and a thousand requests due each second.\n\n\
         | variant | without a swap | median of 20 swaps | worst of them | until the new routes answered |\n\
         |---|---|---|---|---|\n",
    );
    for swaps in &findings.swaps {
        text += &format!(
            "| `{}` | {:.0} | {:.0} | {:.0} | {:.0} |\n",
            swaps.variant, swaps.calm, swaps.stall, swaps.worst, swaps.effective
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_by_hand_outlives_a_measurement() {
        let page = format!("by hand\n{BEGIN}old\n{END}by hand, too\n");
        let after = replaced(&page, "new\n").unwrap();
        assert_eq!(after, format!("by hand\n{BEGIN}new\n{END}by hand, too\n"));
        assert!(replaced("no marks\n", "new\n").is_err());
    }

    #[test]
    fn the_page_in_docs_has_the_marks() {
        let page = fs::read_to_string(httproute_integration::root().join("docs/performance.md")).unwrap();
        replaced(&page, "").unwrap();
    }
}
