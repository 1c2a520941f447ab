//! Writes a module as an OCI image layout, in both forms that Istio and Envoy Gateway fetch, without a container engine.
//!
//! ```text
//! oci-layout WASM OUT --version VERSION --source URL --licenses SPDX
//! ```
//!
//! `OUT` gets the image (one layer with `plugin.wasm`), `OUT-artifact` the artifact of two layers. Each is made anew, and the
//! same to the byte whenever and wherever it is made: no times, owners or paths go into it.

mod blobs;
mod image;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use blobs::Layout;
use image::Module;

const USAGE: &str = "usage: oci-layout WASM OUT --version VERSION --source URL --licenses SPDX";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(lines) => {
            println!("{lines}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("oci-layout: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<String, String> {
    let [wasm, out, flags @ ..] = arguments else { return Err(USAGE.to_owned()) };
    let flag = |name: &str| {
        let mut pairs = flags.chunks(2);
        pairs
            .find_map(|pair| match pair {
                [flag, value] if flag == name => Some(value.as_str()),
                _ => None,
            })
            .ok_or_else(|| format!("{name} is missing; {USAGE}"))
    };
    let wasm = Path::new(wasm);
    let bytes = std::fs::read(wasm).map_err(|error| format!("{}: {error}", wasm.display()))?;
    if !bytes.starts_with(b"\0asm") {
        return Err(format!("{}: this is no WebAssembly module", wasm.display()));
    }
    let title = wasm.file_stem().unwrap_or_default().to_string_lossy();
    let module = Module {
        title: &title,
        bytes: &bytes,
        version: flag("--version")?,
        source: flag("--source")?,
        licenses: flag("--licenses")?,
    };
    let artifact = PathBuf::from(format!("{out}-artifact"));
    let image = write(Path::new(out), &module, image::compat)?;
    let artifact = write(&artifact, &module, image::artifact)?;
    Ok(format!("{image}\n{artifact}"))
}

/// Writes one form, and says which digest it has.
fn write(
    folder: &Path,
    module: &Module<'_>,
    form: fn(&mut Layout, &Module<'_>) -> Result<serde_json::Value, String>,
) -> Result<String, String> {
    let mut layout = Layout::default();
    let manifest = form(&mut layout, module)?;
    let digest = layout.write(folder, &manifest, module.version)?;
    Ok(format!("{digest}  {}", folder.display()))
}
