//! Backends for a set of cases.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::backend::{Backend, Behaviour};
use crate::envoy::bootstrap::CLOSED_PORT;
use crate::record::Record;

/// The backends of a set of cases, running until this is dropped.
#[derive(Debug)]
pub struct Fleet {
    /// What they receive.
    pub record: Arc<Record>,
    backends: BTreeMap<String, Backend>,
    upstreams: BTreeMap<String, Behaviour>,
}

impl Fleet {
    /// Starts a backend for each upstream that has one, on the ports that `port` gives (0 picks a free one).
    pub fn start(
        upstreams: &BTreeMap<String, Behaviour>,
        ip: IpAddr,
        port: impl Fn(&str) -> u16,
    ) -> Result<Fleet, String> {
        let record = Arc::new(Record::default());
        let listening = upstreams.iter().filter(|(_, behaviour)| behaviour.listens());
        let backends = listening
            .map(|(name, &behaviour)| {
                let backend = Backend::start(name, behaviour, (ip, port(name)), &record);
                Ok((name.clone(), backend.map_err(|e| format!("backend {name}: {e}"))?))
            })
            .collect::<Result<_, String>>()?;
        Ok(Fleet { record, backends, upstreams: upstreams.clone() })
    }

    /// Where the proxy finds each upstream, if `host` is where the backends are.
    pub fn places(&self, host: &str) -> BTreeMap<String, (String, u16)> {
        let known = self.upstreams.iter().filter(|&(_, &behaviour)| behaviour != Behaviour::Missing);
        let place = |name: &String| {
            let port = self.backends.get(name).map_or(CLOSED_PORT, |backend| backend.address().port());
            (name.clone(), (host.to_owned(), port))
        };
        known.map(|(name, _)| place(name)).collect()
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.record.finish();
    }
}
