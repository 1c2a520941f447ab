//! A proxy in memory around the modules: what Envoy does before, between and behind them, as far as modules can see it.
//!
//! The ABI itself is the crate [`proxy_wasm_host`], which has nothing in common with Envoy's host. Nothing in here waits: what
//! takes an upstream its time is compared with the timeouts.

mod chain;
mod module;
mod router;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use httproute_integration::backend::Behaviour;
use httproute_integration::case::{Case, Variant};
use httproute_integration::expect::Observed;
use proxy_wasm_host::abi::v0_2_1::InMemoryStore;

use chain::Chain;
use module::{Running, Start, start};

/// Name and value of header lines, in order.
type Lines = Vec<(Vec<u8>, Vec<u8>)>;

/// The port of the listener that the proxy stands for.
const PORT: u16 = 10080;

/// Runs a case with these modules; the error tells all that is not as expected.
///
/// What a case marks as native, because Envoy refuses it before any module sees it, is run too: this proxy refuses nothing.
pub fn run(case: &Case, variant: Variant) -> Result<(), String> {
    let modules = modules(case, variant, &Arc::new(InMemoryStore::new()))?;
    if case.refused.is_some() {
        return Ok(());
    }
    let mut chain = Chain { case, modules };
    let mut failures = Vec::new();
    for (index, exchange) in case.requests.iter().enumerate() {
        let label = exchange.label(index);
        let mut observed = Observed { port: PORT, sent_body: exchange.request.body(), ..Observed::default() };
        for _ in 0..exchange.request.times {
            chain.exchange(&exchange.request, &mut observed).map_err(|e| format!("{label}: {e}"))?;
        }
        let told = exchange.expect.check(&observed);
        failures.extend(told.into_iter().map(|told| format!("{label}: {told}")));
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// The modules, started with the case's configuration; none where each refuses it as it is to.
fn modules(case: &Case, variant: Variant, metrics: &Arc<InMemoryStore>) -> Result<Vec<Running>, String> {
    let configuration = case.config_text();
    let known = case.backends.iter().filter(|&(_, &behaviour)| behaviour != Behaviour::Missing);
    let upstreams: BTreeSet<_> = known.map(|(name, _)| name.clone()).collect();
    let mut modules = Vec::new();
    for name in variant.modules() {
        match (start(name, &configuration, upstreams.clone(), Arc::clone(metrics))?, &case.refused) {
            (Start::Running(module), None) => modules.push(*module),
            (Start::Refused(log), Some(code)) => said_once(name, code, &log)?,
            (Start::Running(_), Some(code)) => {
                return Err(format!("{name} was to refuse the configuration: {code}"));
            }
            (Start::Refused(log), None) => {
                return Err(format!("{name} refuses the configuration: {}", log.join("\n")));
            }
        }
    }
    Ok(modules)
}

/// A refusal is told in one line, and that names its reason.
fn said_once(module: &str, code: &str, log: &[String]) -> Result<(), String> {
    match log.iter().filter(|line| line.contains(&format!("refused[{code}]"))).count() {
        1 => Ok(()),
        n => Err(format!("{module} logs refused[{code}] {n} times, not once: {}", log.join("\n"))),
    }
}
