//! `httproute`: checks Gateway API manifests, explains where a request goes, writes proxy configurations, and runs Envoy on them.

mod args;
mod clock;
mod commands;
mod diagnostics;
mod error;
mod input;
mod render;
mod run;
mod text;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};

fn main() -> ExitCode {
    // Wrong usage ends here, with exit code 2.
    let arguments = Arguments::parse();
    let outcome = match &arguments.command {
        Command::Check(arguments) => commands::check::run(arguments),
        Command::Explain(arguments) => commands::explain::run(arguments),
        Command::Render(arguments) => commands::render::run(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Completions(arguments) => commands::completions::run(arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            if !failure.is_silent() {
                anstream::eprintln!("{failure}");
            }
            failure.exit_code()
        }
    }
}
