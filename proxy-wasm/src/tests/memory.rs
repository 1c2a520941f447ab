//! A proxy in memory.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use httproute_sdk::{HeaderLines, HeaderOp};
use proxy_wasm::types::{BufferType, MapType, MetricType};

use crate::host::{Call, Failed, Host, LocalReply};
use crate::pairs;

/// Status, headers, body and details of what a module answered.
type Answer = (u16, Vec<(String, String)>, String, String);

/// A proxy in memory: it holds one stream and notes what the module does.
#[derive(Clone, Debug, Default)]
pub(super) struct MemoryHost(Rc<State>);

#[derive(Default)]
struct State {
    configuration: RefCell<Vec<u8>>,
    request: RefCell<HeaderLines>,
    /// What the map of request headers is said to be, in place of `request`.
    malformed: RefCell<Option<Vec<u8>>>,
    trailers: RefCell<HeaderLines>,
    body: RefCell<Vec<u8>>,
    response: RefCell<HeaderLines>,
    call_response: RefCell<HeaderLines>,
    properties: RefCell<BTreeMap<String, Vec<u8>>>,
    replies: RefCell<Vec<Answer>>,
    resets: Cell<usize>,
    dones: Cell<usize>,
    calls: RefCell<Vec<Call>>,
    context: Cell<u32>,
    /// The host calls of this request, by name.
    trace: RefCell<Vec<String>>,
    /// How many of the following changes succeed before one fails.
    changes_left: Cell<Option<usize>>,
    replies_fail: Cell<bool>,
    metrics: RefCell<Vec<(String, i64)>>,
    log: RefCell<Vec<(log::Level, String)>>,
    woken: RefCell<Option<Box<dyn Fn()>>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State")
    }
}

/// Header lines from text.
pub(super) fn lines(headers: &[(&str, &str)]) -> HeaderLines {
    headers.iter().map(|(n, v)| (n.as_bytes().to_vec(), v.as_bytes().to_vec())).collect()
}

/// Header lines as text.
pub(super) fn text(lines: &HeaderLines) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    lines.iter().map(|(name, value)| (text(name), text(value))).collect()
}

impl MemoryHost {
    pub(super) fn when_woken(&self, f: impl Fn() + 'static) {
        self.0.woken.replace(Some(Box::new(f)));
    }

    pub(super) fn set_configuration(&self, configuration: &str) {
        self.0.configuration.replace(configuration.as_bytes().to_vec());
    }

    pub(super) fn new_request(&self, request: HeaderLines) {
        let state = &self.0;
        state.request.replace(request);
        state.trace.take();
        state.replies.take();
        state.properties.take();
        state.context.set(2);
    }

    pub(super) fn set_property_before(&self, name: &str, value: &[u8]) {
        self.0.properties.borrow_mut().insert(name.to_owned(), value.to_vec());
    }

    pub(super) fn kept(&self, name: &str) -> Option<Vec<u8>> {
        self.0.properties.borrow().get(name).cloned()
    }

    pub(super) fn set_malformed(&self, map: Option<Vec<u8>>) {
        self.0.malformed.replace(map);
    }

    pub(super) fn set_trailers(&self, trailers: HeaderLines) {
        self.0.trailers.replace(trailers);
    }

    pub(super) fn set_body(&self, body: &[u8]) {
        self.0.body.replace(body.to_vec());
    }

    pub(super) fn set_response(&self, response: HeaderLines) {
        self.0.response.replace(response);
    }

    pub(super) fn set_call_response(&self, status: Option<&str>) {
        self.0.call_response.replace(status.map(|status| lines(&[(":status", status)])).unwrap_or_default());
    }

    pub(super) fn fail_after(&self, changes: Option<usize>) {
        self.0.changes_left.set(changes);
    }

    pub(super) fn fail_replies(&self) {
        self.0.replies_fail.set(true);
    }

    pub(super) fn sent(&self) -> Vec<(String, String)> {
        text(&self.0.request.borrow())
    }

    /// The one value of a request header as it leaves.
    pub(super) fn sent_header(&self, name: &str) -> Option<String> {
        self.sent().into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    pub(super) fn response(&self) -> Vec<(String, String)> {
        text(&self.0.response.borrow())
    }

    /// What the module answered.
    pub(super) fn reply(&self) -> Option<Answer> {
        let replies = self.0.replies.borrow();
        assert!(replies.len() <= 1, "one answer a request: {replies:?}");
        replies.first().cloned()
    }

    pub(super) fn resets(&self) -> usize {
        self.0.resets.get()
    }

    pub(super) fn dones(&self) -> usize {
        self.0.dones.get()
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.0.calls.borrow().clone()
    }

    pub(super) fn context(&self) -> u32 {
        self.0.context.get()
    }

    pub(super) fn trace(&self) -> Vec<String> {
        self.0.trace.borrow().clone()
    }

    pub(super) fn logged(&self) -> Vec<(log::Level, String)> {
        self.0.log.borrow().clone()
    }

    pub(super) fn metric(&self, name: &str) -> i64 {
        let metrics = self.0.metrics.borrow();
        metrics.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no metric {name}")).1
    }

    pub(super) fn metric_names(&self) -> Vec<String> {
        self.0.metrics.borrow().iter().map(|(name, _)| name.clone()).collect()
    }

    fn note(&self, call: &str) {
        self.0.trace.borrow_mut().push(call.to_owned());
    }

    fn map(&self, map: MapType) -> &RefCell<HeaderLines> {
        match map {
            MapType::HttpRequestHeaders => &self.0.request,
            MapType::HttpRequestTrailers => &self.0.trailers,
            MapType::HttpResponseHeaders => &self.0.response,
            _ => &self.0.call_response,
        }
    }

    fn change(&self, map: MapType, op: HeaderOp) -> Result<(), Failed> {
        assert_eq!(self.0.context.get(), 2, "headers are changed in the stream's context");
        match self.0.changes_left.get() {
            Some(0) => return Err(Failed(10)),
            Some(n) => self.0.changes_left.set(Some(n - 1)),
            None => {}
        }
        op.apply(&mut self.map(map).borrow_mut());
        Ok(())
    }
}

impl Host for MemoryHost {
    fn header_map(&self, map: MapType) -> Result<Vec<u8>, Failed> {
        self.note("header_map");
        if let Some(malformed) = self.0.malformed.borrow().clone() {
            return Ok(malformed);
        }
        let lines = self.map(map).borrow();
        Ok(pairs::serialize(lines.iter().map(|(n, v)| (n.as_slice(), v.as_slice()))))
    }

