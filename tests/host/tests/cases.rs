//! Every case on the second host, with all the modules that it is for: each a test of its own.

use std::process::ExitCode;
use std::sync::Arc;

use httproute_host::proxy;
use httproute_integration::case::Case;
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let cases = match Case::read_all(&httproute_integration::cases()) {
        Ok(cases) => cases,
        Err(e) => {
            eprintln!("a case file that cannot be read: {e}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials = Vec::new();
    for case in cases.into_iter().map(Arc::new) {
        for variant in case.run.clone() {
            let (name, case) = (format!("wasmtime::{}::{}", variant.name(), case.name), Arc::clone(&case));
            trials.push(Trial::test(name, move || {
                proxy::run(&case, variant).map_err(|e| {
                    format!("tests/integration/cases/{}.yaml\n{}\n{e}", case.name, case.about.trim()).into()
                })
            }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
