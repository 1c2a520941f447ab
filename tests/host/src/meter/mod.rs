//! Counts what one request costs a module: instructions, as wasmtime's fuel counts them, and calls of the host.
//!
//! Both are the same on every machine and at every load, so a module that became dearer shows in them where a clock would
//! show noise. One instruction of WebAssembly is one unit of fuel, but for those that only mark structure, which are none.
//! A host of its own does this, and not the one that runs the cases: that one shows no fuel, and gives a module real
//! randomness, with which no two counts agree.

mod calls;
mod guest;
mod proxy;

use std::collections::BTreeSet;
use std::path::Path;

use wasmtime::{
    Config, Engine, Instance, Linker, Module, Result, Store, TypedFunc, WasmParams, WasmResults, bail,
};

use proxy::{
    CALL_RESPONSE_HEADERS, PLUGIN_CONFIGURATION, Proxy, REQUEST_BODY, REQUEST_HEADERS, RESPONSE_HEADERS,
};
pub use proxy::{Habits, Lines};

/// The identifier of the root context.
const ROOT: u32 = 1;

/// What one request cost, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Instructions.
    pub fuel: u64,
    /// The calls of the host, by name, in order.
    pub calls: Vec<&'static str>,
    /// The status of the module's own answer.
    pub answered: Option<u32>,
    /// The request's headers as they go on.
    pub request: Lines,
    /// The response's headers.
    pub response: Lines,
    /// How many copies were sent.
    pub copies: u32,
    /// What the module wrote to the log.
    pub log: Vec<String>,
}

/// A compiled module.
#[derive(Clone)]
pub struct Compiled {
    engine: Engine,
    module: Module,
}

impl Compiled {
    /// Compiles the module in `file`.
    pub fn read(file: &Path) -> Result<Self> {
        let mut config = Config::new();
        config.consume_fuel(true);
        let engine = Engine::new(&config)?;
        let module = Module::from_file(&engine, file)?;
        Ok(Compiled { engine, module })
    }

    /// The names of what the module imports, and of what it exports.
    pub fn interface(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let imports = self.module.imports().map(|import| format!("{}.{}", import.module(), import.name()));
        let exports = self.module.exports().map(|export| export.name().to_owned());
        (imports.collect(), exports.collect())
    }

    /// The module with a configuration, on a host that does all it reports.
    pub fn start(&self, configuration: &[u8]) -> Result<Meter> {
        self.start_on(Habits::default(), configuration)
    }

    /// The module with a configuration, on a host with these habits.
    pub fn start_on(&self, habits: Habits, configuration: &[u8]) -> Result<Meter> {
        let mut store = Store::new(&self.engine, Proxy { habits, ..Proxy::default() });
        store.set_fuel(u64::MAX)?;
        let mut linker = Linker::new(&self.engine);
        calls::link(&mut linker)?;
        linker.define_unknown_imports_as_traps(&self.module)?;
        let instance = linker.instantiate(&mut store, &self.module)?;
        let mut meter = Meter { store, instance, streams: ROOT, configured: 0 };
        meter.callback::<(), ()>("_initialize", ())?;
        meter.callback::<(u32, u32), ()>("proxy_on_context_create", (ROOT, 0))?;
        meter.callback::<(u32, u32), u32>("proxy_on_vm_start", (ROOT, 0))?;
        let size = configuration.len() as u32;
        meter.store.data_mut().buffers.insert(PLUGIN_CONFIGURATION, configuration.to_vec());
        meter.store.set_fuel(u64::MAX)?;
        if meter.callback::<(u32, u32), u32>("proxy_on_configure", (ROOT, size))? != Some(1) {
            bail!("the module refuses the configuration: {}", meter.store.data().log.join("\n"));
        }
        meter.configured = u64::MAX - meter.store.get_fuel()?;
        meter.store.data_mut().buffers.clear();
        Ok(meter)
    }
}

/// A running module.
pub struct Meter {
    store: Store<Proxy>,
    instance: Instance,
    streams: u32,
    /// How many instructions it took to read the configuration.
    pub configured: u64,
}

