//! `./just demo`: every filter kind at work in a real Envoy, on real requests.
//!
//! It renders the shop of `examples/gateway/`, starts Envoy on that and the backends behind it, sends requests, shows what became
//! of each, and ends with 0 where all was as the routes say, with 1 where not. `--keep` leaves everything running.

use std::process::ExitCode;

use httproute_integration::demo::{Stage, show};

fn main() -> ExitCode {
    let mut keep = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--keep" => keep = true,
            _ => {
                eprintln!("usage: ./just demo [--keep]");
                return ExitCode::FAILURE;
            }
        }
    }
    match run(keep) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

fn run(keep: bool) -> Result<bool, String> {
    let mut stage = Stage::set()?;
    println!(
        "examples/gateway/shop, by `httproute render envoy`, on Envoy {} at http://{}\n",
        stage.version, stage.listener
    );
    let mut all_well = true;
    for scene in stage.scenes()? {
        let shown = stage.play(&scene)?;
        show(&scene, &shown);
        all_well &= shown.problems.is_empty();
    }
    if all_well {
        println!("Everything went as the HTTPRoutes say.");
    } else {
        println!(
            "Something did not go as the HTTPRoutes say: see the lines with ✗.\n{}",
            stage.envoy.log_tail()
        );
    }
    if keep {
        stage.explain();
        stage.envoy.wait()?;
    }
    Ok(all_well)
}
