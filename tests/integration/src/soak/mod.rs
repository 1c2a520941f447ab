//! A long load on a proxy that is configured anew again and again, and traps where that is wanted: does memory stay flat, does
//! every request come through?

mod arguments;
mod memory;
mod verdict;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub use arguments::Soak;
pub use memory::Memory;
pub use verdict::{Sample, Verdict, verdict};

use crate::client::{Client, Request};
use crate::envoy::Admin;
use crate::generations::{Backends, Generations, HOST, Window, manifests, route};
use crate::load::{self, Answer, Load, Progress, Summary, Traffic};
use crate::run::{Manifests, Run};
use crate::trap_module::trap_module;

/// How often memory is looked at.
const PERIOD: Duration = Duration::from_secs(1);
/// How often progress is told.
const TOLD_EVERY: u64 = 10;
/// How many new connections in a row must find all well after a trap: some of them reach each worker.
const IN_A_ROW: usize = 64;

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// What the load came to.
    pub summary: Summary,
    /// How much memory there was in each second.
    pub samples: Vec<Sample>,
    /// How many workers Envoy had.
    pub workers: u64,
    /// How many requests were answered with 503 while a virtual machine was being replaced.
    pub during_traps: u64,
    /// How many copies arrived, and how many of them had something of two generations.
    pub copies: (u64, u64),
}

/// The traffic of the generations; after a trap, 503 is what is to be expected for a while.
struct Disturbed {
    generations: Generations,
    is_disturbed: Arc<AtomicBool>,
    during_traps: Arc<AtomicU64>,
}

impl Traffic for Disturbed {
    fn request(&mut self, number: u64, out: &mut Vec<u8>) {
        self.generations.request(number, out);
    }

    fn check(&mut self, number: u64, answer: &Answer<'_>) -> Result<(), String> {
        let outcome = self.generations.check(number, answer);
        if outcome.is_err() && answer.status == 503 && self.is_disturbed.load(Ordering::SeqCst) {
            self.during_traps.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        outcome
    }
}

/// Carries the soak out, and tells its progress.
pub fn soak(soak: &Soak) -> Result<Outcome, String> {
    let window = Arc::new(Window::default());
    let backends = Backends::start(&window)?;
    let manifests = manifests()?;
    let mut flags = backends.flags();
    if soak.traps > 0 {
        flags.push(format!("--module={}", trap_module()?.display()));
    }
    let mut arguments = vec!["-f", ".", "--bind", "127.0.0.1", "--port", "80=0", "--admin", "0"];
    arguments.extend(flags.iter().map(String::as_str));
    let mut run = Run::start(manifests.folder(), &arguments)?;
    let server = run.serves("http-80")?;
    let line = run.line("serving ")?;
    println!("{line}");
    let admin =
        line.rsplit(' ').next().and_then(|address| address.parse().ok()).ok_or("no admin interface")?;
    let memory = Memory::of(run.envoy_id()?, Admin(admin));
    let workers = memory.workers()?;

    let progress = Arc::new(Progress::default());
    let (is_disturbed, during_traps) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut traffic = Disturbed {
        generations: Generations::new(&window),
        is_disturbed: Arc::clone(&is_disturbed),
        during_traps: Arc::clone(&during_traps),
    };
    let edits = AtomicU64::new(0);
    let editor = Editor {
        soak,
        window: &window,
        manifests: &manifests,
        progress: &progress,
        edits: &edits,
        is_disturbed: &is_disturbed,
    };
    let (summary, samples) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(soak, &memory, &progress, &edits));
        let editor = scope.spawn(|| {
            let outcome = editor.edit(&mut run, || trap(server));
            // Also where it could not go on.
            progress.stop();
            outcome
        });
        let load = Load::new(server, soak.concurrency);
        let summary = load::run(&load, &mut traffic, &progress);
        progress.stop();
        let edited = editor.join().map_err(|_| "the editor panicked")?;
        let samples = watcher.join().map_err(|_| "the watcher panicked")?;
        edited?;
        Ok::<_, String>((summary?, samples?))
    })?;
    let copies = (window.copies(), window.mixed_copies());
    Ok(Outcome { summary, samples, workers, during_traps: during_traps.load(Ordering::Relaxed), copies })
}

