//! Shows what requests, and reading routes, cost each module, beside what is recorded; `--record` records it anew.

use std::collections::BTreeMap;
use std::process::ExitCode;

use httproute_host::record::{Count, Record, count};

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(told) => {
            eprintln!("{told}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<bool, String> {
    let records = match arguments {
        [] => false,
        [flag] if flag == "--record" => true,
        _ => return Err("usage: fuel [--record]".into()),
    };
    let counts = count()?;
    let now = Record::of(&counts)?;
    let old = if records { Record::default() } else { Record::read()? };
    show(&counts, &old);
    if records {
        now.write()?;
        println!("\nRecorded in tests/host/fuel.json, of modules made by {}.", now.made_by);
        return Ok(true);
    }
    let judgement = old.judge(&now);
    println!("\n{}", judgement.as_ref().unwrap_or_else(|told| told));
    Ok(judgement.is_ok())
}

fn show(counts: &[Count], old: &Record) {
    println!(
        "{:<16} {:<16} {:>12} {:>12} {:>7}   calls of the host",
        "module", "scenario", "instructions", "recorded", "ratio"
    );
    for Count { module, scenario, cost } in counts {
        let recorded = old.get(module, scenario);
        let ratio = recorded.map(|recorded| format!("{:.3}", cost.fuel as f64 / recorded as f64));
        let recorded = recorded.map(|recorded| recorded.to_string()).unwrap_or_default();
        let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
        for call in &cost.calls {
            *calls.entry(call.trim_start_matches("proxy_")).or_default() += 1;
        }
        let calls: Vec<_> = calls.into_iter().map(|(name, n)| format!("{n} {name}")).collect();
        println!(
            "{module:<16} {scenario:<16} {:>12} {recorded:>12} {:>7}   {}",
            cost.fuel,
            ratio.unwrap_or_default(),
            calls.join(", ")
        );
    }
}
