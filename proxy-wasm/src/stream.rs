//! The module as one request sees it.

use std::rc::Rc;

use httproute_sdk::{HeaderLines, Kinds, Plan, Reply, RequestView, Settings};
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::{Action, MapType};

use crate::apply::{Applied, answer, apply};
use crate::host::Host;
use crate::metrics::Counter;
use crate::mirror::Copies;
use crate::pairs;
use crate::response::Saved;
use crate::trust::Fault;
use crate::vm::Vm;

/// A module's part in one request.
#[derive(Debug)]
pub struct Stream<H: Host> {
    id: u32,
    vm: Rc<Vm<H>>,
    /// What the response phase needs: the request is gone by then.
    saved: Option<Saved>,
    copies: Option<Copies<H>>,
}

impl<H: Host> Stream<H> {
    /// The stream `id`.
    pub fn new(id: u32, vm: Rc<Vm<H>>) -> Self {
        Stream { id, vm, saved: None, copies: None }
    }

    fn request(&mut self, told: usize, complete: bool) -> Applied {
        self.process(told, complete).unwrap_or_else(|fault| {
            self.vm.trust.tell(fault, self.vm.module.name, &self.vm.host);
            answer(&Reply::HOST_FAILURE, &[], &self.vm.host)
        })
    }

    #[inline]
    fn process(&mut self, told: usize, complete: bool) -> Result<Applied, Fault> {
        let (vm, host) = (Rc::clone(&self.vm), &self.vm.host);
        let Some(routes) = vm.routes() else {
            return Ok(answer(&Reply::HOST_FAILURE, &[], host));
        };
        let map = host.header_map(MapType::HttpRequestHeaders)?;
        let Ok(headers) = pairs::parse(&map) else {
            return Ok(answer(&Reply::HOST_FAILURE, &[], host));
        };
        vm.trust.sees_all(&headers, told, host)?;
        let local_port = || local_port(host);
        let request = RequestView::new(&headers, &local_port);
        vm.trust.sees_host(&request)?;
        let mut fault = None;
        let mut plan = vm.plan(&routes, &request, &mut fault);
        if let Some(fault) = fault {
            return Err(fault);
        }
        let (kinds, settings) = (vm.module.kinds, routes.settings());
        let applied = apply(&plan, kinds, settings, &request, &vm.trust, host)?;
        if kinds.has(Kinds::BACKENDS) {
            vm.tell_rule(&plan, settings);
        }
        if let Some(effects) = &plan.extensions {
            vm.tell(&effects.notes);
        }
        if kinds.has(Kinds::MIRROR) && !plan.mirrors.is_empty() {
            self.copies = self.copy(&plan, settings, &request, applied, complete);
        }
        self.saved = Saved::of(&mut plan, kinds, &routes);
        Ok(applied)
    }

    /// The copies of a request that has mirrors, where its body is still to come; else they are sent.
    #[cold]
    fn copy(
        &self,
        plan: &Plan<'_>,
        settings: &Settings,
        request: &RequestView<'_>,
        applied: Applied,
        complete: bool,
    ) -> Option<Copies<H>> {
        if !plan.broken.is_none() || plan.is_failed() || applied.counter == Counter::HostFailure {
            return None;
        }
        let copies = Copies::of(plan, settings, request, applied.answered, &self.vm);
        if complete {
            self.complete(copies, HeaderLines::new());
            return None;
        }
        // The body of a request that is answered will never come by: its copies count as aborted.
        copies.filter(|_| !applied.answered)
    }

    fn complete(&self, copies: Option<Copies<H>>, trailers: HeaderLines) {
        if let Some(copies) = copies {
            copies.complete(trailers, self.id);
        }
    }

    fn trailers(&self) -> HeaderLines {
        let map = self.vm.host.header_map(MapType::HttpRequestTrailers).unwrap_or_default();
        let lines = pairs::parse(&map).unwrap_or_default();
        lines.into_iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect()
    }
}

/// On which port the proxy received the request.
fn local_port<H: Host>(host: &H) -> Option<u16> {
    let port = host.property(&["destination", "port"]).ok().flatten()?;
    u16::try_from(i64::from_le_bytes(port.try_into().ok()?)).ok()
}

impl<H: Host> Context for Stream<H> {}

impl<H: Host> HttpContext for Stream<H> {
    fn on_http_request_headers(&mut self, headers: usize, end_of_stream: bool) -> Action {
        let applied = self.request(headers, end_of_stream);
        self.vm.metrics.count(applied.counter, 1);
        if applied.answered { Action::Pause } else { Action::Continue }
    }

    fn on_http_request_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        if let Some(copies) = &mut self.copies {
            copies.body(size);
            if end_of_stream {
                let copies = self.copies.take();
                self.complete(copies, HeaderLines::new());
            }
        }
        Action::Continue
    }

    // A body that trailers follow never shows the end of the stream.
    fn on_http_request_trailers(&mut self, _trailers: usize) -> Action {
        if let Some(copies) = self.copies.take() {
            copies.complete(self.trailers(), self.id);
        }
        Action::Continue
    }

    fn on_http_response_headers(&mut self, _headers: usize, _end_of_stream: bool) -> Action {
        let goes_on = self.saved.take().is_none_or(|saved| saved.apply(&self.vm));
        if goes_on { Action::Continue } else { Action::Pause }
    }
}
