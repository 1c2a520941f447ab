//! What the operating system says of a process: time on a core, memory.

use std::fs;
use std::time::Duration;

/// A thread of a process.
#[derive(Clone, Copy, Debug)]
pub struct Thread {
    process: u32,
    thread: u32,
}

impl Thread {
    /// How long it has run on a core, to the nanosecond.
    pub fn on_core(self) -> Result<Duration, String> {
        // "<nanoseconds on a core> <nanoseconds waiting for one> <number of turns>"
        let path = format!("/proc/{}/task/{}/schedstat", self.process, self.thread);
        let text = fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
        let first = text.split(' ').next().and_then(|first| first.parse().ok());
        first.map(Duration::from_nanos).ok_or_else(|| format!("{path}: not a number first: {text}"))
    }

    /// The number by which the system knows it.
    pub fn number(self) -> u32 {
        self.thread
    }
}

/// The threads of Envoy that serve requests.
pub fn workers(process: u32) -> Result<Vec<Thread>, String> {
    let path = format!("/proc/{process}/task");
    let entries = fs::read_dir(&path).map_err(|e| format!("{path}: {e}"))?;
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let threads = numbers.filter(|thread: &u32| {
        let name = fs::read_to_string(format!("{path}/{thread}/comm")).unwrap_or_default();
        name.starts_with("wrk:worker")
    });
    Ok(threads.map(|thread| Thread { process, thread }).collect())
}

/// The memory of a process that is in use, in KiB.
pub fn resident(process: u32) -> Result<u64, String> {
    let path = format!("/proc/{process}/status");
    let text = fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    number.ok_or_else(|| format!("{path}: no VmRSS"))
}
