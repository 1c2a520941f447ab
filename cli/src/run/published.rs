//! What stands in the files, and what Envoy says of it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::admin::Stats;
use super::envoy::Envoy;
use super::events::{Events, Interrupt};
use super::files::Files;
use super::state::State;
use crate::args::Mirroring;
use crate::render::envoy::discovery::{CLUSTERS, ROUTES, file, module_file};
use crate::render::envoy::route_configuration;

/// How long Envoy may take for one step: it looks up the addresses of new upstreams, and compiles modules.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long workers may take until they have a module's new configuration, which the main thread has tried already.
const WORKERS: Duration = Duration::from_secs(2);

/// The statistics that say how far Envoy is.
const STATS: [&str; 6] = [
    "cluster_manager.cds",
    "cluster_manager.warming_clusters",
    "listener_manager",
    "extension_config_discovery",
    "configurations.taken",
    "server.concurrency",
];

/// Why Envoy does not serve what it is to serve.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Something cannot wait.
    Interrupted(Interrupt),
    /// Envoy does not take it; why, as it says.
    Rejected(String),
    /// A file cannot be written, or Envoy does not answer.
    Failed(String),
}

impl From<Interrupt> for Trouble {
    fn from(interrupt: Interrupt) -> Self {
        Trouble::Interrupted(interrupt)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Trouble::Failed(error.to_string())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Interrupted(Interrupt::Signal) => f.write_str("it was to end meanwhile"),
            Trouble::Interrupted(Interrupt::EnvoyEnded) => f.write_str("Envoy ended meanwhile"),
            Trouble::Rejected(why) => write!(f, "Envoy rejects it: {why}"),
            Trouble::Failed(why) => f.write_str(why),
        }
    }
}

/// What Envoy has been told, and what it is to say when it has taken that: a statistic and its value.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    subscription: String,
    version: String,
}

/// What stands in the files.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) files: Files,
    /// Without `routes` and `settings`, which are for people.
    pub(crate) state: State,
    /// What the routes depend on; they stay the same while Envoy runs.
    pub(crate) mirroring: Mirroring,
}

impl Published {
    /// Writes all of `state`, for an Envoy that starts.
    pub(crate) fn all(&mut self, state: &State) -> Result<Vec<Told>, Trouble> {
        self.files.put(
            &file(ROUTES),
            "route.v3.RouteConfiguration",
            [route_configuration(ROUTES, &self.mirroring)],
        )?;
        self.state = State::default();
        let mut told = self.modules(&state.modules)?;
        told.extend(self.clusters(&state.clusters, true)?);
        told.extend(self.listeners(&state.listeners, true)?);
        Ok(told)
    }

    /// Writes the upstreams, where they are not those that stand there.
    pub(crate) fn clusters(
        &mut self,
        clusters: &BTreeMap<String, Value>,
        always: bool,
    ) -> io::Result<Option<Told>> {
        if !always && self.state.clusters == *clusters {
            return Ok(None);
        }
        let version = self.files.put(&file(CLUSTERS), "cluster.v3.Cluster", clusters.values().cloned())?;
        self.state.clusters.clone_from(clusters);
        Ok(Some(Told { subscription: "cluster_manager.cds".to_owned(), version }))
    }

    /// Likewise the listeners.
    pub(crate) fn listeners(
        &mut self,
        listeners: &BTreeMap<String, Value>,
        always: bool,
    ) -> io::Result<Option<Told>> {
        if !always && self.state.listeners == *listeners {
            return Ok(None);
        }
        let version = self.files.put_listeners(listeners.values().cloned())?;
        self.state.listeners.clone_from(listeners);
        Ok(Some(Told { subscription: "listener_manager.lds".to_owned(), version }))
    }

