//! The proxy that a metered module sees: one request at a time.

use std::collections::BTreeMap;

/// Name and value of header lines, in order.
pub type Lines = Vec<(Vec<u8>, Vec<u8>)>;

/// The numbers of the ABI for header maps.
pub(super) const REQUEST_HEADERS: u32 = 0;
pub(super) const RESPONSE_HEADERS: u32 = 2;
pub(super) const CALL_RESPONSE_HEADERS: u32 = 6;
/// The numbers of the ABI for buffers.
pub(super) const REQUEST_BODY: u32 = 0;
pub(super) const PLUGIN_CONFIGURATION: u32 = 7;

/// In what a host is less than Envoy. The default is a host that does all it reports.
#[derive(Clone, Copy, Debug, Default)]
pub struct Habits {
    /// Header maps are shown up to so many lines, pseudo-headers first; the number that the callback gets does not count those.
    pub shows: Option<usize>,
    /// Changes of these request headers are reported as made, and are not; `*` means all.
    pub ignores: &'static [&'static str],
    /// Changes of these request headers are refused.
    pub refuses: &'static [&'static str],
    /// What modules keep with the stream is forgotten.
    pub forgets: bool,
    /// Every callback of a request is called, exported or not.
    pub unchecked: bool,
}

/// What the module's calls find, and what they leave behind.
#[derive(Debug, Default)]
pub(super) struct Proxy {
    /// In what the host is less than Envoy.
    pub(super) habits: Habits,
    /// The header maps that are there in this callback, by the ABI's numbers.
    pub(super) maps: BTreeMap<u32, Lines>,
    /// The buffers that are there in this callback, by the ABI's numbers.
    pub(super) buffers: BTreeMap<u32, Vec<u8>>,
    /// What modules keep with the stream.
    pub(super) properties: BTreeMap<Vec<u8>, Vec<u8>>,
    /// What modules share with each other.
    pub(super) shared: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The status of the module's own answer, and its headers.
    pub(super) answered: Option<u32>,
    pub(super) answer: Lines,
    /// How many requests to upstreams were made.
    pub(super) called: u32,
    /// How many metrics are defined.
    pub(super) metrics: u32,
    /// What the module wrote to the log.
    pub(super) log: Vec<String>,
    /// The calls that it made, by name.
    pub(super) calls: Vec<&'static str>,
}

impl Proxy {
    /// The header map of this number, where it is there in this callback.
    pub(super) fn map(&mut self, number: u32) -> Option<&mut Lines> {
        self.maps.get_mut(&number)
    }

    /// A property of the stream.
    pub(super) fn property(&self, path: &[u8]) -> Option<Vec<u8>> {
        match path {
            b"destination\0port" => Some(10080_i64.to_le_bytes().to_vec()),
            path => self.properties.get(path).cloned(),
        }
    }
}

/// Gives the header one value, at the place of the first that it had.
pub(super) fn replace(lines: &mut Lines, name: &[u8], value: Vec<u8>) {
    match lines.iter().position(|(other, _)| other == name) {
        Some(first) => {
            lines[first].1 = value;
            let mut at = 0;
            lines.retain(|(other, _)| {
                at += 1;
                other != name || at == first + 1
            });
        }
        None => lines.push((name.to_vec(), value)),
    }
}
