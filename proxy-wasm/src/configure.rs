//! Takes a configuration, and says in the log what came of it.

use httproute_sdk::{Kinds, Routes, Severity};
use log::Level;
use proxy_wasm::types::BufferType;

use crate::host::Host;
use crate::metrics::Counter;
use crate::protobuf;
use crate::vm::Vm;

/// How many problems are logged one by one. A log that a large broken configuration fills hides the rest.
const MAX_LINES: usize = 100;

/// Takes the configuration that the proxy has for the module; false where it is refused.
///
/// It is refused only if it is no configuration, or JSON that another reader could read differently: a proxy keeps the last
/// configuration then, or rejects the whole listener if there is none. Everything smaller is logged, and is one rule's problem.
#[cold]
pub fn configure<H: Host>(vm: &Vm<H>, size: usize) -> bool {
    let (module, host) = (vm.module, &vm.host);
    let bytes = host.buffer(BufferType::PluginConfiguration, size).unwrap_or_default();
    // JSON text begins with a brace, which no such message does. No bytes at all would be a message too, without fields, but
    // what a proxy means by it is that there is no configuration.
    let json = if bytes.is_empty() { None } else { protobuf::struct_to_json(&bytes) };
    let bytes = json.map_or(bytes, String::into_bytes);
    let decode = if module.combined { Routes::decode_with } else { Routes::decode_shared };
    let (routes, problems) = match decode(&bytes, &(module.extensions)()) {
        Ok(decoded) => decoded,
        Err(refusal) => {
            host.log(Level::Error, &format!("{}: {refusal}", module.name));
            return false;
        }
    };
    for problem in problems.iter().take(MAX_LINES) {
        let level = match problem.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warn,
        };
        host.log(level, &format!("{}: {problem}", module.name));
    }
    if problems.len() > MAX_LINES {
        host.log(Level::Error, &format!("{}: and {} more", module.name, problems.len() - MAX_LINES));
    }
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = problems.len() - errors;
    let (name, version, summary) = (module.name, module.version, routes.summary());
    let found = match problems.len() {
        0 => "no problems".to_owned(),
        _ => format!("errors: {errors}, warnings: {warnings}"),
    };
    host.log(Level::Info, &format!("{name} {version}: {summary}; {found}"));
    vm.metrics.define(name, module.kinds, host);
    if module.kinds.has(Kinds::BACKENDS) {
        vm.metrics.define_rules(name, &routes, host);
    }
    vm.metrics.problems(errors, warnings, host);
    vm.set_routes(routes);
    // At once: who waits for a change to be everywhere waits for this.
    vm.metrics.count(Counter::Configured, 1);
    vm.metrics.flush(host);
    true
}
