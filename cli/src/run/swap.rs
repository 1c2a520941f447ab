//! From one state to the next, without a moment in which a request finds half of one.
//!
//! New upstreams are in use before a module names them; then listeners; then modules; and what nothing names any more goes last.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::claims::Claims;
use super::envoy::Envoy;
use super::events::Events;
use super::files::Files;
use super::published::{Published, Trouble, progress, taken, workers};
use super::state::State;
use crate::args::Mirroring;

/// How long an upstream that no module names any more stays at least, and at most where it still has requests.
const SHORTEST: Duration = Duration::from_secs(3);
const LONGEST: Duration = Duration::from_secs(60);

/// What Envoy has, and what it had.
#[derive(Debug)]
pub(crate) struct Serving {
    published: Published,
    /// The last good state.
    good: State,
    /// Upstreams that no module names any more, and since when.
    retired: BTreeMap<String, (Value, Instant)>,
    /// The addresses of the last good state.
    claims: Claims,
}

impl Serving {
    pub(crate) fn new(files: Files, good: State, mirroring: Mirroring) -> Self {
        let published = Published { files, state: State::default(), mirroring };
        Serving { published, good, retired: BTreeMap::new(), claims: Claims::default() }
    }

    pub(crate) fn files(&self) -> &Files {
        &self.published.files
    }

    /// The last good state.
    pub(crate) fn good(&self) -> &State {
        &self.good
    }

    /// Starts Envoy with the last good state, by `start`, and waits until it serves.
    pub(crate) fn start(
        &mut self,
        start: impl FnOnce(&Files, &mut Events) -> io::Result<Envoy>,
        events: &mut Events,
    ) -> Result<Envoy, Trouble> {
        self.retired.clear();
        let told = self.published.all(&self.good)?;
        events.rejections();
        let mut envoy = start(self.files(), events)?;
        while !envoy.find_admin(self.files().folder()) || progress(&envoy).is_err() {
            events.pause(Duration::from_millis(10))?;
        }
        taken(&told, &Default::default(), &envoy, events)?;
        // Workers begin to listen when all that they need is there.
        while envoy.admin.get("/ready").is_err() {
            events.pause(Duration::from_millis(5))?;
        }
        Ok(envoy)
    }

    /// Has Envoy serve `wanted`. Where that does not come to an end, Envoy goes on with the last good state.
    pub(crate) fn swap(&mut self, wanted: State, envoy: &Envoy, events: &mut Events) -> Result<(), Trouble> {
        events.rejections();
        let outcome = self.claim_addresses(&wanted).and_then(|()| self.advance(&wanted, envoy, events));
        let outcome = match outcome {
            Ok(()) => {
                let now = Instant::now();
                for (name, cluster) in std::mem::replace(&mut self.good, wanted).clusters {
                    self.retired.entry(name).or_insert((cluster, now));
                }
                self.retired.retain(|name, _| !self.good.clusters.contains_key(name));
                self.published.forget_modules(&self.good.modules);
                self.files().keep_code(&self.good.code);
                Ok(())
            }
            Err(trouble @ Trouble::Interrupted(_)) => Err(trouble),
            Err(trouble) => {
                // An Envoy that does not answer may have ended.
                events.pause(Duration::from_millis(100))?;
                self.restore(envoy, events);
                Err(trouble)
            }
        };
        let served = self.good.addresses();
        self.claims.retain(|address| served.values().any(|known| known == address));
        outcome
    }

    /// Makes sure that listeners can have their addresses, and that no other `run` takes them meanwhile.
    pub(crate) fn claim_addresses(&mut self, wanted: &State) -> Result<(), Trouble> {
        for (name, address) in wanted.addresses() {
            self.claims.add(address).map_err(|error| {
                Trouble::Failed(format!("listener {name} cannot have the address {address}: {error}"))
            })?;
        }
        Ok(())
    }

    fn advance(&mut self, wanted: &State, envoy: &Envoy, events: &mut Events) -> Result<(), Trouble> {
        let mut before = progress(envoy)?;
        // Until modules have let go of them, the old upstreams stay.
        let mut clusters = wanted.clusters.clone();
        for (name, cluster) in
            self.good.clusters.iter().chain(self.retired.iter().map(|(name, (cluster, _))| (name, cluster)))
        {
            clusters.entry(name.clone()).or_insert_with(|| cluster.clone());
        }
        if let Some(told) = self.published.clusters(&clusters, false)? {
            before = taken(&[told], &before, envoy, events)?;
        }
        // A listener is not in use before its modules are.
        let (known, new) =
            wanted.modules.clone().into_iter().partition(|(chain, _)| self.good.modules.contains_key(chain));
        self.published.modules(&new)?;
        if let Some(told) = self.published.listeners(&wanted.listeners, false)? {
            before = taken(&[told], &before, envoy, events)?;
        }
        let told = self.published.modules(&known)?;
        taken(&told, &before, envoy, events)?;
        workers(told.len(), &before, envoy, events)
    }

    /// Puts the last good state back into the files.
    fn restore(&mut self, envoy: &Envoy, events: &mut Events) {
        let Serving { published, good, retired, .. } = self;
        let outcome = || -> Result<(), Trouble> {
            let before = progress(envoy)?;
            let mut told = published.modules(&good.modules)?;
            told.extend(published.listeners(&good.listeners, false)?);
            let retired = retired.iter().map(|(name, (cluster, _))| (name.clone(), cluster.clone()));
            let clusters = good.clusters.clone().into_iter().chain(retired).collect();
            told.extend(published.clusters(&clusters, false)?);
            published.forget_modules(&good.modules);
            taken(&told, &before, envoy, events).map(drop)
        }();
        // Envoy has not let go of what it had: what it does not take back is told with its next line of log.
        drop(outcome);
        events.rejections();
        self.files().keep_code(&self.good.code);
    }

    /// When it is to be asked next whether upstreams can go.
    pub(crate) fn next_retirement(&self) -> Option<Instant> {
        let first = self.retired.values().map(|(_, since)| *since + SHORTEST).min()?;
        Some(first.max(Instant::now() + Duration::from_millis(500)))
    }

    /// Lets upstreams go that have no requests any more. Where Envoy does not answer, they stay until the next time.
    pub(crate) fn retire(&mut self, envoy: &Envoy) -> io::Result<()> {
        let is_due = |since: &Instant| since.elapsed() >= SHORTEST;
        if !self.retired.values().any(|(_, since)| is_due(since)) {
            return Ok(());
        }
        let stats = envoy.admin.stats(&["upstream_rq_active", "listener_manager.total"])?;
        // Connections of listeners that are gone may still bring requests for as long as Envoy drains them.
        let draining = ["total_listeners_draining", "total_filter_chains_draining"];
        if draining.iter().any(|name| stats.number(&format!("listener_manager.{name}")) > 0) {
            return Ok(());
        }
        self.retired.retain(|name, (_, since)| {
            let active = stats.number(&format!("cluster.{}.upstream_rq_active", name.replace(':', "_")));
            !is_due(since) || (active > 0 && since.elapsed() < LONGEST)
        });
        let retired = self.retired.iter().map(|(name, (cluster, _))| (name.clone(), cluster.clone()));
        let clusters = self.good.clusters.clone().into_iter().chain(retired).collect();
        self.published.clusters(&clusters, false).map(drop)
    }
}