    fn header(&self, map: MapType, name: &str) -> Result<Option<Vec<u8>>, Failed> {
        self.note("header");
        let lines = self.map(map).borrow();
        Ok(lines.iter().find(|(n, _)| n == name.as_bytes()).map(|(_, value)| value.clone()))
    }

    fn set_header(&self, map: MapType, name: &str, value: &[u8]) -> Result<(), Failed> {
        self.note(&format!("set {name}"));
        let value = String::from_utf8_lossy(value).into();
        self.change(map, HeaderOp::Set { name: name.into(), value })
    }

    fn add_header(&self, map: MapType, name: &str, value: &[u8]) -> Result<(), Failed> {
        self.note(&format!("add {name}"));
        let value = String::from_utf8_lossy(value).into();
        self.change(map, HeaderOp::Add { name: name.into(), value })
    }

    fn remove_header(&self, map: MapType, name: &str) -> Result<(), Failed> {
        self.note(&format!("remove {name}"));
        self.change(map, HeaderOp::Remove { name: name.into() })
    }

    fn buffer(&self, buffer: BufferType, size: usize) -> Result<Vec<u8>, Failed> {
        self.note("buffer");
        let buffer = match buffer {
            BufferType::PluginConfiguration => &self.0.configuration,
            _ => &self.0.body,
        };
        let buffer = buffer.borrow();
        Ok(buffer[..size.min(buffer.len())].to_vec())
    }

    fn reply(&self, reply: &LocalReply<'_>) -> Result<(), Failed> {
        self.note("reply");
        if self.0.replies_fail.get() {
            return Err(Failed(10));
        }
        let body = String::from_utf8_lossy(reply.body).into_owned();
        let reply = (reply.status, text(&reply.headers), body, reply.details.to_owned());
        self.0.replies.borrow_mut().push(reply);
        Ok(())
    }

    fn reset(&self) {
        self.0.resets.set(self.0.resets.get() + 1);
    }

    fn property(&self, path: &[&str]) -> Result<Option<Vec<u8>>, Failed> {
        let path = path.join(".");
        self.note(&format!("property {path}"));
        Ok(self.kept(&path))
    }

    fn set_property(&self, name: &str, value: &[u8]) -> Result<(), Failed> {
        self.note(&format!("set_property {name}"));
        self.set_property_before(name, value);
        Ok(())
    }

    fn log(&self, level: log::Level, message: &str) {
        self.note("log");
        self.0.log.borrow_mut().push((level, message.to_owned()));
    }

    fn set_tick_period(&self, period: Duration) {
        assert_eq!(period, Duration::from_secs(1));
    }

    fn define_metric(&self, kind: MetricType, name: &str) -> Result<u32, Failed> {
        let mut metrics = self.0.metrics.borrow_mut();
        assert!(metrics.iter().all(|(n, _)| n != name), "{kind:?} {name} is defined twice");
        metrics.push((name.to_owned(), 0));
        Ok(metrics.len() as u32)
    }

    fn increment_metric(&self, metric: u32, by: i64) -> Result<(), Failed> {
        assert!(by > 0, "Envoy refuses to add nothing to a counter");
        self.0.metrics.borrow_mut()[metric as usize - 1].1 += by;
        Ok(())
    }

    fn record_metric(&self, metric: u32, value: u64) -> Result<(), Failed> {
        self.0.metrics.borrow_mut()[metric as usize - 1].1 = value as i64;
        Ok(())
    }

    fn set_context(&self, context: u32) -> Result<(), Failed> {
        self.0.context.set(context);
        Ok(())
    }

    fn wake_root(&self, _root: u32) {
        if let Some(woken) = &*self.0.woken.borrow() {
            woken();
        }
    }

    fn done(&self) {
        self.0.dones.set(self.0.dones.get() + 1);
    }

    fn call(&self, call: &Call, timeout: Duration) -> Result<(), Failed> {
        assert_eq!(self.0.context.get(), super::Proxy::ROOT, "calls are the root's");
        assert_eq!(timeout, Duration::from_secs(60));
        match &*call.cluster {
            cluster if cluster.contains("unknown") => Err(Failed::BAD_ARGUMENT),
            cluster if cluster.contains("no-host") => Err(Failed(10)),
            _ => {
                self.0.calls.borrow_mut().push(call.clone());
                Ok(())
            }
        }
    }
}
