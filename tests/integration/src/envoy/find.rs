//! Which Envoy to run.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An Envoy that can be run.
#[derive(Clone, Debug)]
pub struct Binary {
    /// Where it is.
    pub path: PathBuf,
    /// The version that it says it has.
    pub version: String,
}

/// The version that is used where none is asked for: the first of `tests/integration/envoy/versions.txt`.
pub fn default_version() -> &'static str {
    include_str!("../../envoy/versions.txt").lines().next().unwrap_or_default()
}

/// Finds an Envoy of `version`. For the default version `ENVOY_BIN`, then `envoy` on the PATH, win over the project's own
/// copy; the error names the command that brings that copy.
pub fn find(version: &str) -> Result<Binary, String> {
    if version == default_version() {
        if let Some(path) = std::env::var_os("ENVOY_BIN").filter(|path| !path.is_empty()) {
            return at(Path::new(&path)).map_err(|e| format!("ENVOY_BIN: {e}"));
        }
        if let Ok(binary) = at(Path::new("envoy")) {
            return Ok(binary);
        }
    }
    let path = crate::root().join(format!(".tools/envoy/{version}/envoy/_bin/envoy"));
    at(&path).map_err(|_| format!("no Envoy {version} here: get it with `./just envoy {version}`"))
}

fn at(path: &Path) -> Result<Binary, String> {
    let output =
        Command::new(path).arg("--version").output().map_err(|e| format!("{}: {e}", path.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    // "envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL"
    let version =
        text.split('/').find(|part| part.starts_with(|c: char| c.is_ascii_digit()) && part.contains('.'));
    let version = version.ok_or_else(|| format!("{} does not say its version", path.display()))?;
    Ok(Binary { path: path.to_owned(), version: version.to_owned() })
}
