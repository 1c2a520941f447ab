//! The module in a proxy that is in memory.

mod answers;
mod chain;
mod configuration;
mod counting;
mod extensions;
mod forwarding;
mod memory;
mod mirrors;
mod responses;
mod trust;

use std::cell::RefCell;
use std::rc::Rc;

use httproute_sdk::Kinds;
use httproute_sdk::extension::Registry;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::Action;

use crate::metric_ids::MetricIds;
use crate::module::Module;
use crate::root::Root;
use crate::stream::Stream;
use memory::{MemoryHost, lines};

/// The module that carries out everything.
const COMBINED: Module = Module {
    name: "httproute",
    version: "1.2.3",
    kinds: Kinds::ALL,
    combined: true,
    extensions: Registry::new,
};

/// A module of a chain.
fn single(kinds: Kinds) -> Module {
    Module { name: "single", version: "1.2.3", kinds, combined: false, extensions: Registry::new }
}

/// One module with its configuration in a proxy.
struct Proxy {
    root: Rc<RefCell<Root<MemoryHost>>>,
    host: MemoryHost,
}

impl Proxy {
    /// The identifier of the root context.
    const ROOT: u32 = 1;

    fn unconfigured(module: Module, host: MemoryHost) -> Self {
        Self::in_vm(module, Rc::default(), host)
    }

    /// A root context of a virtual machine that may have had others.
    fn in_vm(module: Module, ids: Rc<MetricIds>, host: MemoryHost) -> Self {
        let root = Rc::new(RefCell::new(Root::new(module, Self::ROOT, ids, host.clone())));
        let woken = Rc::downgrade(&root);
        host.when_woken(move || {
            if let Some(root) = woken.upgrade() {
                root.borrow_mut().on_queue_ready(0);
            }
        });
        Proxy { root, host }
    }

    fn new(module: Module, configuration: &str) -> Self {
        let proxy = Self::unconfigured(module, MemoryHost::default());
        proxy.root.borrow().vm().trust.assume();
        assert!(proxy.configure(configuration), "{:?}", proxy.host.logged());
        proxy
    }

    fn configure(&self, configuration: &str) -> bool {
        self.host.set_configuration(configuration);
        self.root.borrow_mut().on_configure(configuration.len())
    }

    /// A request arrives, with its headers only. What the test proxy has noted before is gone.
    fn begin(&self, request: &[(&str, &str)], end_of_stream: bool) -> (Stream<MemoryHost>, Action) {
        self.host.new_request(lines(request));
        self.headers(end_of_stream)
    }

    /// The module sees the headers of the request that the proxy holds.
    fn headers(&self, end_of_stream: bool) -> (Stream<MemoryHost>, Action) {
        let mut stream = self.root.borrow().stream(2);
        let action = stream.on_http_request_headers(self.host.sent().len(), end_of_stream);
        (stream, action)
    }

    /// A request without body goes as far as the module lets it.
    fn request(&self, request: &[(&str, &str)]) -> Action {
        self.begin(request, true).1
    }

    /// The next piece of a body arrives.
    fn body(&self, stream: &mut Stream<MemoryHost>, body: &[u8], end_of_stream: bool) {
        self.host.set_body(body);
        assert_eq!(
            stream.on_http_request_body(body.len(), end_of_stream),
            Action::Continue,
            "never held back"
        );
    }

    /// The response arrives, and leaves with the headers that are returned.
    fn response(&self, stream: &mut Stream<MemoryHost>, headers: &[(&str, &str)]) -> Vec<(String, String)> {
        self.host.set_response(lines(headers));
        assert_eq!(stream.on_http_response_headers(headers.len(), true), Action::Continue);
        self.host.response()
    }

    /// The answer to the oldest call arrives.
    fn answer_call(&self, status: Option<&str>) {
        self.host.set_call_response(status);
        self.root.borrow_mut().on_http_call_response(1, usize::from(status.is_some()), 0, 0);
    }

    /// The value of a metric, after what is pending was flushed.
    fn metric(&self, name: &str) -> i64 {
        self.root.borrow_mut().on_tick();
        self.host.metric(name)
    }
}

/// A GET with headers of its own.
fn get<'a>(path: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut request =
        vec![(":authority", "a.example"), (":path", path), (":method", "GET"), (":scheme", "http")];
    request.extend_from_slice(more);
    request
}

/// A configuration of one route `ns/r` with these rules.
fn rules(rules: &str) -> String {
    rules_and(rules, "")
}

/// The same with more keys of the configuration, each behind a comma.
fn rules_and(rules: &str, more: &str) -> String {
    format!(
        r#"{{"routes":[{{"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute",
        "metadata":{{"namespace":"ns","name":"r"}},"spec":{{"rules":[{rules}]}}}}]{more}}}"#
    )
}
