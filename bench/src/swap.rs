//! New routes for a proxy while requests are on their way: by a file that is replaced, as `httproute run` does it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use httproute_integration::load::{self, Answer, Load, Progress, Summary, Traffic};
use serde_json::{Value, json};

use crate::envoy::{Listener, Running, wasm_config};
use crate::native;
use crate::workload::{Done, MARK_HEADER, Requests, Workload};

/// How many requests are due each second: far fewer than the proxy could carry, so that each one that is late tells of a
/// stall and not of the load.
const PER_SECOND: u32 = 1_000;
/// On so many connections that a stall of a tenth of a second leaves some free.
const CONNECTIONS: usize = 64;
/// So many answers in a row must be of the new routes until they count as swapped in, for all workers have to have them.
const SURE: usize = 200;
/// How long a swap may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is swapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swapped {
    /// The configuration of `httproute.wasm`, by Envoy's discovery of filter configurations.
    Module,
    /// Envoy's own list of routes, by its discovery of routes.
    List,
}

/// A listener of which the routes are in a file.
#[derive(Debug)]
pub struct Swappable {
    what: Swapped,
    workload: Workload,
    file: PathBuf,
}

impl Swappable {
    /// With the file in `folder`.
    pub fn new(what: Swapped, workload: Workload, folder: &Path) -> Result<Self, String> {
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let swappable = Swappable { what, workload, file: folder.join("routes.json") };
        swappable.write("first")?;
        Ok(swappable)
    }

    /// The listener, which is told of the file.
    pub fn listener(&self) -> Listener {
        let source = json!({
            "path_config_source": { "path": self.file }, "resource_api_version": "V3",
        });
        let (filters, routes) = match self.what {
            Swapped::Module => {
                let discovery = json!({
                    "config_source": source,
                    "type_urls": ["type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm"],
                });
                (vec![json!({ "name": NAME, "config_discovery": discovery })], native::by_header())
            }
            Swapped::List => {
                (Vec::new(), json!({ "rds": { "config_source": source, "route_config_name": NAME } }))
            }
        };
        Listener { filters, routes, early_removal: false }
    }

    /// Replaces the file by one of which the answers are marked with `mark`, whole. The moment of it.
    fn write(&self, mark: &str) -> Result<Instant, String> {
        let mut resource: Value = match self.what {
            Swapped::Module => {
                let module = httproute_integration::dist().join("httproute.wasm");
                let configuration = self.workload.configuration(mark);
                json!({
                    "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
                    "typed_config": wasm_config(NAME, &module, &configuration),
                })
            }
            Swapped::List => {
                let mut routes = native::list(&self.workload, mark)["route_config"].take();
                routes["@type"] = json!("type.googleapis.com/envoy.config.route.v3.RouteConfiguration");
                routes
            }
        };
        resource["name"] = json!(NAME);
        let text = json!({ "version_info": mark, "resources": [resource] }).to_string();
        let next = self.file.with_extension("next");
        fs::write(&next, text).map_err(|e| format!("{}: {e}", next.display()))?;
        let moment = Instant::now();
        fs::rename(&next, &self.file).map_err(|e| format!("{}: {e}", self.file.display()))?;
        Ok(moment)
    }
}

const NAME: &str = "swapped";

/// What a swap did to the requests that were due meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Swap {
    /// How late the latest answer was.
    pub worst: Duration,
    /// How long until the first answer was of the new routes.
    pub effective: Duration,
}

/// Paced requests to a listener of which the routes are swapped.
#[derive(Debug)]
pub struct Paced<'s> {
    swappable: &'s Swappable,
    seen: Arc<Watch>,
    progress: Arc<Progress>,
    load: Option<JoinHandle<Result<Summary, String>>>,
}

