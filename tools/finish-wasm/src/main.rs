//! Finishes a module for the proxy: removes the exports that it has no use for, and what only they needed.
//!
//! ```text
//! finish-wasm IN OUT [--as MODULE] [--keep EXPORT]… [--all-callbacks]
//! ```
//!
//! Which exports a module of the project keeps is told by the name of `IN`. Another module is finished as one of the project's is (one with
//! filters of its own `--as httproute`), or with those that `--keep` names, which adds to them. A module works without this too, only slower.
//!
//! `--all-callbacks` keeps every callback of the ABI, for hosts that call them whether or not a module exports them.

mod exports;
mod finish;
mod uncallable;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: finish-wasm IN OUT [--as MODULE] [--keep EXPORT]... [--all-callbacks]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("finish-wasm: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<String, String> {
    let [input, output, more @ ..] = arguments else { return Err(USAGE.to_owned()) };
    let stem = Path::new(input).file_stem().unwrap_or_default().to_string_lossy();
    let mut keep = exports::kept(&stem);
    let mut all_callbacks = false;
    let mut more = more.iter();
    while let Some(flag) = more.next() {
        if flag == "--all-callbacks" {
            all_callbacks = true;
            continue;
        }
        let value = more.next().ok_or(USAGE)?;
        match flag.as_str() {
            "--as" => keep = exports::kept(value),
            "--keep" => keep.get_or_insert_default().push(value),
            _ => return Err(USAGE.to_owned()),
        }
    }
    let keep =
        keep.ok_or_else(|| format!("{stem} is no module of this project: say which one it is like by --as, or name its exports by --keep"))?;
    let wasm = std::fs::read(input).map_err(|error| format!("{input}: {error}"))?;
    let finished =
        finish::finish(&wasm, &keep, all_callbacks).map_err(|error| format!("{input}: {error}"))?;
    std::fs::write(output, &finished).map_err(|error| format!("{output}: {error}"))?;
    let callbacks = if all_callbacks { " and all callbacks" } else { "" };
    Ok(format!("{stem}: {} -> {} bytes, {} exports{callbacks}", wasm.len(), finished.len(), keep.len()))
}
