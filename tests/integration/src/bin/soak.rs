//! `./just soak`: a long load on `httproute run`, which is configured anew again and again; with `--traps` its module panics now
//! and then. Ends with 0 where memory stayed flat and no request failed.

use std::process::ExitCode;

use httproute_integration::soak::{Outcome, Soak, Verdict, soak, verdict};

fn main() -> ExitCode {
    let outcome = Soak::parse(std::env::args().skip(1)).and_then(|arguments| soak(&arguments));
    match outcome {
        Ok(outcome) if tell(&outcome) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

/// Tells what came of it; whether all is well.
fn tell(outcome: &Outcome) -> bool {
    let Outcome { summary, samples, workers, during_traps, copies } = outcome;
    println!(
        "\n{} requests in {:.0} s ({:.0} a second), {} failed, {during_traps} answered with 503 while a module was replaced; {} copies, {} of them mixed",
        summary.answered,
        summary.elapsed.as_secs_f32(),
        summary.rate(),
        summary.failed,
        copies.0,
        copies.1,
    );
    for failure in &summary.failures {
        println!("  {failure}");
    }
    let at = |quantile| summary.latency_at(quantile);
    println!(
        "latency: half within {:?}, 99 % within {:?}, 99.9 % within {:?}, the longest {:?}",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
    let is_right = summary.failed == 0 && copies.1 == 0;
    let (memory, is_flat) = match verdict(samples, *workers) {
        Verdict::Flat(lines) => (lines, Some(true)),
        Verdict::Grew(lines) => (lines, Some(false)),
        Verdict::TooShort => (vec!["memory: it was too short to tell".to_owned()], None),
    };
    memory.iter().for_each(|line| println!("{line}"));
    let told = match (is_right, is_flat) {
        (true, Some(true)) => "All is well.",
        (true, None) => "Every request was right. Whether memory stays flat, a longer soak tells.",
        _ => "NOT WELL: see above.",
    };
    println!("{told}");
    is_right && is_flat == Some(true)
}
