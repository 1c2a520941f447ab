//! What was measured, kept in files, so that subjects can be measured one at a time.

use std::fs;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::machine::Machine;

/// What a measurement of a subject found, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Found<T> {
    /// The machine.
    pub machine: Machine,
    /// Of each variant.
    pub variants: Vec<T>,
}

fn file(subject: &str) -> PathBuf {
    crate::envoy::folder().join(format!("{subject}.json"))
}

/// Keeps what was found.
pub fn keep<T: Serialize>(subject: &str, found: &Found<T>) -> Result<(), String> {
    let text = serde_json::to_string_pretty(found).map_err(|e| e.to_string())?;
    let path = file(subject);
    fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
}

/// What was found last.
pub fn last<T: DeserializeOwned>(subject: &str) -> Result<Found<T>, String> {
    let path = file(subject);
    let text = fs::read_to_string(&path)
        .map_err(|_| format!("{subject} has not been measured yet: ./just bench {subject}"))?;
    serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}
