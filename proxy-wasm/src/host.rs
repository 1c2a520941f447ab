//! What a module needs of the proxy that it runs in.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use httproute_sdk::HeaderLines;
use proxy_wasm::types::{BufferType, MapType, MetricType};

/// The proxy, as a module sees it.
///
/// Everything is bytes and every call can fail: a client chooses the bytes of paths and header values, and a proxy may
/// return a status that no module has heard of. In a module this is `AbiHost`, in tests a proxy in
/// memory.
pub trait Host {
    /// All headers of `map`, as [`pairs::parse`](crate::pairs::parse) reads them.
    fn header_map(&self, map: MapType) -> Result<Vec<u8>, Failed>;
    /// The first value of one header.
    fn header(&self, map: MapType, name: &str) -> Result<Option<Vec<u8>>, Failed>;
    /// Replaces all lines of a header by one.
    fn set_header(&self, map: MapType, name: &str, value: &[u8]) -> Result<(), Failed>;
    /// Puts a line behind those that a header has.
    fn add_header(&self, map: MapType, name: &str, value: &[u8]) -> Result<(), Failed>;
    /// Removes all lines of a header.
    fn remove_header(&self, map: MapType, name: &str) -> Result<(), Failed>;
    /// The first `size` bytes of a buffer.
    fn buffer(&self, buffer: BufferType, size: usize) -> Result<Vec<u8>, Failed>;
    /// Answers the request in the proxy's place. The answer is sent when the callback has returned.
    fn reply(&self, reply: &LocalReply<'_>) -> Result<(), Failed>;
    /// Ends the request without an answer.
    fn reset(&self);
    /// A property of the stream; `None` where there is none.
    fn property(&self, path: &[&str]) -> Result<Option<Vec<u8>>, Failed>;
    /// Keeps `value` with the stream, where later modules of the chain read it by the same name.
    ///
    /// The name is of one part, because proxies do not give back what was set under a longer one.
    fn set_property(&self, name: &str, value: &[u8]) -> Result<(), Failed>;
    /// What was shared under `key` by the module in any worker of the process; `None` if nothing was.
    fn shared(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failed>;
    /// Shares `value` under `key` with the module in all workers of the process.
    fn share(&self, key: &[u8], value: &[u8]) -> Result<(), Failed>;
    /// Writes one line to the proxy's log.
    fn log(&self, level: log::Level, message: &str);
    /// Has the proxy call the module every `period`.
    fn set_tick_period(&self, period: Duration);
    /// The number by which a metric is known from then on.
    fn define_metric(&self, kind: MetricType, name: &str) -> Result<u32, Failed>;
    /// Adds to a counter.
    fn increment_metric(&self, metric: u32, by: i64) -> Result<(), Failed>;
    /// Sets a gauge.
    fn record_metric(&self, metric: u32, value: u64) -> Result<(), Failed>;
    /// A random number.
    fn random(&self) -> Result<u64, Failed>;
    /// Makes the calls that follow in this callback those of another context: the root's, or a stream's.
    fn set_context(&self, context: u32) -> Result<(), Failed>;
    /// Has the root context's `on_queue_ready` called at once.
    fn wake_root(&self, root: u32);
    /// Lets the proxy delete the root context, after `on_done` said that it was to wait.
    fn done(&self);
    /// Sends a request to an upstream. Its answer comes to the root context, and only where this is called from its
    /// `on_queue_ready`; see [`outbox`](crate::outbox).
    fn call(&self, call: &Call, timeout: Duration) -> Result<(), Failed>;
}

/// A call of the host did not succeed: the status that it returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed(pub u32);

impl Failed {
    /// What was asked for does not exist.
    pub const NOT_FOUND: Failed = Failed(1);
    /// An argument is wrong; of a call to an upstream: the proxy does not know that upstream.
    pub const BAD_ARGUMENT: Failed = Failed(2);
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the host returned status {}", self.0)
    }
}

impl std::error::Error for Failed {}

/// An answer that the module gives in the proxy's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalReply<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The headers beside those that the proxy gives every answer.
    pub headers: HeaderLines,
    /// The body.
    pub body: &'a [u8],
    /// What the proxy's access log shows as the details of the response code.
    pub details: &'a str,
}

/// A request that the module sends by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The upstream.
    pub cluster: Box<str>,
    /// All its headers, pseudo-headers included.
    pub headers: HeaderLines,
    /// Its body, which several copies of a request share.
    pub body: Rc<Vec<u8>>,
    /// Its trailers.
    pub trailers: Rc<HeaderLines>,
}
