//! What a module counts, and how it reaches the proxy's statistics.
//!
//! Counting is an addition in the module's memory; once a second the sums go to the proxy. A call of the proxy for each
//! request would cost more than the counting is worth.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use httproute_sdk::{Kinds, Reply, Routes};
use proxy_wasm::types::MetricType;

use crate::host::Host;
use crate::metric_ids::MetricIds;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident = $suffix:literal for $kinds:expr;)*) => {
        /// Something that a module counts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Counter {
            $($(#[$doc])* $name,)*
        }

        /// Each counter in the order of [`Counter`]: the end of its name, and the modules that have it.
        const COUNTERS: &[(&str, Kinds)] = &[$(($suffix, $kinds)),*];
    };
}

counters! {
    /// Configurations that were taken: each worker of the proxy takes every one, and the proxy tries each before.
    Configured = "configurations.taken" for Kinds::ALL;
    /// Requests of a rule that went on.
    Forwarded = "requests.forwarded" for Kinds::ALL;
    /// Requests of no rule that went on as they were.
    Passed = "requests.passed" for Kinds::ALL;
    /// Requests answered with a redirect.
    Redirected = "requests.redirected" for Kinds::REDIRECT;
    /// Preflights, answered by a CORS filter.
    Preflight = "requests.preflights" for Kinds::CORS;
    /// Requests of no rule, answered with 404.
    Unmatched = "requests.unmatched" for Kinds::ALL;
    /// Requests for a host that another filter chain serves, answered with 421.
    Misdirected = "requests.misdirected" for Kinds::BACKENDS;
    /// Requests whose path has a dot segment, answered with 400.
    BadPath = "requests.bad_path" for Kinds::BACKENDS;
    /// Requests that ask for no host, answered with 400.
    BadHost = "requests.bad_host" for Kinds::BACKENDS;
    /// Requests that cost too many steps of regular expressions, answered with 400.
    TooCostly = "requests.too_costly" for Kinds::BACKENDS;
    /// Requests of a rule in which something is wrong, answered with 500.
    BrokenRule = "requests.broken_rule" for Kinds::ALL;
    /// Requests of a rule without backend, answered with 500.
    NoBackend = "requests.no_backend" for Kinds::BACKENDS;
    /// Requests that fell to a backend which cannot be resolved, answered with 500.
    UnresolvedBackend = "requests.unresolved_backend" for Kinds::BACKENDS;
    /// Requests answered by a custom filter.
    Answered = "requests.answered" for Kinds::EXTENSIONS;
    /// Requests on which a custom filter failed, answered with 500.
    ExtensionFailed = "requests.extension_failed" for Kinds::EXTENSIONS;
    /// Requests that the proxy refused to show or to change, answered with 500.
    HostFailure = "requests.host_failure" for Kinds::ALL;
    /// Responses on which a custom filter failed, replaced by a 500.
    ResponseExtensionFailed = "responses.extension_failed" for Kinds::EXTENSIONS;
    /// Responses on which the proxy refused a header change.
    ResponseFailure = "responses.host_failure" for Kinds::HEADERS;
    /// Copies that the module sent.
    MirrorSent = "mirrors.sent" for Kinds::MIRROR;
    /// Copies that an upstream answered with a status below 500.
    MirrorCompleted = "mirrors.completed" for Kinds::MIRROR;
    /// Copies that no upstream answered, or with a status from 500 on, the proxy's own 503 and 504 among them.
    MirrorFailed = "mirrors.failed" for Kinds::MIRROR;
    /// Copies that were not sent because the proxy does not know the upstream.
    MirrorNoCluster = "mirrors.no_cluster" for Kinds::MIRROR;
    /// Copies that were not sent because body or headers are larger than a copy may be.
    MirrorTooLarge = "mirrors.too_large" for Kinds::MIRROR;
    /// Copies that were not sent because the request ended before its body was complete.
    MirrorAborted = "mirrors.aborted" for Kinds::MIRROR;
    /// Copies that were not sent because the module holds too many bodies, or too many copies wait for their answer.
    MirrorOverloaded = "mirrors.overloaded" for Kinds::MIRROR;
}

impl Counter {
    /// What an answer of the module counts as.
    pub fn of(reply: &Reply<'_>) -> Self {
        match *reply {
            Reply { location: Some(_), .. } => Counter::Redirected,
            _ if *reply == Reply::EXTENSION_FAILED => Counter::ExtensionFailed,
            _ if reply.is_by_a_filter() && *reply != Reply::PREFLIGHT => Counter::Answered,
            Reply::PREFLIGHT => Counter::Preflight,
            Reply::NO_RULE => Counter::Unmatched,
            Reply::MISDIRECTED => Counter::Misdirected,
            Reply::BAD_HOST => Counter::BadHost,
            Reply::DOT_SEGMENT => Counter::BadPath,
            Reply::TOO_COSTLY => Counter::TooCostly,
            Reply::BROKEN_RULE => Counter::BrokenRule,
            Reply::NO_BACKEND => Counter::NoBackend,
            Reply::UNRESOLVED_BACKEND => Counter::UnresolvedBackend,
            _ => Counter::HostFailure,
        }
    }
}