impl Meter {
    /// Sends a request through the module, from its context's creation to its end, and counts. The upstream answers with
    /// `response`, and so does that of every copy.
    pub fn request(&mut self, request: &Lines, body: &[u8], response: &Lines) -> Result<Cost> {
        self.streams += 1;
        let stream = self.streams;
        let Proxy { metrics, habits, .. } = *self.store.data();
        *self.store.data_mut() = Proxy { metrics, habits, ..Proxy::default() };
        self.store.set_fuel(u64::MAX)?;

        self.callback::<(u32, u32), ()>("proxy_on_context_create", (stream, ROOT))?;
        let headers = self.request_phase(stream, request, body)?;
        let proxy = self.store.data_mut();
        let answer =
            if proxy.answered.is_some() { std::mem::take(&mut proxy.answer) } else { response.clone() };
        let lines = answer.len() as u32;
        proxy.maps.insert(RESPONSE_HEADERS, answer);
        self.callback::<(u32, u32, u32), u32>("proxy_on_response_headers", (stream, lines, 1))?;
        if habits.unchecked {
            self.callback::<(u32, u32, u32), u32>("proxy_on_response_body", (stream, 0, 1))?;
        }
        let response_headers = self.store.data_mut().maps.remove(&RESPONSE_HEADERS).unwrap_or_default();
        self.callback::<u32, u32>("proxy_on_done", stream)?;
        self.callback::<u32, ()>("proxy_on_log", stream)?;
        self.callback::<u32, ()>("proxy_on_delete", stream)?;
        self.answer_copies(response)?;

        let fuel = u64::MAX - self.store.get_fuel()?;
        let proxy = std::mem::take(self.store.data_mut());
        *self.store.data_mut() = Proxy { metrics, habits, ..Proxy::default() };
        Ok(Cost {
            fuel,
            calls: proxy.calls,
            answered: proxy.answered,
            request: headers,
            response: response_headers,
            copies: proxy.called,
            log: proxy.log,
        })
    }

    fn request_phase(&mut self, stream: u32, request: &Lines, body: &[u8]) -> Result<Lines> {
        self.store.data_mut().maps.insert(REQUEST_HEADERS, request.clone());
        let habits = self.store.data().habits;
        let counted =
            request.iter().filter(|(name, _)| habits.shows.is_none() || !name.starts_with(b":")).count();
        let (lines, ends) = (counted as u32, u32::from(body.is_empty()));
        let action =
            self.callback::<(u32, u32, u32), u32>("proxy_on_request_headers", (stream, lines, ends))?;
        let answered = self.store.data().answered.is_some();
        if action.unwrap_or(0) != u32::from(answered) {
            bail!("a module that answers pauses the request, and no other does");
        }
        let headers = self.store.data_mut().maps.remove(&REQUEST_HEADERS).unwrap_or_default();
        if !answered && (!body.is_empty() || habits.unchecked) {
            self.store.data_mut().buffers.insert(REQUEST_BODY, body.to_vec());
            let size = body.len() as u32;
            self.callback::<(u32, u32, u32), u32>("proxy_on_request_body", (stream, size, 1))?;
            self.store.data_mut().buffers.clear();
        }
        Ok(headers)
    }

    fn answer_copies(&mut self, response: &Lines) -> Result<()> {
        let copies = self.store.data().called;
        self.store.data_mut().maps.insert(CALL_RESPONSE_HEADERS, response.clone());
        let lines = response.len() as u32;
        for token in 1..=copies {
            self.callback::<(u32, u32, u32, u32, u32), ()>(
                "proxy_on_http_call_response",
                (ROOT, token, lines, 0, 0),
            )?;
        }
        Ok(())
    }

    /// Calls the module; `None` if it does not export this, so that no proxy calls it either, unless it calls unchecked.
    fn callback<P: WasmParams, R: WasmResults>(&mut self, name: &str, parameters: P) -> Result<Option<R>> {
        let Some(function) = self.instance.get_func(&mut self.store, name) else {
            if self.store.data().habits.unchecked {
                bail!("the host calls {name}, which the module does not export");
            }
            return Ok(None);
        };
        let function: TypedFunc<P, R> = function.typed(&self.store)?;
        function.call(&mut self.store, parameters).map(Some)
    }
}
