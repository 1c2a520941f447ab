//! The requests of the demo, and what must come of them.

use serde::Deserialize;

use crate::case::Exchange;

/// A filter kind, and the requests that show it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// What it shows.
    pub title: String,
    /// The requests, in the form of the case files. What is expected is what the demo checks.
    pub requests: Vec<Exchange>,
}

/// The scenes of `demo.yaml`.
pub(super) fn read() -> Result<Vec<Scene>, String> {
    let value: serde_json::Value =
        serde_saphyr::from_str(include_str!("demo.yaml")).map_err(|e| format!("demo.yaml: {e}"))?;
    serde_json::from_value(value).map_err(|e| format!("demo.yaml: {e}"))
}
