//! Modules, compiled once, and each as often as it is needed with a configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use proxy_wasm_host::abi::v0_2_1::types::LogLevel;
use proxy_wasm_host::abi::v0_2_1::{
    CalloutId, Callouts, ContextId, Guest, Host, HttpCall, HttpCallRefusal, InMemoryStore, Invocation,
    LogContext, LogSink, PluginConfig, Started, VmServices,
};
use proxy_wasm_host::{Engine, Limits, Module};

/// A request of a module to an upstream, which waits for its answer.
pub(super) type Waiting = (ContextId, CalloutId, HttpCall<'static>);

/// What a module writes to the log, and asks of upstreams.
#[derive(Debug, Default)]
pub(super) struct Outside {
    /// The upstreams that the proxy has.
    upstreams: BTreeSet<String>,
    log: Mutex<Vec<String>>,
    waiting: Mutex<Vec<Waiting>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outside {
    /// The requests that wait; they are the caller's from now on.
    pub(super) fn take_waiting(&self) -> Vec<Waiting> {
        std::mem::take(&mut lock(&self.waiting))
    }

    /// What was logged.
    pub(super) fn log(&self) -> Vec<String> {
        lock(&self.log).clone()
    }
}

impl LogSink for Outside {
    fn log(&self, _: LogContext<'_>, _: LogLevel, message: &[u8]) {
        lock(&self.log).push(String::from_utf8_lossy(message).into_owned());
    }
}

impl Callouts for Outside {
    fn http_call(
        &self,
        call: Invocation,
        id: CalloutId,
        request: HttpCall<'_>,
    ) -> Result<(), HttpCallRefusal> {
        if !self.upstreams.contains(&*String::from_utf8_lossy(&request.upstream)) {
            return Err(HttpCallRefusal::UnknownUpstream);
        }
        lock(&self.waiting).push((call.context, id, request.into_owned()));
        Ok(())
    }
}

/// A module with a configuration.
pub(super) struct Running {
    pub(super) guest: Guest,
    pub(super) root: ContextId,
    pub(super) outside: Arc<Outside>,
}

/// What came of a configuration.
pub(super) enum Start {
    /// The module runs.
    Running(Box<Running>),
    /// The module refuses it, and logged this.
    Refused(Vec<String>),
}

/// Starts the module `name` with a configuration, in a proxy with these upstreams and metrics.
pub(super) fn start(
    name: &str,
    configuration: &str,
    upstreams: BTreeSet<String>,
    metrics: Arc<InMemoryStore>,
) -> Result<Start, String> {
    let told = |e: &dyn std::fmt::Display| format!("{name}: {e}");
    let (host, module) = compiled(name)?;
    let outside = Arc::new(Outside { upstreams, ..Outside::default() });
    let services = VmServices::new(Arc::clone(&outside) as Arc<dyn LogSink>)
        .with_callouts(Arc::clone(&outside) as Arc<dyn Callouts>)
        .with_shared(metrics);
    // A machine under load is no module in an endless loop.
    let limits = Limits::new().with_cpu_time(Duration::from_secs(60));
    let mut guest = Guest::new(&host, &module, services, &limits).map_err(|e| told(&e))?;
    let plugin = PluginConfig::new().with_name(name).with_configuration(configuration);
    match guest.start(plugin).map_err(|e| told(&e))? {
        Started::Serving(root) => Ok(Start::Running(Box::new(Running { guest, root, outside }))),
        Started::Refused { .. } => Ok(Start::Refused(outside.log())),
    }
}

/// All share one engine. What is compiled is kept: it takes longer than all that is done with it.
fn compiled(name: &str) -> Result<(Host, Module), String> {
    static HOST: LazyLock<Result<(Engine, Host), String>> = LazyLock::new(|| {
        let engine = Engine::new().map_err(|e| e.to_string())?;
        let host = Host::new(&engine).map_err(|e| e.to_string())?;
        Ok((engine, host))
    });
    static COMPILED: Mutex<BTreeMap<String, Module>> = Mutex::new(BTreeMap::new());
    let (engine, host) = HOST.as_ref().map_err(String::clone)?;
    let mut modules = lock(&COMPILED);
    if !modules.contains_key(name) {
        let file = httproute_integration::dist().join(format!("{name}.wasm"));
        let told = |e: &dyn std::fmt::Display| format!("{}: {e}: `./just build` makes it", file.display());
        let bytes = std::fs::read(&file).map_err(|e| told(&e))?;
        modules.insert(name.to_owned(), Module::new(engine, &bytes).map_err(|e| told(&e))?);
    }
    Ok((host.clone(), modules[name].clone()))
}