impl<'s> Paced<'s> {
    /// Begins to send.
    pub fn begin(swappable: &'s Swappable, running: &Running, listener: &str) -> Result<Self, String> {
        let mut load = Load::new(running.listener(listener)?, CONNECTIONS);
        load.per_second = Some(PER_SECOND);
        let requests = Requests { workload: swappable.workload, done: Done::Headers, before: 0 };
        let (seen, progress) = (Arc::new(Watch::default()), Arc::new(Progress::default()));
        let mut traffic = Watched { requests, begun: None, watch: Arc::clone(&seen) };
        let watched = Arc::clone(&progress);
        let load = std::thread::spawn(move || load::run(&load, &mut traffic, &watched));
        Ok(Paced { swappable, seen, progress, load: Some(load) })
    }

    /// How late the latest of the next answers is, where nothing is swapped.
    pub fn calm(&self) -> Result<Duration, String> {
        self.seen.wait_for(None).map(|seen| seen.worst)
    }

    /// Swaps in routes of which the answers are marked with `mark`, and waits until all answers are.
    pub fn swap(&self, mark: &str) -> Result<Swap, String> {
        self.seen.forget();
        let moment = self.swappable.write(mark)?;
        let seen = self.seen.wait_for(Some(mark)).map_err(|e| format!("{mark}: {e}"))?;
        let first = seen.since.ok_or("no answer")?;
        Ok(Swap { worst: seen.worst, effective: first.saturating_duration_since(moment) })
    }

    /// Sends no more; the error names answers that were wrong.
    pub fn end(mut self) -> Result<(), String> {
        self.progress.stop();
        let summary = self.load.take().map(JoinHandle::join).ok_or("no load")?;
        let summary = summary.map_err(|_| "the load panicked")??;
        match summary.failed {
            0 => Ok(()),
            failed => Err(format!("{failed} answers are wrong:\n{}", summary.failures.join("\n"))),
        }
    }
}

impl Drop for Paced<'_> {
    fn drop(&mut self) {
        self.progress.stop();
    }
}

/// What the answers have shown since it was last forgotten.
#[derive(Clone, Debug, Default)]
struct Seen {
    worst: Duration,
    mark: String,
    /// How many in a row had that mark, and since when there has been one.
    row: usize,
    since: Option<Instant>,
}

#[derive(Debug, Default)]
struct Watch {
    seen: Mutex<Seen>,
    changed: Condvar,
}

impl Watch {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self) {
        *self.lock() = Seen::default();
    }

    /// Waits for so many answers in a row with `mark` that all workers must have it; with any one where there is none.
    fn wait_for(&self, mark: Option<&str>) -> Result<Seen, String> {
        if mark.is_none() {
            self.forget();
        }
        let waiting = |seen: &mut Seen| seen.row < SURE || mark.is_some_and(|mark| seen.mark != mark);
        let waited = self.changed.wait_timeout_while(self.lock(), PATIENCE, waiting);
        let (seen, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Err(format!("the routes were not there within {} s", PATIENCE.as_secs()));
        }
        Ok(seen.clone())
    }
}

/// Checks the answers, and watches how late they are and what they are marked with.
struct Watched {
    requests: Requests,
    begun: Option<Instant>,
    watch: Arc<Watch>,
}

impl Traffic for Watched {
    fn request(&mut self, number: u64, out: &mut Vec<u8>) {
        self.begun.get_or_insert_with(Instant::now);
        self.requests.request(number, out);
    }

    fn check(&mut self, number: u64, answer: &Answer<'_>) -> Result<(), String> {
        let due = Duration::from_secs_f64(number as f64 / f64::from(PER_SECOND));
        let late = self.begun.map_or(Duration::ZERO, |begun| begun.elapsed().saturating_sub(due));
        let mut seen = self.watch.lock();
        seen.worst = seen.worst.max(late);
        let mark = answer.text(MARK_HEADER);
        if seen.mark == mark {
            seen.row += 1;
        } else {
            (seen.mark, seen.row, seen.since) = (mark.to_owned(), 1, Some(Instant::now()));
        }
        drop(seen);
        self.watch.changed.notify_all();
        self.requests.check(number, answer)
    }
}
