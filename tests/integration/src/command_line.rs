//! The command `httproute`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// What `httproute render envoy` prints for `manifests`, more `flags` and backends at `places`, to be run on this machine: no port
/// is fixed but those that `flags` name.
pub fn render(
    cli: &Path,
    manifests: &str,
    flags: impl IntoIterator<Item = impl AsRef<OsStr>>,
    places: &BTreeMap<String, (String, u16)>,
) -> Result<String, String> {
    let mut command = Command::new(cli);
    command.args(["render", "envoy", "--bind", "127.0.0.1", "--admin-port", "0", "-f", "-"]);
    command.arg("--wasm-dir").arg(crate::dist()).args(flags);
    for (name, (host, port)) in places {
        let (service, service_port) = name.rsplit_once('/').ok_or("a backend has no port")?;
        command.args(["--backend", &format!("{service}:{service_port}={host}:{port}")]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut rendering = command.spawn().map_err(|e| e.to_string())?;
    if let Some(mut stdin) = rendering.stdin.take() {
        stdin.write_all(manifests.as_bytes()).map_err(|e| e.to_string())?;
    }
    let output = rendering.wait_with_output().map_err(|e| e.to_string())?;
    match output.status.success() {
        true => String::from_utf8(output.stdout).map_err(|e| e.to_string()),
        false => Err(format!("render envoy: {}", String::from_utf8_lossy(&output.stderr))),
    }
}
