//! What custom filters have to say to people.

/// How urgent a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For whoever looks for a mistake.
    Debug,
    /// That something happened.
    Info,
    /// A person should look.
    Warn,
    /// Something is not done that should be.
    Error,
}

/// Log lines and counts, as data: whoever carries the plan out writes and adds them up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Lines for the log, each with the object that configures its filter.
    pub log: Vec<(Level, String)>,
    /// What is to be added to which counter.
    pub counts: Vec<(&'static str, u64)>,
}

impl Notes {
    pub(super) fn log(&mut self, level: Level, object: &str, message: &str) {
        // What a client sent may be part of it: nothing may look like another line of the log.
        let message: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.log.push((level, format!("{object}: {message}")));
    }

    /// Adds what `other` holds.
    pub(crate) fn append(&mut self, other: &mut Notes) {
        self.log.append(&mut other.log);
        self.counts.append(&mut other.counts);
    }

    pub(super) fn count(&mut self, name: &'static str, n: u64) {
        self.counts.push((name, n));
    }
}
