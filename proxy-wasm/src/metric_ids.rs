//! The proxy's numbers for metrics.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hasher};

use proxy_wasm::types::MetricType;

use crate::host::Host;

/// The proxy's numbers for the metrics of one virtual machine.
///
/// Each configuration has a root context of its own, and the proxy keeps each metric that is ever defined for as long as the
/// virtual machine lives, also where it has one of that name (Envoy 1.40.0: some four KiB with each change of a configuration). So a
/// name is defined once.
#[derive(Debug, Default)]
pub struct MetricIds {
    /// The hash of a name and the number for it, in the bucket that the hash says: the names themselves would take memory for
    /// nothing, and a hash table too much code.
    known: RefCell<Vec<Vec<(u64, u32)>>>,
}

/// Ten thousand named rules are forty a bucket.
const BUCKETS: usize = 256;

impl MetricIds {
    /// The number for the metric `name`, which is made known to the proxy where it is not yet; `None` where the proxy does not
    /// take it.
    #[cold]
    pub fn get<H: Host>(&self, kind: MetricType, name: &str, host: &H) -> Option<u32> {
        let mut hasher = DefaultHasher::new();
        hasher.write(name.as_bytes());
        let hash = hasher.finish();
        let mut known = self.known.borrow_mut();
        known.resize_with(BUCKETS, Vec::new);
        let bucket = known.get_mut(hash as usize % BUCKETS)?;
        if let Some((_, metric)) = bucket.iter().find(|(known, _)| *known == hash) {
            return Some(*metric);
        }
        let metric = host.define_metric(kind, name).ok()?;
        bucket.push((hash, metric));
        Some(metric)
    }
}
