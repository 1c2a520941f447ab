//! The form of a conformance file.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::backend::Behaviour;
use crate::case::{Exchange, RequestSpec};
use crate::expect::Expectation;

/// One test.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Test {
    /// The name of the test in the Gateway API's suite: the `ShortName`.
    pub test: String,
    /// What of the API it needs.
    pub level: Level,
    /// The feature that it stands for, where it is not HTTPRoute itself.
    pub feature: Option<String>,
    /// What it shows, with the sentence of the specification that says so.
    pub about: String,
    /// Why it does not hold yet.
    pub not_yet: Option<String>,
    /// What differs from the letter of the specification, or is left out.
    pub deviation: Option<String>,
    /// Whether the file has Gateways of its own, instead of `gateway.yaml`.
    #[serde(default)]
    pub own_gateways: bool,
    /// `--port` for each listener, where there are others than 80, 443 and 8080 of one Gateway.
    #[serde(default)]
    pub ports: Vec<String>,
    /// Backends besides those of `services.yaml`, and how they behave.
    #[serde(default)]
    pub backends: BTreeMap<String, Behaviour>,
    /// The manifests.
    #[serde(default)]
    pub manifests: String,
    /// The requests, sent one after the other.
    #[serde(default)]
    pub requests: Vec<Step>,
}

/// How much of the API an implementation has to carry out.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// Every implementation.
    Core,
    /// Those that say so, in the standard channel.
    Extended,
    /// Those that say so, in the experimental channel.
    Experimental,
}

/// A request and what must come of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    /// What this request shows, where the test's sentence does not say it.
    pub about: Option<String>,
    /// The listener of Envoy, as `httproute render envoy` names it; needed where there are several.
    pub listener: Option<String>,
    /// The server name of the TLS handshake; without it there is none.
    pub sni: Option<String>,
    /// Whether the client asks to speak WebSocket, and then does.
    #[serde(default)]
    pub web_socket: bool,
    /// The request.
    pub request: RequestSpec,
    /// What must come of it.
    #[serde(default)]
    pub expect: Expectation,
}

impl Step {
    /// How a failure names it.
    pub fn label(&self, index: usize) -> String {
        let exchange = Exchange {
            about: self.about.clone(),
            only_on: None,
            request: self.request.clone(),
            expect: Expectation::default(),
        };
        exchange.label(index)
    }
}

impl Test {
    /// Reads one file.
    pub fn read(path: &Path) -> Result<Test, String> {
        let told = |e: String| format!("{}: {e}", path.display());
        let text = std::fs::read_to_string(path).map_err(|e| told(e.to_string()))?;
        let options = serde_saphyr::options! { strict_booleans: true };
        let value: Value =
            serde_saphyr::from_str_with_options(&text, options).map_err(|e| told(e.to_string()))?;
        let test: Test = serde_json::from_value(value).map_err(|e| told(e.to_string()))?;
        match path.file_stem().is_some_and(|stem| *stem == *test.test) {
            true => Ok(test),
            false => Err(told(format!("the file of {} has another name", test.test))),
        }
    }

    /// Reads all files, in order of their names: those that begin with a capital letter.
    pub fn read_all() -> Result<Vec<Test>, String> {
        let folder = super::folder();
        let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.ends_with(".yaml") && name.starts_with(|c: char| c.is_ascii_uppercase())
        });
        paths.sort();
        paths.iter().map(|path| Test::read(path)).collect()
    }
}
