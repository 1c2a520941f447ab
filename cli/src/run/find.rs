//! Which Envoy to run.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Failure;

/// An Envoy that can be run.
#[derive(Clone, Debug)]
pub(crate) struct Binary {
    pub(crate) path: PathBuf,
    /// The version that it says it has.
    pub(crate) version: String,
}

/// The Envoy that the flag names; else the one that `ENVOY_BIN` names, the one on the PATH, or the project's own copy, if this
/// command was built there.
pub(crate) fn envoy(flag: Option<&Path>) -> Result<Binary, Failure> {
    let named = |path: &Path, by: &str| {
        let remedy = "name an Envoy that runs on this machine";
        at(path).map_err(|why| {
            Failure::new(format!("{by}: {} is no Envoy: {why}", path.display())).with_hint(remedy)
        })
    };
    if let Some(path) = flag {
        return named(path, "--envoy");
    }
    if let Some(path) = env::var_os("ENVOY_BIN").filter(|path| !path.is_empty()) {
        return named(Path::new(&path), "ENVOY_BIN");
    }
    let own = env::current_exe().ok().and_then(|command| own_copy(&command));
    at(Path::new("envoy")).ok().or_else(|| at(&own?).ok()).ok_or_else(|| {
        Failure::new("there is no Envoy: ENVOY_BIN names none, and none is on the PATH").with_hint(
            "install one (https://www.envoyproxy.io/docs/envoy/latest/start/install), or name one: --envoy PATH; \
             in a checkout of this project `./just envoy` gets one",
        )
    })
}

/// The newest Envoy in `.tools/envoy/` of the checkout in which `command` was built.
fn own_copy(command: &Path) -> Option<PathBuf> {
    let folder =
        command.ancestors().map(|folder| folder.join(".tools/envoy")).find(|folder| folder.is_dir())?;
    let versions = fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let binaries = versions.map(|version| (number(&version), version.join("envoy/_bin/envoy")));
    let newest = binaries.filter(|(_, binary)| binary.is_file()).max();
    newest.map(|(_, binary)| binary)
}

/// The parts of a version, for comparison: 1.9.0 is older than 1.40.0.
fn number(folder: &Path) -> Vec<u32> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

fn at(path: &Path) -> Result<Binary, String> {
    let output =
        Command::new(path).arg("--version").stdin(Stdio::null()).output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    // "envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL"
    let mut parts = text.split('/');
    let version = parts.find(|part| part.starts_with(|c: char| c.is_ascii_digit()) && part.contains('.'));
    let version = version.filter(|_| output.status.success()).ok_or("it does not say its version")?;
    Ok(Binary { path: path.to_owned(), version: version.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_the_copies_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["1.9.0", "1.40.0", "1.39.3"] {
            let bin = folder.path().join(format!(".tools/envoy/{version}/envoy/_bin"));
            fs::create_dir_all(&bin).unwrap();
            fs::write(bin.join("envoy"), "").unwrap();
        }
        let found = own_copy(&folder.path().join("target/release/httproute")).unwrap();
        assert!(found.ends_with("1.40.0/envoy/_bin/envoy"), "{found:?}");
    }
}
