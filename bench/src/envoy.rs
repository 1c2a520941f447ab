//! Envoy with a listener for each variant: one process, so that nothing but the listener differs.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use httproute_integration::envoy::{Binary, Envoy};
use httproute_integration::load::{LeanBackend, echo};
use serde_json::{Value, json};

use crate::cpu::{self, Thread};
use crate::workload::{SECOND_UPSTREAM, UPSTREAM};

/// What a listener does with its requests.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The filters before the router.
    pub filters: Vec<Value>,
    /// Where the routes are: an object with `route_config` or `rds`.
    pub routes: Value,
    /// Whether clients' `x-httproute-*` headers are removed before any filter.
    pub early_removal: bool,
}

/// A running Envoy with its backend.
#[derive(Debug)]
pub struct Running {
    /// Envoy itself.
    pub envoy: Envoy,
    /// Its listeners by name.
    pub listeners: BTreeMap<String, SocketAddr>,
    /// The threads that serve requests.
    pub workers: Vec<Thread>,
    _backend: LeanBackend,
}

impl Running {
    /// Starts Envoy with so many workers.
    pub fn start(
        binary: &Binary,
        listeners: &BTreeMap<String, &Listener>,
        workers: usize,
    ) -> Result<Running, String> {
        let backend = LeanBackend::start(echo("backend")).map_err(|e| e.to_string())?;
        let text = bootstrap(listeners, backend.address()).to_string();
        let envoy = Envoy::start_with(binary, "bench", ("bootstrap.json", &text), workers)?;
        let workers = cpu::workers(envoy.process())?;
        let listeners = envoy.admin.listeners()?;
        Ok(Running { envoy, listeners, workers, _backend: backend })
    }

    /// Where the listener `name` listens.
    pub fn listener(&self, name: &str) -> Result<SocketAddr, String> {
        self.listeners.get(name).copied().ok_or_else(|| format!("Envoy has no listener {name}"))
    }
}

/// Where the files of the measurements are, and the modules that do nothing.
pub fn folder() -> PathBuf {
    httproute_integration::root().join("target/bench")
}

/// Writes the modules that are written by hand there.
pub fn write_modules() -> Result<(), String> {
    fs::create_dir_all(folder()).map_err(|e| e.to_string())?;
    for (name, text) in [("empty", include_str!("empty.wat")), ("calls", include_str!("calls.wat"))] {
        let wasm = wat::parse_str(text).map_err(|e| format!("{name}.wat: {e}"))?;
        let path = folder().join(format!("{name}.wasm"));
        fs::write(&path, wasm).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// A filter that loads a module into a virtual machine of its own.
pub fn wasm(name: &str, file: &Path, configuration: &str) -> Value {
    static MACHINES: AtomicUsize = AtomicUsize::new(0);
    let machine = MACHINES.fetch_add(1, Ordering::Relaxed).to_string();
    json!({ "name": name, "typed_config": wasm_config(&machine, file, configuration) })
}

/// The configuration of such a filter. Filters of the same `machine` and file share one.
pub fn wasm_config(machine: &str, file: &Path, configuration: &str) -> Value {
    json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
        "config": {
            "failure_policy": "FAIL_RELOAD",
            "configuration": {
                "@type": "type.googleapis.com/google.protobuf.StringValue",
                "value": configuration,
            },
            "vm_config": {
                "vm_id": machine,
                "runtime": "envoy.wasm.runtime.v8",
                "code": { "local": { "filename": file } },
            },
        },
    })
}

fn bootstrap(listeners: &BTreeMap<String, &Listener>, backend: SocketAddr) -> Value {
    let listeners: Vec<_> = listeners.iter().map(|(name, listener)| listener.config(name)).collect();
    let clusters = [UPSTREAM, SECOND_UPSTREAM].map(|name| {
        json!({
            "name": name,
            "type": "STATIC",
            "connect_timeout": "5s",
            "load_assignment": {
                "cluster_name": name,
                "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": socket(backend) } }] }],
            },
        })
    });
    json!({
        // Without it, Envoy discovers nothing in files.
        "node": { "id": "bench", "cluster": "bench" },
        "admin": { "address": socket(([127, 0, 0, 1], 0).into()) },
        "static_resources": { "listeners": listeners, "clusters": clusters },
    })
}

fn socket(address: SocketAddr) -> Value {
    json!({ "socket_address": { "address": address.ip().to_string(), "port_value": address.port() } })
}

impl Listener {
    fn config(&self, name: &str) -> Value {
        let mut filters = self.filters.clone();
        filters.push(json!({
            "name": "envoy.filters.http.router",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
                "suppress_envoy_headers": true,
            },
        }));
        let mut manager = json!({
            "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "bench",
            "use_remote_address": true,
            "http_filters": filters,
        });
        for (key, routes) in self.routes.as_object().into_iter().flatten() {
            manager[key] = routes.clone();
        }
        if self.early_removal {
            manager["early_header_mutation_extensions"] = json!([{
                "name": "remove-private-headers",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
                    "mutations": [{ "remove_on_match": { "key_matcher": { "prefix": "x-httproute-" } } }],
                },
            }]);
        }
        json!({
            "name": name,
            "address": socket(([127, 0, 0, 1], 0).into()),
            "filter_chains": [{
                "filters": [{ "name": "envoy.filters.network.http_connection_manager", "typed_config": manager }],
            }],
        })
    }
}
