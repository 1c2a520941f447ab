//! The end: requests in flight are answered first.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::envoy::Envoy;
use super::events::{Events, Interrupt};
use super::say;
use crate::diagnostics::number;

/// How long clients are only told to go elsewhere.
const POLITE: Duration = Duration::from_secs(5);
/// How long requests in flight may take.
const LONGEST: Duration = Duration::from_secs(30);

/// How often Envoy is asked whether it is idle.
const STEP: Duration = Duration::from_millis(20);

/// As shells have it: 128 and the number of SIGINT.
pub(crate) const CUT_SHORT: u8 = 130;

/// Lets the requests in flight be answered, for as long as that is sensible, ends Envoy, and says how it went.
pub(crate) fn drain(envoy: &mut Envoy, events: &mut Events) -> ExitCode {
    match idle(envoy, events) {
        Ok(0) => say!("drained"),
        Ok(left) => {
            say!(
                "{} not answered within {} s, cut short",
                number(left as usize, "request"),
                LONGEST.as_secs()
            )
        }
        Err(Interrupt::Signal) => return ExitCode::from(CUT_SHORT),
        Err(Interrupt::EnvoyEnded) => {
            let how = envoy.status().map_or_else(|error| error.to_string(), |status| status.to_string());
            say!("Envoy ended by itself ({how}): requests in flight were cut short");
            return ExitCode::FAILURE;
        }
    }
    _ = envoy.admin.post("/quitquitquit");
    // It ends now, or is killed by who has it.
    match events.pause(STEP * 250) {
        Err(Interrupt::Signal) => ExitCode::from(CUT_SHORT),
        Ok(()) | Err(Interrupt::EnvoyEnded) => ExitCode::SUCCESS,
    }
}

/// Waits until no request is in flight, and returns how many there still are.
fn idle(envoy: &Envoy, events: &mut Events) -> Result<u64, Interrupt> {
    let begun = Instant::now();
    // Every answer says now that its connection ends with it.
    _ = envoy.admin.post("/drain_listeners?graceful");
    events.end()?;
    say!("draining: requests in flight are answered; another Ctrl-C ends it at once");
    until(envoy, events, begun + POLITE)?;
    // Nobody connects any more.
    _ = envoy.admin.post("/drain_listeners");
    until(envoy, events, begun + LONGEST)
}

fn until(envoy: &Envoy, events: &mut Events, until: Instant) -> Result<u64, Interrupt> {
    loop {
        let is_ours =
            |name: &str| name.ends_with(".downstream_rq_active") && !name.starts_with("http.admin.");
        // An Envoy that does not answer is asked again, until it is known to have ended.
        let active = envoy.admin.stats(&["downstream_rq_active"]).ok().and_then(|stats| stats.sum(is_ours));
        if active == Some(0) || Instant::now() >= until {
            return Ok(active.unwrap_or(0));
        }
        events.pause(STEP)?;
    }
}
