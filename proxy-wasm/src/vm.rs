//! What the streams of one configuration share in one worker.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use httproute_sdk::extension::Notes;
use httproute_sdk::{Decision, Draw, Plan, RequestView, Routes, Settings};

use crate::chain;
use crate::host::Host;
use crate::metric_ids::MetricIds;
use crate::metrics::Metrics;
use crate::module::Module;
use crate::notes::Lines;
use crate::outbox::Outbox;
use crate::trust::{Fault, Trust};

/// What the streams of one configuration share in one worker.
#[derive(Debug)]
pub struct Vm<H: Host> {
    /// What the module is.
    pub module: Module,
    /// The proxy.
    pub host: H,
    /// The identifier of the root context.
    pub root: u32,
    /// What the proxy has shown that it does.
    pub trust: Trust,
    /// What is counted.
    pub metrics: Metrics,
    /// What is to be sent.
    pub outbox: Outbox,
    /// What custom filters may still write to the log.
    pub lines: Lines,
    /// How many bytes of memory hold bodies for copies.
    pub held: Cell<usize>,
    routes: RefCell<Option<Rc<Routes>>>,
    seeds: RefCell<Draw>,
}

impl<H: Host> Vm<H> {
    /// A worker without configuration. `seed` is to differ from worker to worker; `ids` are those of the virtual machine.
    pub fn new(module: Module, root: u32, seed: u64, ids: Rc<MetricIds>, host: H) -> Self {
        Vm {
            module,
            host,
            root,
            trust: Trust::default(),
            metrics: Metrics::new(ids),
            outbox: Outbox::default(),
            lines: Lines::default(),
            held: Cell::new(0),
            routes: RefCell::new(None),
            seeds: RefCell::new(Draw::seeded(seed)),
        }
    }

    /// The configuration for streams that begin now. Those that run keep theirs.
    pub fn routes(&self) -> Option<Rc<Routes>> {
        self.routes.borrow().clone()
    }

    /// Puts a new configuration in the place of the old one.
    pub fn set_routes(&self, routes: Routes) {
        self.routes.replace(Some(Rc::new(routes)));
    }

    /// Counts the request for its rule, and keeps the rule's name where access logs are to find it.
    pub fn tell_rule(&self, plan: &Plan<'_>, settings: &Settings) {
        if let Decision::Rule { rule, .. } = plan.decision {
            self.metrics.count_rule(rule);
        }
        if let (Some(property), Some(rule)) = (&settings.rule_property, plan.rule) {
            // A request is not to fail for the sake of a log.
            let _ = self.host.set_property(property, rule.to_string().as_bytes());
        }
    }

    /// Writes and counts what custom filters have to say.
    pub fn tell(&self, notes: &Notes) {
        for (level, line) in &notes.log {
            self.lines.write(self.module.name, *level, line, &self.host);
        }
        for (name, n) in &notes.counts {
            self.metrics.count_extension(self.module.name, name, *n, &self.host);
        }
    }

    /// The plan for a request.
    ///
    /// `fault` is set if a later module of the chain could not go by it. It is no part of the result, because a plan is large:
    /// to wrap it costs each request.
    pub fn plan<'r>(
        &self,
        routes: &'r Routes,
        request: &RequestView<'_>,
        fault: &mut Option<Fault>,
    ) -> Plan<'r> {
        let mut draw = Draw::seeded(self.seeds.borrow_mut().next_u64());
        if self.module.combined {
            routes.plan(request, &mut draw)
        } else {
            chain::plan(routes, request, &mut draw, self, fault)
        }
    }
}
