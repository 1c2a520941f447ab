//! Trials by an Envoy that serves nobody: of certificates ([`certificates`](super::certificates)), and here of what only the module
//! can judge, the objects of kinds that it implements.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::envoy::level;
use super::events::Events;
use super::files::Files;
use super::find::Binary;
use super::published::Trouble;
use super::state::State;
use crate::render::envoy::socket;
use crate::text::clean;

/// How long an Envoy may take to load the modules.
const PATIENCE: Duration = Duration::from_secs(60);

/// Has an Envoy that serves nobody load the modules with their configurations, and returns the objects that they cannot use, each as
/// a sentence: the requests of rules that name one are answered with 500.
///
/// # Errors
///
/// Why Envoy cannot load a module at all.
pub(crate) fn trial(
    binary: &Binary,
    files: &Files,
    state: &State,
    events: &mut Events,
) -> Result<BTreeSet<String>, Trouble> {
    let (bootstrap, log) = (files.folder().join("trial.json"), files.folder().join("trial.log"));
    fs::write(&bootstrap, configuration(state).to_string())?;
    let mut command = envoy(binary, &bootstrap);
    command.stdin(Stdio::null()).stderr(File::create(&log)?);
    let mut envoy = Ended(command.spawn()?);
    let begun = Instant::now();
    let is_valid = loop {
        match envoy.0.try_wait()? {
            Some(status) => break status.success(),
            None if begun.elapsed() > PATIENCE => break false,
            None => events.pause(Duration::from_millis(10))?,
        }
    };
    let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    match is_valid {
        true => Ok(said.lines().filter_map(invalid).collect()),
        false => {
            let lines: Vec<String> = sentences(&said).collect();
            Err(Trouble::Failed(format!("Envoy cannot load the module: {}", lines.join("\n  "))))
        }
    }
}

/// An Envoy that reads the configuration in a file, and ends.
pub(super) fn envoy(binary: &Binary, configuration: &Path) -> Command {
    let mut command = Command::new(&binary.path);
    command
        .args(["--mode", "validate", "--disable-hot-restart", "--log-level", "error"])
        .args(["--log-format", "%l|%v", "--log-format-escaped", "-c"])
        .arg(configuration)
        .stdout(Stdio::null())
        .process_group(0);
    command
}

/// What it logs, without levels.
pub(super) fn sentences(said: &str) -> impl Iterator<Item = String> {
    said.lines().map(|line| clean(level(line).1))
}

/// A listener with the `filters` of HTTP and a router.
pub(super) fn listener(
    name: &str,
    filters: impl Iterator<Item = Value>,
    transport_socket: Option<Value>,
) -> Value {
    let router = json!({
        "name": "envoy.filters.http.router",
        "typed_config": { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
    });
    json!({
        "name": name,
        "address": socket("127.0.0.1", 0),
        "filter_chains": [{
            "filters": [{
                "name": "envoy.filters.network.http_connection_manager",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                    "stat_prefix": "trial",
                    "route_config": { "virtual_hosts": [] },
                    "http_filters": filters.chain([router]).collect::<Vec<_>>(),
                },
            }],
            // Null is as if it were not there.
            "transport_socket": transport_socket,
        }],
    })
}

/// A process that does not outlive this.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // Both fail only where the process is gone already.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// One listener with all modules.
fn configuration(state: &State) -> Value {
    let modules =
        state.modules.iter().map(|(chain, module)| json!({ "name": chain, "typed_config": module }));
    json!({ "static_resources": { "listeners": [listener("trial", modules, None)] } })
}

/// What a module says of an object that it cannot use. All else has been checked already, by the code that modules are made of.
fn invalid(line: &str) -> Option<String> {
    let (_, problem) = line.split_once("error[InvalidExtension] at ")?;
    let (_place, message) = problem.split_once(": ")?;
    Some(clean(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_a_module_cannot_use_is_named() {
        let line = "error|wasm log http-80: httproute: error[InvalidExtension] at /extensions/0/spec/a: Kind shop/x is not valid: why";
        assert_eq!(invalid(line).as_deref(), Some("Kind shop/x is not valid: why"));
        assert_eq!(invalid("error|wasm log http-80: httproute: error[InvalidPath] at /routes/0: a: b"), None);
    }
}
