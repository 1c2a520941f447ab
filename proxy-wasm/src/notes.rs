//! What custom filters write to the log.

use std::cell::Cell;

use httproute_sdk::extension::Level;

use crate::host::Host;

/// How many lines of each level a worker writes from one tick to the next. A client that can have a filter write a line with each request must
/// not fill the disk, and what is written for those who look for mistakes must not keep an error from being told.
const MOST: usize = 100;

/// Counts the lines that custom filters write.
#[derive(Debug, Default)]
pub struct Lines {
    asked: [Cell<usize>; LEVELS.len()],
}

const LEVELS: [Level; 4] = [Level::Debug, Level::Info, Level::Warn, Level::Error];

impl Lines {
    /// Writes a line, or leaves it out where there were too many.
    pub fn write<H: Host>(&self, module: &str, level: Level, line: &str, host: &H) {
        let Some(asked) = self.asked.get(level as usize) else { return };
        asked.set(asked.get() + 1);
        if asked.get() <= MOST {
            host.log(of_the_proxy(level), &format!("{module}: {line}"));
        }
    }

    /// Begins to count anew, and says how many lines were left out.
    pub fn renew<H: Host>(&self, module: &str, host: &H) {
        for (level, asked) in LEVELS.into_iter().zip(&self.asked) {
            let left_out = asked.replace(0).saturating_sub(MOST);
            if left_out > 0 {
                let line = format!("{module}: filters wrote {left_out} more such lines, which are left out");
                host.log(of_the_proxy(level), &line);
            }
        }
    }
}

fn of_the_proxy(level: Level) -> log::Level {
    match level {
        Level::Debug => log::Level::Debug,
        Level::Info => log::Level::Info,
        Level::Warn => log::Level::Warn,
        Level::Error => log::Level::Error,
    }
}
