//! Which files `-f` flags name.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::unreadable;
use crate::error::Failure;

/// The largest file that is read, in bytes. No cluster holds so much in its routes; a larger file is another one by mistake,
/// and its tree would take the memory of the machine.
const LARGEST: u64 = 64 << 20;

/// The files to read, in order, each once; `-` is the standard input. Files of directories that hold no manifests but are for
/// Helm or Kustomize are added to `skipped`.
pub(super) fn list(
    names: &[PathBuf],
    recursive: bool,
    skipped: &mut Vec<PathBuf>,
) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for name in names {
        if name.as_os_str() == "-" {
            if found.contains(name) {
                let message = "-f - is given twice, but the standard input can be read only once";
                return Err(Failure::usage(message, "give it once"));
            }
            found.push(name.clone());
        } else if fs::metadata(name).map_err(|error| unreadable(name, &error))?.is_dir() {
            let before = found.len();
            walk(name, recursive, &mut found)?;
            let of_tools = found.split_off(before).into_iter().partition(|path| is_for_a_tool(path));
            let (tools, manifests): (Vec<PathBuf>, Vec<PathBuf>) = of_tools;
            skipped.extend(tools);
            found.extend(manifests);
            if found.len() == before {
                return Err(nothing_in(name, recursive, !skipped.is_empty()));
            }
        } else {
            found.push(name.clone());
        }
    }
    // A file that is named twice, by itself and by its directory, is meant once.
    let mut seen = BTreeSet::new();
    found.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    Ok(found)
}

/// Adds the manifest files of a directory, in the order of their names.
pub(crate) fn walk(directory: &Path, recursive: bool, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| unreadable(directory, &error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link to a directory is not followed: it may lead in a circle, or to the same files again.
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_directory && recursive {
            walk(&path, recursive, found)?;
        } else if is_manifest(&path) && path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

/// Whether a file of a directory holds manifests, by its name.
pub(crate) fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| ["yaml", "yml", "json"].contains(&extension))
}

/// Whether a file is an input of Helm or Kustomize by its name.
fn is_for_a_tool(path: &Path) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let is_of_chart = || path.with_file_name("Chart.yaml").is_file();
    ["kustomization", "Chart", "values"].contains(&stem) || (stem.starts_with("values") && is_of_chart())
}

/// How to make manifests of what Helm and Kustomize read.
pub(super) const RENDER: &str =
    "render them first: `helm template . | httproute … -f -` or `kubectl kustomize . | httproute … -f -`";

fn nothing_in(directory: &Path, recursive: bool, has_tools: bool) -> Failure {
    let name = directory.display();
    if has_tools {
        let message = format!("the directory {name} holds inputs of Helm or Kustomize, but no manifests");
        return Failure::usage(message, RENDER);
    }
    let hint = match recursive {
        false => "give another directory, or -R to look into those below it",
        true => "give another directory, or name files: -f FILE",
    };
    Failure::usage(format!("there is no .yaml, .yml or .json file in the directory {name}"), hint)
}

/// All of a file, unless it is too large.
pub(super) fn content(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("is larger than {} MiB", LARGEST >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// What the user may have meant by a path that does not exist.
pub(super) fn similar(path: &Path) -> String {
    let other = match path.extension().and_then(|extension| extension.to_str()) {
        Some("yaml") => path.with_extension("yml"),
        Some("yml") => path.with_extension("yaml"),
        _ => path.with_extension("yaml"),
    };
    match other.is_file() {
        true => format!("there is {}", other.display()),
        false => "look at its spelling and at the directory that you are in".to_owned(),
    }
}
