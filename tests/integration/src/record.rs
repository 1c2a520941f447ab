//! What the backends received, to be asked for by the id of the request that caused it.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::wire::Lines;

/// The header by which the runner recognises a request and its copies.
pub const ID_HEADER: &str = "x-case-request";

/// One request as a backend received it.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// The backend.
    pub backend: String,
    /// The method.
    pub method: String,
    /// The request target, with the query.
    pub target: Vec<u8>,
    /// The header lines, in order.
    pub headers: Lines,
    /// The whole body.
    pub body: Vec<u8>,
    /// The trailers.
    pub trailers: Lines,
}

/// Everything that all backends of a test have received.
#[derive(Debug, Default)]
pub struct Record {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    received: Vec<(String, Received)>,
    released: HashSet<String>,
    finished: bool,
}

impl Record {
    fn state(&self) -> MutexGuard<'_, State> {
        // A backend thread that failed has told so; what the others saw still holds.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Notes that a backend received a request with this id.
    pub(crate) fn add(&self, id: String, received: Received) {
        self.state().received.push((id, received));
        self.changed.notify_all();
    }

    /// Lets the backends that hold requests with this id go on.
    pub fn release(&self, id: &str) {
        self.state().released.insert(id.to_owned());
        self.changed.notify_all();
    }

    /// Lets all held requests go on, for good.
    pub(crate) fn finish(&self) {
        self.state().finished = true;
        self.changed.notify_all();
    }

    /// Waits until `id` is released, or for good when it is `None`.
    pub(crate) fn wait_for_release(&self, id: Option<&str>) {
        let mut state = self.state();
        while !state.finished && !id.is_some_and(|id| state.released.contains(id)) {
            state = self.changed.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// Waits until `backend` has received at least `count` requests with this id, and says whether it has.
    pub fn wait_for(&self, id: &str, backend: &str, count: usize, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut state = self.state();
        loop {
            let seen = state.received.iter().filter(|(i, r)| i == id && r.backend == backend).count();
            let left = deadline.saturating_duration_since(Instant::now());
            if seen >= count || left.is_zero() {
                return seen >= count;
            }
            state =
                self.changed.wait_timeout(state, left).unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
    }

    /// Waits until something has been received, and takes it out.
    pub fn wait_for_any(&self) -> Vec<Received> {
        let mut state = self.state();
        while state.received.is_empty() {
            state = self.changed.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        std::mem::take(&mut state.received).into_iter().map(|(_, received)| received).collect()
    }

    /// Takes out all that was received with this id.
    pub fn take(&self, id: &str) -> Vec<Received> {
        let mut state = self.state();
        let (taken, rest) = std::mem::take(&mut state.received).into_iter().partition(|(i, _)| i == id);
        state.received = rest;
        taken.into_iter().map(|(_, received)| received).collect()
    }
}
