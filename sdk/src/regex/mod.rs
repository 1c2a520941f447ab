//! Regular expressions that match a whole value, and that stop when they have cost enough.
//!
//! A pattern becomes a program, and a value is read once, by a machine that is at all places of the program at once to which
//! what it has read can lead (Thompson's construction): no pattern makes it go back. What a value costs is its length times
//! the size of the program, counted step by step, and taken from what one request may cost ([`Work`]).
//!
//! The engines that crates bring cannot be stopped, and look for the leftmost match and for what its groups hold, of which
//! nothing is asked here: the smallest, regex-lite, takes longer for one match than planning a request does altogether
//! (`./just microbench regexes`), and brings 30 KB more into each module. Tests hold patterns and values against it.

mod atom;
mod class;
mod look;
mod parser;
mod program;
#[cfg(test)]
mod tests;

use crate::matching::work::Work;
use program::Program;

/// What is wrong with a pattern.
pub(crate) type Fault = &'static str;

/// A regular expression that matches a whole value.
#[derive(Clone, Debug)]
pub(crate) struct Regex(Program);

impl Regex {
    /// The regular expression that `pattern` writes.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn new(pattern: &str) -> Result<Self, Fault> {
        parser::parse(pattern).map(Regex)
    }

    /// Whether the whole of `value` matches. Where the work is spent before that is known, it says no: who asks has to look
    /// at [`Work::is_spent`]. A value that is not UTF-8 never matches.
    #[inline]
    pub(crate) fn matches(&self, value: &[u8], work: &Work) -> bool {
        self.0.accepts(value, work)
    }
}
