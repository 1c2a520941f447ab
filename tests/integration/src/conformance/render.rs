//! From the manifests of a test to a part of Envoy's configuration, by the command line.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::form::Test;
use crate::command_line;

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

impl Rendered {
    /// Renders `test`, with the backends at `places`; `files` are manifests besides its own.
    pub fn new(
        cli: &Path,
        test: &Test,
        places: &BTreeMap<String, (String, u16)>,
        files: &[PathBuf],
    ) -> Result<Self, String> {
        let standard = ["80=0", "443=0", "8080=0"].map(str::to_owned);
        let ports = if test.ports.is_empty() { &standard[..] } else { &test.ports };
        let ports = ports.iter().flat_map(|port| ["--port".into(), port.into()]);
        let files = files.iter().flat_map(|file| ["-f".into(), file.into()]);
        // Backends that are missing on purpose are what some tests are about.
        let flags = [OsString::from("--allow-errors")].into_iter().chain(ports).chain(files);
        let text = command_line::render(cli, &test.manifests, flags, places)?;
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
