//! Takes a configuration, and says in the log what came of it.

use httproute_sdk::{Kinds, Problem, Routes, Severity};
use log::Level;
use proxy_wasm::types::BufferType;

use crate::host::Host;
use crate::metrics::Counter;
use crate::protobuf;
use crate::vm::Vm;

/// How many problems are logged one by one. A log that a large broken configuration fills hides the rest.
const MAX_LINES: usize = 100;

/// Logs problems with the rule that has them, under the name by which access logs know it: once for the process, and not once for
/// each worker and filter chain.
///
/// The workers share what the configuration of each filter chain has, and which lines have been logged. Where the host cannot share
/// anything, or two workers are equally fast, a problem is logged more than once; none is ever lost.
fn report<H: Host>(module: &str, routes: &Routes, problems: &[Problem], host: &H) {
    let line = |problem: &Problem| match routes.rule_at(&problem.pointer) {
        Some(rule) => format!("{module}: {rule}: {problem}"),
        None => format!("{module}: {problem}"),
    };
    let mut lines: Vec<String> = problems.iter().take(MAX_LINES).map(line).collect();
    if problems.len() > MAX_LINES {
        lines.push(format!("{module}: and {} more", problems.len() - MAX_LINES));
    }
    let chain = host.property(&["plugin_name"]).ok().flatten().unwrap_or_default();
    let chain = [b"httproute.chain.", module.as_bytes(), b".", &chain].concat();
    let shared = |key: &[u8]| host.shared(key).ok().flatten().filter(|value| !value.is_empty());
    let before = shared(&chain).unwrap_or_default();
    let now = lines.join("\0").into_bytes();
    if before == now {
        return;
    }
    let _ = host.share(&chain, &now);
    // What has been mended is logged again when it comes back.
    for line in before.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        if !lines.iter().any(|other| other.as_bytes() == line) {
            let _ = host.share(line, b"");
        }
    }
    let levels = problems.iter().map(|problem| match problem.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warn,
    });
    for (line, level) in lines.iter().zip(levels) {
        if shared(line.as_bytes()).is_none() {
            let _ = host.share(line.as_bytes(), b"logged");
            host.log(level, line);
        }
    }
}

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
    report(module.name, &routes, &problems, host);
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
