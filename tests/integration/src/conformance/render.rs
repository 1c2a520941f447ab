//! From the manifests of a test to a part of Envoy's configuration, by the command line.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::form::Test;

/// What `httproute render envoy` makes of a test.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The whole bootstrap.
    pub bootstrap: Value,
    /// The names of its listeners.
    pub listeners: Vec<String>,
    /// The names of its clusters.
    pub clusters: Vec<String>,
}

/// Builds the command line, and says where it is. Where it is built already, that costs nothing.
pub fn cli() -> Result<PathBuf, String> {
    let build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--package", "httproute-cli", "--bin", "httproute"])
        .current_dir(crate::root())
        .status()
        .map_err(|e| format!("cargo build: {e}"))?;
    let here = std::env::current_exe().map_err(|e| e.to_string())?;
    // A binary is beside the command line, a test one folder below.
    let found = here.ancestors().skip(1).map(|folder| folder.join("httproute")).find(|path| path.is_file());
    match (build.success(), found) {
        (true, Some(path)) => Ok(path),
        (false, _) => Err("the command line does not build".into()),
        (true, None) => Err("the command line is not where cargo puts it".into()),
    }
}

impl Rendered {
    /// Renders `test`, with the backends at `places`; `files` are manifests besides its own.
    pub fn new(
        cli: &Path,
        test: &Test,
        places: &BTreeMap<String, (String, u16)>,
        files: &[PathBuf],
        scratch: &Path,
    ) -> Result<Self, String> {
        let manifests = scratch.join(format!("{}.yaml", test.test));
        fs::write(&manifests, &test.manifests).map_err(|e| format!("{}: {e}", manifests.display()))?;
        let mut command = Command::new(cli);
        // Backends that are missing on purpose are what some tests are about.
        command.args([
            "render",
            "envoy",
            "--allow-errors",
            "--bind",
            "127.0.0.1",
            "--admin-port",
            "0",
            "--wasm-dir",
        ]);
        command.arg(crate::dist()).arg("-f").arg(&manifests);
        for file in files {
            command.arg("-f").arg(file);
        }
        let standard = ["80=0", "443=0", "8080=0"].map(str::to_owned);
        let ports = if test.ports.is_empty() { &standard[..] } else { &test.ports };
        for port in ports {
            command.args(["--port", port]);
        }
        for (name, (host, port)) in places {
            let (service, service_port) = name.rsplit_once('/').unwrap_or((name, ""));
            command.args(["--backend", &format!("{service}:{service_port}={host}:{port}")]);
        }
        let output = command.output().map_err(|e| format!("{}: {e}", cli.display()))?;
        if !output.status.success() {
            return Err(format!("render envoy: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let options = serde_saphyr::options! { strict_booleans: true };
        let bootstrap: Value =
            serde_saphyr::from_str_with_options(&text, options).map_err(|e| e.to_string())?;
        let names = |key: &str| {
            let list = bootstrap["static_resources"][key].as_array().into_iter().flatten();
            list.filter_map(|item| item["name"].as_str().map(str::to_owned)).collect()
        };
        let (listeners, clusters) = (names("listeners"), names("clusters"));
        Ok(Rendered { bootstrap, listeners, clusters })
    }
}

/// One bootstrap of all: an Envoy for each would take minutes. The listeners of a test are named `TEST/LISTENER`; a cluster
/// is the same in all tests.
pub(super) fn together(rendered: &BTreeMap<String, Rendered>) -> Value {
    let mut listeners = Vec::new();
    let mut clusters: BTreeMap<String, Value> = BTreeMap::new();
    let mut bootstrap = Value::Null;
    for (test, rendered) in rendered {
        let own = &rendered.bootstrap["static_resources"];
        for listener in own["listeners"].as_array().into_iter().flatten() {
            let mut listener = listener.clone();
            listener["name"] = format!("{test}/{}", listener["name"].as_str().unwrap_or_default()).into();
            listeners.push(listener);
        }
        for cluster in own["clusters"].as_array().into_iter().flatten() {
            clusters.insert(cluster["name"].as_str().unwrap_or_default().to_owned(), cluster.clone());
        }
        bootstrap = rendered.bootstrap.clone();
    }
    bootstrap["static_resources"]["listeners"] = listeners.into();
    bootstrap["static_resources"]["clusters"] = clusters.into_values().collect();
    bootstrap
}
