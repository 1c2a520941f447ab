//! The module that the command line carries, as a file that a proxy can load.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::args::Target;

/// `httproute.wasm` as it was when the command line was built.
#[cfg(carries_module)]
const CARRIED: Option<&[u8]> = Some(include_bytes!(env!("HTTPROUTE_MODULE")));
#[cfg(not(carries_module))]
const CARRIED: Option<&[u8]> = None;

/// The module to load: the one that the flags name; else the one that is carried, which is put into the user's cache; else
/// the one that a build leaves in `dist/`.
///
/// # Errors
///
/// Why the cache cannot be written.
pub(crate) fn path(target: &Target) -> Result<PathBuf, String> {
    match (&target.module, &target.wasm_dir, CARRIED) {
        (Some(module), ..) => Ok(module.clone()),
        (None, Some(dir), _) => Ok(dir.join("httproute.wasm")),
        (None, None, None) => Ok(PathBuf::from("dist/httproute.wasm")),
        (None, None, Some(bytes)) => put(bytes, &cache()).map_err(|(path, error)| {
            let path = path.display();
            format!("cannot write the module to {path}: {error}; say where it is with --wasm-dir or --module")
        }),
    }
}

/// The folder for what can be made anew, as the XDG Base Directory Specification has it.
fn cache() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let xdg = variable("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| home.join(".cache"));
    xdg.or_else(home).unwrap_or_else(std::env::temp_dir).join("httproute")
}

/// Puts `bytes` into a file of `folder` whose name says what they are: a proxy that runs keeps the file that it has loaded.
fn put(bytes: &[u8], folder: &Path) -> Result<PathBuf, (PathBuf, io::Error)> {
    let path = folder.join(format!("httproute-{:016x}.wasm", fingerprint(bytes)));
    if fs::metadata(&path).is_ok_and(|file| file.len() == bytes.len() as u64) {
        return Ok(path);
    }
    // Under another name first: who reads the file sees all of it.
    let unfinished = folder.join(format!(".httproute-{}.wasm", std::process::id()));
    let written = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&unfinished, bytes))
        .and_then(|()| fs::rename(&unfinished, &path));
    match written {
        Ok(()) => Ok(path),
        Err(error) => Err((path, error)),
    }
}

/// FNV-1a: enough to tell versions of one file apart.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_put_where_its_bytes_say() {
        let folder = std::env::temp_dir().join(format!("httproute-test-{}", std::process::id()));
        let path = put(b"one", &folder).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(put(b"one", &folder).unwrap(), path);
        assert_ne!(put(b"two", &folder).unwrap(), path);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(folder).unwrap();
    }
}