    /// Writes those of the modules that are not what stands there.
    pub(crate) fn modules(&mut self, modules: &BTreeMap<String, Value>) -> io::Result<Vec<Told>> {
        let mut told = Vec::new();
        for (chain, module) in modules {
            if self.state.modules.get(chain) == Some(module) {
                continue;
            }
            let extension = json!({ "name": chain, "typed_config": module });
            let version = self.files.put(&module_file(chain), "core.v3.TypedExtensionConfig", [extension])?;
            self.state.modules.insert(chain.clone(), module.clone());
            let subscription = format!("extension_config_discovery.http_filter.{chain}");
            told.push(Told { subscription, version });
        }
        Ok(told)
    }

    /// Removes the files of modules that no listener has any more.
    pub(crate) fn forget_modules(&mut self, wanted: &BTreeMap<String, Value>) {
        let files = &self.files;
        self.state.modules.retain(|chain, _| {
            let stays = wanted.contains_key(chain);
            if !stays {
                files.remove(&module_file(chain));
            }
            stays
        });
    }
}

/// What Envoy says of its progress.
pub(crate) fn progress(envoy: &Envoy) -> io::Result<Stats> {
    envoy.admin.stats(&STATS)
}

/// Waits until Envoy has taken all that it was told, and all of that is in use. `before` is how far it was before it was told.
///
/// Envoy tells nobody of its own accord, so it is asked.
pub(crate) fn taken(
    told: &[Told],
    before: &Stats,
    envoy: &Envoy,
    events: &mut Events,
) -> Result<Stats, Trouble> {
    let begun = Instant::now();
    let mut nap = Duration::from_millis(5);
    loop {
        let now = progress(envoy)?;
        let rejections = |stats: &Stats, of: &Told| {
            let count = |what: &str| stats.number(&format!("{}.{what}", of.subscription));
            count("update_rejected") + count("update_failure")
        };
        if told.iter().any(|told| rejections(&now, told) > rejections(before, told)) {
            return Err(rejected(events));
        }
        let is_taken =
            |told: &Told| now.text(&format!("{}.version_text", told.subscription)) == Some(&told.version);
        let warming = ["cluster_manager.warming_clusters", "listener_manager.total_listeners_warming"];
        if told.iter().all(is_taken) && warming.iter().all(|name| now.number(name) == 0) {
            return Ok(now);
        }
        if begun.elapsed() > PATIENCE {
            return Err(Trouble::Failed(format!("Envoy has not taken it within {} s", PATIENCE.as_secs())));
        }
        events.pause(nap)?;
        nap = (nap * 2).min(Duration::from_millis(200));
    }
}

/// Waits until all workers have the new configurations of so many modules. Envoy's main thread, which has tried them, is ahead
/// of its workers; the module counts the configurations that it takes, once for each worker and once for that trial.
///
/// A module that does not count is not waited for, nor is a worker that had the same configuration from before.
pub(crate) fn workers(
    modules: usize,
    before: &Stats,
    envoy: &Envoy,
    events: &mut Events,
) -> Result<(), Trouble> {
    let taken = |stats: &Stats| stats.sum(|name| name.ends_with("configurations.taken"));
    let Some(start) = taken(before) else { return Ok(()) };
    let each = before.number("server.concurrency") + 1;
    let begun = Instant::now();
    while taken(&progress(envoy)?).unwrap_or(0) < start + each * modules as u64 && begun.elapsed() < WORKERS {
        events.pause(Duration::from_millis(2))?;
    }
    Ok(())
}

/// Envoy's own sentence, which is in its log before the count is in its statistics.
fn rejected(events: &mut Events) -> Trouble {
    let begun = Instant::now();
    loop {
        let sentences = events.rejections();
        if !sentences.is_empty() {
            return Trouble::Rejected(sentences.join("; "));
        }
        if begun.elapsed() > Duration::from_secs(1) {
            return Trouble::Rejected("it does not say why".to_owned());
        }
        if let Err(interrupt) = events.pause(Duration::from_millis(5)) {
            return interrupt.into();
        }
    }
}
