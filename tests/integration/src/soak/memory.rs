//! How much memory an Envoy has.

use super::verdict::Sample;
use crate::envoy::Admin;

/// Looks at the memory of an Envoy.
#[derive(Debug)]
pub struct Memory {
    process: u32,
    admin: Admin,
}

impl Memory {
    /// That of this process, with this administration interface.
    pub fn of(process: u32, admin: Admin) -> Self {
        Memory { process, admin }
    }

    /// How many workers it has.
    pub fn workers(&self) -> Result<u64, String> {
        let stats = self.admin.stats("server.concurrency")?;
        stats.get("server.concurrency").copied().ok_or_else(|| "no server.concurrency".to_owned())
    }

    /// How much it has now: the resident pages of the process; what Envoy itself has allocated, which is without the virtual
    /// machines; and the memory of the module in one worker, as the module tells.
    pub fn sample(&self) -> Result<Sample, String> {
        let path = format!("/proc/{}/status", self.process);
        let status = std::fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident = resident.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
        let stats = self.admin.stats("server.memory_allocated|memory.bytes")?;
        let stat =
            |end: &str| stats.iter().find(|(name, _)| name.ends_with(end)).map_or(0, |(_, &value)| value);
        Ok(Sample {
            envoy: resident.ok_or_else(|| format!("{path} has no VmRSS"))? * 1024,
            heap: stat("server.memory_allocated"),
            module: stat("memory.bytes"),
            ..Sample::default()
        })
    }
}