/// Who makes the edits and the traps.
struct Editor<'s> {
    soak: &'s Soak,
    window: &'s Window,
    manifests: &'s Manifests,
    progress: &'s Progress,
    edits: &'s AtomicU64,
    is_disturbed: &'s AtomicBool,
}

impl Editor<'_> {
    /// Makes edits and traps, spread over all of the load, until all requests are answered.
    fn edit(&self, run: &mut Run, mut trap: impl FnMut() -> Result<(), String>) -> Result<(), String> {
        let Soak { requests, reconfigurations, traps, .. } = *self.soak;
        let due = |number: u64, of: u64| number * requests / (of + 1);
        let (mut edit, mut trapped) = (1, 1);
        loop {
            if edit <= reconfigurations && self.progress.answered() >= due(edit, reconfigurations) {
                self.window.begins(edit);
                self.manifests.write("route.yaml", route(edit))?;
                run.line("changed in ")?;
                self.window.is_in_use(edit);
                self.edits.store(edit, Ordering::Relaxed);
                edit += 1;
            } else if trapped <= traps && self.progress.answered() >= due(trapped, traps) {
                self.is_disturbed.store(true, Ordering::SeqCst);
                let outcome = trap();
                self.is_disturbed.store(false, Ordering::SeqCst);
                outcome?;
                trapped += 1;
            } else if self.progress.answered() >= requests || self.progress.is_stopping() {
                return Ok(());
            } else {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }
}

/// Has the virtual machine of one worker trap, and waits until all is well again.
fn trap(server: std::net::SocketAddr) -> Result<(), String> {
    let begun = Instant::now();
    let send = |request: Request| Client::new(server).send(&request).map(|answer| answer.status);
    let status = send(Request::get(HOST, "/cart/0").with("x-trap", "request"));
    if !matches!(status, Ok(503)) {
        return Err(format!("a trap was answered with {status:?}"));
    }
    let mut well = 0;
    while well < IN_A_ROW {
        match send(Request::get(HOST, "/cart/0").with("connection", "close")) {
            Ok(200) => well += 1,
            _ if begun.elapsed() > Duration::from_secs(30) => {
                return Err("no traffic 30 s after a trap".into());
            }
            _ => well = 0,
        }
    }
    Ok(())
}

/// Looks at memory until the load is over.
fn watch(
    soak: &Soak,
    memory: &Memory,
    progress: &Progress,
    edits: &AtomicU64,
) -> Result<Vec<Sample>, String> {
    let begun = Instant::now();
    let mut samples = Vec::new();
    loop {
        let sample = Sample {
            edits: edits.load(Ordering::Relaxed),
            answered: progress.answered(),
            ..memory.sample()?
        };
        if (samples.len() as u64).is_multiple_of(TOLD_EVERY) || progress.is_stopping() {
            println!(
                "{:>6} s  {:>9} of {} requests, {} failed; {} of {} reconfigurations; Envoy {:.1} MiB, its heap {:.1} MiB, the module {:.2} MiB",
                begun.elapsed().as_secs(),
                sample.answered,
                soak.requests,
                progress.failed(),
                sample.edits,
                soak.reconfigurations,
                mib(sample.envoy),
                mib(sample.heap),
                mib(sample.module),
            );
        }
        samples.push(sample);
        if progress.is_stopping() {
            return Ok(samples);
        }
        std::thread::sleep(PERIOD);
    }
}

/// Bytes in MiB.
pub fn mib(bytes: u64) -> f64 {
    bytes as f64 / (1 << 20) as f64
}
