//! Requests without pause: a load generator, and backends that keep up with it.
//!
//! One thread drives any number of connections, so that on a machine of two cores one is left for the proxy. Every answer is
//! checked: a load that only counts answers would call a proxy fast that answers nonsense.

mod backend;
mod generator;
mod message;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use hdrhistogram::Histogram;

pub use backend::{LeanBackend, echo};
pub use message::{Answer, Asked};

/// How much is sent, and how.
#[derive(Clone, Debug)]
pub struct Load {
    /// Where the proxy listens.
    pub server: SocketAddr,
    /// How many connections are used; each has one request in flight at a time.
    pub connections: usize,
    /// How many requests are sent; `None` until [`Progress::stop`].
    pub requests: Option<u64>,
    /// How many requests are due each second; `None` as many as the connections carry. With a pace, latency counts from when
    /// a request was due, so that a stall shows in all that it delays.
    pub per_second: Option<u32>,
    /// After how long without an answer a request has failed.
    pub patience: Duration,
}

impl Load {
    /// `connections` connections to `server`, as fast as they go, until told to stop.
    pub fn new(server: SocketAddr, connections: usize) -> Self {
        Load { server, connections, requests: None, per_second: None, patience: Duration::from_secs(20) }
    }
}

/// What is sent, and which answers are right.
pub trait Traffic {
    /// Writes request `number`, whole, as HTTP/1.1.
    fn request(&mut self, number: u64, out: &mut Vec<u8>);

    /// Says what is wrong with the answer to request `number`.
    fn check(&mut self, number: u64, answer: &Answer<'_>) -> Result<(), String>;
}

/// How far a load is; shared between who drives it and who watches.
#[derive(Debug, Default)]
pub struct Progress {
    answered: AtomicU64,
    failed: AtomicU64,
    stopping: AtomicBool,
}

impl Progress {
    /// How many requests have been answered, rightly or not.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// How many requests have failed: answered wrongly or not at all.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Sends no more requests; those in flight are still answered.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it is to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

/// What came of a load.
#[derive(Clone, Debug)]
pub struct Summary {
    /// How many requests were answered, rightly or not.
    pub answered: u64,
    /// How many failed: answered wrongly or not at all.
    pub failed: u64,
    /// The first of the failures, as sentences.
    pub failures: Vec<String>,
    /// How long it took.
    pub elapsed: Duration,
    /// Microseconds until the last byte of each answer.
    pub latency: Histogram<u64>,
}

impl Summary {
    /// The latency that the share `quantile` (0 to 1) of the requests did not exceed.
    pub fn latency_at(&self, quantile: f64) -> Duration {
        Duration::from_micros(self.latency.value_at_quantile(quantile))
    }

    /// Requests answered each second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.elapsed.as_secs_f64()
    }
}

/// Sends the load, and returns when all of it has been answered.
///
/// # Errors
///
/// That nothing can be sent at all: the server refuses connections.
pub fn run(load: &Load, traffic: &mut dyn Traffic, progress: &Arc<Progress>) -> Result<Summary, String> {
    generator::Generator::new(load, traffic, progress)
        .and_then(generator::Generator::run)
        .map_err(|e| format!("{}: {e}", load.server))
}
