//! `httproute.wasm` with faults: it panics where a request asks it to, and is the real module in all else.
//!
//! A panic in a module is a trap of its virtual machine. The modules of this project never panic; what a proxy does should
//! one do so all the same is shown with this one. The header `x-trap` of a request says in which callback it happens:
//! `request`, `body`, `response`, or `answer` for the one that brings the answer to a copy. A configuration with `trap` in the
//! name of a route is one that traps while it is read.
#![cfg(target_arch = "wasm32")]

use std::cell::Cell;
use std::rc::Rc;

use httproute_proxy_wasm::Module;
use httproute_proxy_wasm::proxy_wasm::hostcalls;
use httproute_proxy_wasm::proxy_wasm::traits::{Context, HttpContext, RootContext};
use httproute_proxy_wasm::proxy_wasm::types::{Action, BufferType, ContextType, LogLevel};
use httproute_sdk::Kinds;
use httproute_sdk::extension::Registry;

const MODULE: Module = Module {
    name: "httproute",
    version: env!("CARGO_PKG_VERSION"),
    kinds: Kinds::ALL,
    combined: true,
    extensions: Registry::new,
};

/// The request header that asks for a panic.
const TRAP: &str = "x-trap";

#[allow(missing_docs, unreachable_pub, reason = "what the proxy calls is nobody else's")]
mod entry_point {
    use super::*;

    httproute_proxy_wasm::proxy_wasm::main! {{
        httproute_proxy_wasm::proxy_wasm::set_log_level(LogLevel::Info);
        httproute_proxy_wasm::proxy_wasm::set_root_context(|id| {
            Box::new(Root { module: httproute_proxy_wasm::root(MODULE, id), answer: Rc::default() })
        });
    }}
}

/// The module's root context, which may panic first.
struct Root {
    module: Box<dyn RootContext>,
    /// Whether the next answer to a copy is a trap.
    answer: Rc<Cell<bool>>,
}

impl Context for Root {
    fn on_http_call_response(&mut self, token: u32, headers: usize, body: usize, trailers: usize) {
        assert!(!self.answer.get(), "a deliberate trap at the answer to a copy");
        self.module.on_http_call_response(token, headers, body, trailers);
    }

    fn on_done(&mut self) -> bool {
        self.module.on_done()
    }
}

impl RootContext for Root {
    fn on_configure(&mut self, size: usize) -> bool {
        let bytes = hostcalls::get_buffer(BufferType::PluginConfiguration, 0, size);
        let text = String::from_utf8_lossy(&bytes.ok().flatten().unwrap_or_default()).into_owned();
        assert!(!text.contains("trap"), "a deliberate trap at the configuration");
        self.module.on_configure(size)
    }

    fn on_tick(&mut self) {
        self.module.on_tick();
    }

    fn on_queue_ready(&mut self, queue: u32) {
        self.module.on_queue_ready(queue);
    }

    fn get_type(&self) -> Option<ContextType> {
        self.module.get_type()
    }

    fn create_http_context(&self, id: u32) -> Option<Box<dyn HttpContext>> {
        let module = self.module.create_http_context(id)?;
        Some(Box::new(Stream { module, trap: String::new(), answer: Rc::clone(&self.answer) }))
    }
}

/// The module's part in one request, which may panic first.
struct Stream {
    module: Box<dyn HttpContext>,
    /// Where to panic.
    trap: String,
    answer: Rc<Cell<bool>>,
}

impl Stream {
    fn at(&self, place: &str) {
        assert!(self.trap != place, "a deliberate trap at the {place}");
    }
}

impl Context for Stream {}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, headers: usize, end_of_stream: bool) -> Action {
        let asked = self.get_http_request_header_bytes(TRAP).unwrap_or_default();
        self.trap = String::from_utf8_lossy(&asked).into_owned();
        self.at("request");
        self.answer.set(self.answer.get() || self.trap == "answer");
        self.module.on_http_request_headers(headers, end_of_stream)
    }

    fn on_http_request_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.at("body");
        self.module.on_http_request_body(size, end_of_stream)
    }

    fn on_http_request_trailers(&mut self, trailers: usize) -> Action {
        self.module.on_http_request_trailers(trailers)
    }

    fn on_http_response_headers(&mut self, headers: usize, end_of_stream: bool) -> Action {
        self.at("response");
        self.module.on_http_response_headers(headers, end_of_stream)
    }
}
