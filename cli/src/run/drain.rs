//! The end: requests in flight are answered first.

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

/// Lets the requests in flight be answered, for as long as that is sensible, and ends Envoy.
pub(crate) fn drain(envoy: &Envoy, events: &mut Events) -> Result<(), Interrupt> {
    let begun = Instant::now();
    // Every answer says now that its connection ends with it.
    _ = envoy.admin.post("/drain_listeners?graceful");
    say!("draining: what is in flight is answered; another signal ends it at once");
    idle(envoy, events, begun + POLITE)?;
    // Nobody connects any more.
    _ = envoy.admin.post("/drain_listeners");
    let left = idle(envoy, events, begun + LONGEST)?;
    if left > 0 {
        say!("{} not answered within {} s", number(left as usize, "request"), LONGEST.as_secs());
    }
    _ = envoy.admin.post("/quitquitquit");
    // An Envoy that does not end by itself is killed by who has it.
    events.pause(STEP * 250)
}

/// Waits until no request is in flight, and returns how many there still are.
fn idle(envoy: &Envoy, events: &mut Events, until: Instant) -> Result<u64, Interrupt> {
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
