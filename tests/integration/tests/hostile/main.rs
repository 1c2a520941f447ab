//! Hostile traffic with real sockets, on an Envoy as `httproute render envoy` sets it up: nothing splits a header, escapes a
//! rule, or harms another request.
//!
//! `HTTPROUTE_ENVOYS` lists the versions, as for the cases.

mod http1;
mod http2;
mod load;
mod patterns;
mod rig;

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use httproute_integration::envoy::default_version;
use libtest_mimic::{Arguments, Failed, Trial};

use rig::Rig;

type Attack = fn(&mut Rig) -> Result<(), String>;

const ATTACKS: &[(&str, Attack)] = &[
    ("two readings of where a request ends", http1::smuggling),
    ("heads that fold, repeat and break", http1::heads),
    ("targets of every form", http1::targets),
    ("line breaks and zero bytes in what is copied into headers", http1::line_breaks),
    ("many and large headers and parameters", http1::large),
    ("bodies cut off in the middle", http1::cut_off),
    ("HTTP/2 pseudo-headers", http2::pseudo_headers),
    ("HTTP/2 streams", http2::streams),
    ("a thousand patterns and long paths", patterns::costly),
    ("a thousand slow clients", load::slow_clients),
    ("a mirror that never answers", load::silent_mirror),
];

fn main() -> ExitCode {
    // In the order of the list, for a mirror that never answers leaves copies waiting that the attacks before it do not expect.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    let listed = std::env::var("HTTPROUTE_ENVOYS").unwrap_or_default();
    let versions: Vec<_> = match listed.trim() {
        "none" => Vec::new(),
        "" => vec![default_version()],
        listed => listed.split_whitespace().collect(),
    };
    let mut trials = Vec::new();
    let mut rigs = Vec::new();
    for version in versions {
        // One Envoy for all: what one attack leaves behind, the next would find.
        let rig: Arc<Mutex<Option<Rig>>> = Arc::default();
        rigs.push(Arc::clone(&rig));
        for &(name, attack) in ATTACKS {
            let (version, rig) = (version.to_owned(), Arc::clone(&rig));
            trials.push(Trial::test(format!("envoy {version}::{name}"), move || {
                // An attack that failed has told so; the others are carried out all the same.
                let mut rig = rig.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if rig.is_none() {
                    *rig = Some(Rig::start(&version)?);
                }
                let running = rig.as_mut().ok_or("no Envoy")?;
                attack(running).map_err(Failed::from)
            }));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    // Ends the proxies before the process ends.
    rigs.iter().for_each(|rig| drop(rig.lock().map(|mut rig| rig.take())));
    conclusion.exit_code()
}
