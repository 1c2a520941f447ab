//! Writes what the fuzz targets begin with: the configurations of the cases, and the manifests of conformance suite and examples.
//!
//! ```text
//! fuzz-seeds FOLDER
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use httproute_integration::case::Case;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: fuzz-seeds FOLDER");
        return ExitCode::FAILURE;
    };
    match write(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("fuzz-seeds: {message}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> Result<(), String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for case in Case::read_all(&here.join("cases"))? {
        put(&folder.join("decode"), &format!("{}.json", case.name), case.config_text().as_bytes())?;
    }
    for (number, manifest) in
        manifests(&[here.join("conformance"), here.join("../../examples/gateway")]).iter().enumerate()
    {
        let bytes = fs::read(manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
        put(&folder.join("manifests"), &format!("{number}.yaml"), &bytes)?;
    }
    Ok(())
}

/// All YAML files in and below the folders.
fn manifests(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(manifests(&[path]));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), String> {
    let path = folder.join(name);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&path, bytes))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}
