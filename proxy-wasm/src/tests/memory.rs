//! A proxy in memory.

mod calls;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use httproute_sdk::HeaderLines;

use crate::host::Call;

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
    /// Whether workers can share anything, and what they share.
    shares: Cell<bool>,
    shared: Rc<RefCell<BTreeMap<Vec<u8>, Vec<u8>>>>,
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
    tick_period: Cell<Duration>,
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

    /// Another worker of the same process, which shares data with this one.
    pub(super) fn beside(&self) -> Self {
        let shared = Rc::clone(&self.0.shared);
        MemoryHost(Rc::new(State { shares: Cell::new(true), shared, ..State::default() }))
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

    /// How often the module asked to be woken; never where it is zero.
    pub(super) fn tick_period(&self) -> Duration {
        self.0.tick_period.get()
    }

    pub(super) fn metric_names(&self) -> Vec<String> {
        self.0.metrics.borrow().iter().map(|(name, _)| name.clone()).collect()
    }
}