/// The counters of a module in one worker, and its gauges.
#[derive(Debug, Default)]
pub struct Metrics {
    ids: Rc<MetricIds>,
    counters: [Count; COUNTERS.len()],
    errors: Cell<Option<u32>>,
    warnings: Cell<Option<u32>>,
    memory: Cell<Option<u32>>,
    /// Requests of each rule that has a name, in the order of the rules' numbers.
    rules: RefCell<Vec<(u32, Count)>>,
    /// What custom filters count, by the name that they have for it.
    extensions: RefCell<Vec<(&'static str, Count)>>,
}

#[derive(Debug, Default)]
struct Count {
    /// What has been counted since the last flush.
    pending: Cell<u64>,
    /// The proxy's number for it; `None` where the module does not have this counter.
    metric: Cell<Option<u32>>,
}

impl Metrics {
    /// Those of one configuration, with the numbers that the virtual machine knows already.
    pub fn new(ids: Rc<MetricIds>) -> Self {
        Metrics { ids, ..Metrics::default() }
    }

    /// Makes the metrics known to the proxy: those that a module of these `kinds` can have. Where that is done already,
    /// nothing happens.
    #[cold]
    pub fn define<H: Host>(&self, module: &str, kinds: Kinds, host: &H) {
        if self.errors.get().is_some() {
            return;
        }
        for (count, &(suffix, _)) in self.counters.iter().zip(COUNTERS).filter(|(_, (_, of))| kinds.has(*of))
        {
            let name = format!("httproute.{module}.{suffix}");
            count.metric.set(self.ids.get(MetricType::Counter, &name, host));
        }
        for (gauge, suffix) in [
            (&self.errors, "problems.errors"),
            (&self.warnings, "problems.warnings"),
            (&self.memory, "memory.bytes"),
        ] {
            gauge.set(self.ids.get(MetricType::Gauge, &format!("httproute.{module}.{suffix}"), host));
        }
    }

    /// Makes the named rules of a configuration known to the proxy, in the place of those of an earlier one.
    #[cold]
    pub fn define_rules<H: Host>(&self, module: &str, routes: &Routes, host: &H) {
        // What was counted for the earlier ones is theirs.
        self.flush(host);
        let counts = routes.named_rules().map(|(number, name)| {
            let name = format!("httproute.{module}.rules.{name}.requests");
            let metric = self.ids.get(MetricType::Counter, &name, host);
            (number, Count { metric: Cell::new(metric), ..Count::default() })
        });
        self.rules.replace(counts.collect());
    }

    /// Counts a request of the rule with this number, where the rule has a name.
    pub fn count_rule(&self, number: u32) {
        let rules = self.rules.borrow();
        let place = rules.binary_search_by_key(&number, |(number, _)| *number);
        if let Some((_, count)) = place.ok().and_then(|place| rules.get(place)) {
            count.pending.set(count.pending.get().saturating_add(1));
        }
    }

    /// Adds `n` to the counter that custom filters call `name`, which is made known to the proxy when it is first counted.
    pub fn count_extension<H: Host>(&self, module: &str, name: &'static str, n: u64, host: &H) {
        let mut counts = self.extensions.borrow_mut();
        let known = counts.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            let full = format!("httproute.{module}.extensions.{name}");
            let metric = self.ids.get(MetricType::Counter, &full, host);
            counts.push((name, Count { metric: Cell::new(metric), ..Count::default() }));
            counts.len() - 1
        });
        if let Some((_, count)) = counts.get(known) {
            count.pending.set(count.pending.get().saturating_add(n));
        }
    }

    /// Counts `n` more.
    pub fn count(&self, counter: Counter, n: usize) {
        if let Some(count) = self.counters.get(counter as usize) {
            count.pending.set(count.pending.get().saturating_add(n as u64));
        }
    }

    /// Tells the proxy how many problems the configuration has.
    #[cold]
    pub fn problems<H: Host>(&self, errors: usize, warnings: usize, host: &H) {
        for (gauge, n) in [(&self.errors, errors), (&self.warnings, warnings)] {
            if let Some(metric) = gauge.get() {
                // A statistic that the proxy does not take is no reason to refuse a configuration.
                let _ = host.record_metric(metric, n as u64);
            }
        }
    }

    /// Hands what was counted since the last time over to the proxy, and tells it how much memory the virtual machine has. That is
    /// the memory of one worker: the one that told it last.
    #[cold]
    pub fn flush<H: Host>(&self, host: &H) {
        if let Some(metric) = self.memory.get() {
            let _ = host.record_metric(metric, memory());
        }
        let (rules, extensions) = (self.rules.borrow(), self.extensions.borrow());
        let named = rules.iter().map(|(_, count)| count).chain(extensions.iter().map(|(_, count)| count));
        for count in self.counters.iter().chain(named) {
            let pending = count.pending.get();
            let by = i64::try_from(pending).unwrap_or(i64::MAX);
            if let (1.., Some(metric)) = (by, count.metric.get())
                && host.increment_metric(metric, by).is_ok()
            {
                count.pending.set(pending.saturating_sub(by.unsigned_abs()));
            }
        }
    }
}

const PAGE: u64 = 64 * 1024;

/// The memory of this virtual machine in bytes. It never shrinks.
#[cfg(target_arch = "wasm32")]
fn memory() -> u64 {
    core::arch::wasm32::memory_size(0) as u64 * PAGE
}

/// Outside of a virtual machine, as in tests: the least that one has.
#[cfg(not(target_arch = "wasm32"))]
fn memory() -> u64 {
    PAGE
}
