//! Sends what the module sends by itself, in a way that outlives the stream it came from.
//!
//! A call to an upstream belongs to the context that is active when it is made. The primary is often answered long before a
//! slow mirror is, and with its stream the stream's context is gone: proxies may cancel the stream's calls then, and nobody
//! would learn what became of them. So calls are made in the root context, which lives as long as the configuration.
//!
//! The `proxy-wasm` crate notes for each call which context it has made active itself; from a stream's callback that is
//! always the stream, whatever the host is told. What makes the root active is a callback of the root. The module's own
//! entry point for one of them, `proxy_on_queue_ready`, is an ordinary function, and modules of this project use no shared
//! queues: so a stream puts its calls into the outbox, calls that function ([`Host::wake_root`]), and the root sends what is
//! in the outbox before it returns to the stream.
//!
//! A root whose configuration has been replaced waits for the answers too ([`Outbox::retire`]): with the root the proxy would
//! reset its calls.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use proxy_wasm::types::MapType;

use crate::host::{Call, Failed, Host};
use crate::metrics::{Counter, Metrics};

/// How many copies of one worker may wait for their answer. Each holds its body in the proxy's memory, so that a mirror
/// that answers slowly must not be able to collect them without end.
pub const MAX_CALLS: usize = 1024;

/// How long a copy may wait for its answer.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// The largest number of headers and the most bytes of headers that a host takes from a module. Beyond that Envoy takes
/// none at all, and says nothing.
const MAX_HEADERS: usize = 1024;
const MAX_HEADER_BYTES: usize = 1 << 20;

/// The calls that wait for the root, and how many wait for an answer.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: RefCell<Vec<Call>>,
    unanswered: Cell<usize>,
    retiring: Cell<bool>,
}

impl Outbox {
    /// Puts `calls` into the outbox.
    pub fn put(&self, calls: impl IntoIterator<Item = Call>) {
        self.waiting.borrow_mut().extend(calls);
    }

    /// How many calls wait for an answer.
    pub fn unanswered(&self) -> usize {
        self.unanswered.get()
    }

    /// Sends what is in the outbox. To be called in a callback of the root context.
    #[cold]
    pub fn send<H: Host>(&self, root: u32, metrics: &Metrics, host: &H) {
        // Taken out first: what a host does in a call is not to meet a borrowed outbox.
        let calls = self.waiting.take();
        let entered = host.set_context(root);
        for call in calls {
            metrics.count(entered.map_or(Counter::MirrorFailed, |()| self.send_one(&call, host)), 1);
        }
    }

    #[cold]
    fn send_one<H: Host>(&self, call: &Call, host: &H) -> Counter {
        if !fits(call) {
            return Counter::MirrorTooLarge;
        }
        if self.unanswered.get() >= MAX_CALLS {
            return Counter::MirrorOverloaded;
        }
        match host.call(call, TIMEOUT) {
            Ok(()) => {
                self.unanswered.set(self.unanswered.get() + 1);
                Counter::MirrorSent
            }
            Err(Failed::BAD_ARGUMENT) => Counter::MirrorNoCluster,
            Err(_) => Counter::MirrorFailed,
        }
    }

    /// Takes the answer to a call, which is nobody's but the metrics'. To be called in the callback that brings it.
    #[cold]
    pub fn answered<H: Host>(&self, headers: usize, metrics: &Metrics, host: &H) {
        self.unanswered.set(self.unanswered.get().saturating_sub(1));
        // A call that was reset has an answer without headers.
        let status =
            if headers == 0 { None } else { host.header(MapType::HttpCallResponseHeaders, ":status").ok() };
        let completed = status.flatten().is_some_and(|status| !status.starts_with(b"5"));
        metrics.count(if completed { Counter::MirrorCompleted } else { Counter::MirrorFailed }, 1);
        if self.retiring.get() && self.unanswered.get() == 0 {
            // The root's timer may not tick any more.
            metrics.flush(host);
            host.done();
        }
    }

    /// Whether the root may go now. Otherwise it goes with the last answer, which comes within [`TIMEOUT`].
    pub fn retire(&self) -> bool {
        self.retiring.set(true);
        self.unanswered.get() == 0
    }
}

fn fits(call: &Call) -> bool {
    [&call.headers, call.trailers.as_ref()].into_iter().all(|lines| {
        let bytes: usize = lines.iter().map(|(name, value)| name.len() + value.len() + 10).sum();
        lines.len() <= MAX_HEADERS && bytes < MAX_HEADER_BYTES
    })
}
