//! What custom filters write to the log.

use std::cell::Cell;

use httproute_sdk::extension::Level;

use crate::host::Host;

/// How many lines a worker writes from one tick to the next. A client that can have a filter write a line with each request must not fill the
/// disk.
const MOST: usize = 100;

/// Counts the lines that custom filters write.
#[derive(Debug, Default)]
pub struct Lines {
    asked: Cell<usize>,
}

impl Lines {
    /// Writes a line, or leaves it out where there were too many.
    pub fn write<H: Host>(&self, module: &str, level: Level, line: &str, host: &H) {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() <= MOST {
            host.log(of_the_proxy(level), &format!("{module}: {line}"));
        }
    }

    /// Begins to count anew, and says how many lines were left out.
    pub fn renew<H: Host>(&self, module: &str, host: &H) {
        let left_out = self.asked.replace(0).saturating_sub(MOST);
        if left_out > 0 {
            host.log(
                log::Level::Warn,
                &format!("{module}: filters wrote {left_out} more lines, which are left out"),
            );
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
