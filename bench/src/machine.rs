//! The machine: what kind it is, and which of its cores does what.

use std::fs;

use rustix::thread::{CpuSet, Pid, sched_getaffinity, sched_setaffinity};
use serde::{Deserialize, Serialize};

use crate::cpu::Thread;

/// Which core does what.
#[derive(Clone, Debug)]
pub struct Cores {
    all: CpuSet,
    proxy: CpuSet,
    load: CpuSet,
}

impl Cores {
    /// The first two cores that this process may use.
    pub fn find() -> Result<Cores, String> {
        let all = sched_getaffinity(None).map_err(|e| format!("which cores may be used: {e}"))?;
        let mut usable = (0..CpuSet::MAX_CPU).filter(|&core| all.is_set(core)).map(|core| {
            let mut set = CpuSet::new();
            set.set(core);
            set
        });
        match (usable.next(), usable.next()) {
            (Some(proxy), Some(load)) => Ok(Cores { all, proxy, load }),
            _ => Err("the proxy needs a core of its own: two are needed, and here is one".to_owned()),
        }
    }

    /// Moves this thread, and what it starts from here on, to the core of the load, until the answer is dropped.
    pub fn share_load(&self) -> Result<OnLoadCore<'_>, String> {
        pin(None, &self.load)?;
        Ok(OnLoadCore(self))
    }

    /// Gives the workers of a proxy its core, which nothing else has.
    pub fn give_proxy(&self, workers: &[Thread]) -> Result<(), String> {
        workers.iter().try_for_each(|worker| pin(Pid::from_raw(worker.number() as i32), &self.proxy))
    }
}

/// As long as it lives, this thread has the core of the load.
#[derive(Debug)]
pub struct OnLoadCore<'c>(&'c Cores);

impl Drop for OnLoadCore<'_> {
    fn drop(&mut self) {
        // What could be narrowed can be widened again.
        let _ = pin(None, &self.0.all);
    }
}

fn pin(thread: Option<Pid>, cores: &CpuSet) -> Result<(), String> {
    sched_setaffinity(thread, cores).map_err(|e| format!("a thread cannot be moved to its core: {e}"))
}

/// What kind of machine it is; nothing that would tell whose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The model of its processor.
    pub processor: String,
    /// How many cores it has.
    pub cores: usize,
    /// The system and its version.
    pub system: String,
    /// The version of Envoy.
    pub envoy: String,
}

impl Machine {
    /// This machine.
    pub fn here(envoy: &str) -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let value = |name: &str| {
            let line = info.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim_start().strip_prefix(':')?.trim().to_owned())
        };
        let family = match (value("cpu family"), value("model\t")) {
            (Some(family), Some(model)) => format!(" (family {family}, model {model})"),
            _ => String::new(),
        };
        let virtualised = if info.contains("hypervisor") { ", in a virtual machine" } else { "" };
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let release: String =
            release.trim().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        Machine {
            processor: value("model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned())
                + &family
                + virtualised,
            cores: info.lines().filter(|line| line.starts_with("processor")).count(),
            system: format!("Linux {release}"),
            envoy: envoy.to_owned(),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Machine { processor, cores, system, envoy } = self;
        write!(f, "{processor}, {cores} cores, {system}, Envoy {envoy}")
    }
}
