//! The module as the proxy's worker sees it: configuration, timer, and what outlives a stream.

use std::rc::Rc;
use std::time::Duration;

use log::Level;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::ContextType;

use crate::configure::configure;
use crate::host::Host;
use crate::metric_ids::MetricIds;
use crate::module::Module;
use crate::stream::Stream;
use crate::vm::Vm;

/// How often what was counted goes to the proxy.
const FLUSH_PERIOD: Duration = Duration::from_secs(1);

/// The root context of a module.
#[derive(Debug)]
pub struct Root<H: Host> {
    vm: Rc<Vm<H>>,
}

impl<H: Host> Root<H> {
    /// A module that runs as the context `id` of a virtual machine that knows the metrics `ids`.
    pub fn new(module: Module, id: u32, ids: Rc<MetricIds>, host: H) -> Self {
        // Two workers with the same seed would split traffic in step.
        let seed = host.random().unwrap_or_else(|failed| {
            host.log(
                Level::Warn,
                &format!("{}: no random number, so that workers draw alike: {failed}", module.name),
            );
            u64::from(id)
        });
        Root { vm: Rc::new(Vm::new(module, id, seed, ids, host)) }
    }

    /// What its streams share.
    #[cfg(test)]
    pub(crate) fn vm(&self) -> &Vm<H> {
        &self.vm
    }

    /// The module's part in the stream `id`.
    pub fn stream(&self, id: u32) -> Stream<H> {
        Stream::new(id, Rc::clone(&self.vm))
    }
}

impl<H: Host + 'static> Context for Root<H> {
    fn on_http_call_response(&mut self, _token: u32, headers: usize, _body: usize, _trailers: usize) {
        self.vm.outbox.answered(headers, &self.vm.metrics, &self.vm.host);
    }

    fn on_done(&mut self) -> bool {
        self.vm.metrics.flush(&self.vm.host);
        // A proxy goes on with the timer of a root context that is gone, for nothing (Envoy 1.40.0): each change of a configuration
        // would leave one behind. What is counted from here on is handed over with the last answer.
        self.vm.host.set_tick_period(Duration::ZERO);
        self.vm.outbox.retire()
    }
}

impl<H: Host + 'static> RootContext for Root<H> {
    fn on_configure(&mut self, size: usize) -> bool {
        self.vm.host.set_tick_period(FLUSH_PERIOD);
        configure(&self.vm, size)
    }

    fn on_tick(&mut self) {
        self.vm.lines.renew(self.vm.module.name, &self.vm.host);
        self.vm.metrics.flush(&self.vm.host);
    }

    /// Not a queue: a stream has filled the [`outbox`](crate::outbox).
    fn on_queue_ready(&mut self, _queue: u32) {
        self.vm.outbox.send(self.vm.root, &self.vm.metrics, &self.vm.host);
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(self.stream(id)))
    }
}
