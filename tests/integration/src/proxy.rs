//! Runs cases on a running proxy.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::backend::Behaviour;
use crate::case::{Case, RequestSpec, Side, raw};
use crate::client::{Client, Request};
use crate::envoy::Admin;
use crate::envoy::bootstrap::Site;
use crate::expect::Observed;
use crate::record::{ID_HEADER, Record};

/// How long a copy may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running proxy and its backends.
#[derive(Debug)]
pub struct Proxy {
    /// The listeners by the names of their sites.
    pub listeners: BTreeMap<String, SocketAddr>,
    /// The administration interface.
    pub admin: Admin,
    /// What the backends receive.
    pub record: Arc<Record>,
}

impl Proxy {
    /// Runs a case; the error tells all that is not as expected.
    pub fn run(&self, site: &Site<'_>) -> Result<(), String> {
        let name = site.name();
        let &listener =
            self.listeners.get(&name).ok_or_else(|| format!("the proxy has no listener {name}"))?;
        let mut client = Client::new(listener);
        let mut failures = Vec::new();
        let exchanges = site.case.requests.iter().enumerate();
        for (index, exchange) in exchanges.filter(|(_, exchange)| exchange.runs_on(Side::Proxy)) {
            let id = format!("{name}/{index}");
            let label = exchange.label(index);
            let mut observed = Observed { port: listener.port(), ..Observed::default() };
            let request = request(&exchange.request, &id);
            for _ in 0..exchange.request.times {
                let answer = client.send(&request).map_err(|e| format!("{label}: {e}"))?;
                observed.answers.push(answer);
            }
            observed.sent_body = request.body;
            // Who waits for this backend before it answers the client has lost by now.
            self.record.release(&id);
            for (mirror, copies) in &exchange.expect.mirrors {
                let least = copies.count.map_or(exchange.request.times, |count| count.range().0);
                self.record.wait_for(&id, mirror, least, PATIENCE);
            }
            self.wait_until_idle(site.case)?;
            observed.received = self.record.take(&id);
            let told = exchange.expect.check(&observed);
            failures.extend(told.into_iter().map(|told| format!("{label}: {told}")));
        }
        if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
    }

    /// Waits until nothing is on its way to the case's backends: from then on, a copy that has not come will not come.
    fn wait_until_idle(&self, case: &Case) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        for (name, &behaviour) in &case.backends {
            // To a backend that never answers, a request is always on its way.
            if matches!(behaviour, Behaviour::Silent | Behaviour::Missing) {
                continue;
            }
            while !self.admin.is_idle(name)? {
                if Instant::now() > deadline {
                    return Err(format!(
                        "requests to {name} are not answered within {} s",
                        PATIENCE.as_secs()
                    ));
                }
                std::thread::yield_now();
            }
        }
        Ok(())
    }
}

pub(crate) fn request(spec: &RequestSpec, id: &str) -> Request {
    let line = |(name, value): &(String, String)| (raw(name), raw(value));
    let mut headers = vec![(b"Host".to_vec(), raw(&spec.host)), (ID_HEADER.into(), id.into())];
    headers.extend(spec.headers.iter().map(line));
    Request {
        method: spec.method.clone(),
        target: raw(&spec.path),
        headers,
        body: spec.body(),
        chunked: spec.chunked || !spec.trailers.is_empty(),
        trailers: spec.trailers.iter().map(line).collect(),
    }
}
