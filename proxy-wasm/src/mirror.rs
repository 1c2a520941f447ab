//! The copies of one request that the module sends by itself.
//!
//! The body is copied while it streams by: the primary is never held back, and what happens to a copy never shows in it.
//! A copy leaves when the request is complete, which is at the end of its headers, of its body or at its trailers, and never
//! in part: a mirror that gets half an order is worse than one that gets none.
//!
//! Trailers are handed to the proxy with the copy. Envoy (1.36.4 to 1.40.0) does not send them on; where that matters, let
//! the proxy carry the copies (`mirrorHeader`).

use std::rc::Rc;

use httproute_sdk::{Carrier, HeaderLines, Plan, RequestView, Settings};
use proxy_wasm::types::BufferType;

use crate::apply::proxy_carries_mirrors;
use crate::copy;
use crate::host::{Call, Host};
use crate::metrics::Counter;
use crate::vm::Vm;

/// The copies of a request that are not complete yet.
///
/// Dropped before [`Copies::complete`], they are counted as aborted: the request ended before its body did.
#[derive(Debug)]
pub struct Copies<H: Host> {
    vm: Rc<Vm<H>>,
    limit: usize,
    /// The upstream and the headers of each copy. Empty once they are sent or given up.
    copies: Vec<(Box<str>, HeaderLines)>,
    body: Vec<u8>,
}

impl<H: Host> Copies<H> {
    /// The copies that the module has to send of `request`; `None` where it has none to send.
    ///
    /// `answered` says that the module has answered the request, so that the proxy never comes to send it.
    pub fn of(
        plan: &Plan<'_>,
        settings: &Settings,
        request: &RequestView<'_>,
        answered: bool,
        vm: &Rc<Vm<H>>,
    ) -> Option<Self> {
        let kinds = vm.module.kinds;
        let carries = !answered && proxy_carries_mirrors(plan);
        let by_module = plan.mirrors.iter().filter(|mirror| match mirror.carrier {
            Carrier::Proxy(n) => !carries || n >= settings.mirror_headers.len(),
            Carrier::Module => true,
        });
        let copies: Vec<_> = by_module
            .map(|mirror| (mirror.cluster.into(), copy::headers(plan, mirror, kinds, settings, request)))
            .collect();
        if copies.is_empty() {
            return None;
        }
        let mut copies =
            Copies { vm: Rc::clone(vm), limit: settings.mirror_body_limit, copies, body: Vec::new() };
        if copy::length(request).is_some_and(|length| length > copies.limit) {
            // Known beforehand, so nothing of it is held.
            copies.give_up(Counter::MirrorTooLarge);
        }
        Some(copies)
    }

    /// Copies the next `size` bytes of the request's body.
    pub fn body(&mut self, size: usize) {
        if self.copies.is_empty() || size == 0 {
            return;
        }
        if self.body.len() + size > self.limit {
            return self.give_up(Counter::MirrorTooLarge);
        }
        if self.vm.held.get() + size > Settings::MIRROR_BODIES {
            return self.give_up(Counter::MirrorOverloaded);
        }
        match self.vm.host.buffer(BufferType::HttpRequestBody, size) {
            Ok(chunk) if chunk.len() == size => {
                let held = self.vm.held.get().saturating_sub(self.body.capacity());
                if self.body.is_empty() {
                    self.body = chunk
                } else {
                    self.body.extend_from_slice(&chunk)
                }
                self.vm.held.set(held + self.body.capacity());
            }
            // With a piece missing it is no copy.
            _ => self.give_up(Counter::MirrorFailed),
        }
    }

    /// Sends the copies: the request is complete. `stream` is the context that the caller runs in.
    #[cold]
    pub fn complete(mut self, trailers: HeaderLines, stream: u32) {
        if self.copies.is_empty() {
            return;
        }
        let copies = std::mem::take(&mut self.copies);
        let body = self.release();
        let (body, trailers) = (Rc::new(body), Rc::new(trailers));
        self.vm.outbox.put(copies.into_iter().map(|(cluster, mut headers)| {
            copy::set_length(&mut headers, body.len());
            Call { cluster, headers, body: Rc::clone(&body), trailers: Rc::clone(&trailers) }
        }));
        self.vm.host.wake_root(self.vm.root);
        // What the stream's callback has still to do is the stream's again. Where that fails the stream is gone, and with it
        // all that could be done to it.
        let _ = self.vm.host.set_context(stream);
    }

    #[cold]
    fn give_up(&mut self, counter: Counter) {
        self.vm.metrics.count(counter, self.copies.len());
        self.copies = Vec::new();
        self.release();
    }

    /// The body, which is the caller's from now on.
    fn release(&mut self) -> Vec<u8> {
        let body = std::mem::take(&mut self.body);
        self.vm.held.set(self.vm.held.get().saturating_sub(body.capacity()));
        body
    }
}

impl<H: Host> Drop for Copies<H> {
    fn drop(&mut self) {
        self.give_up(Counter::MirrorAborted);
    }
}
