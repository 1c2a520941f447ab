//! The module that the command line carries, as a file that a proxy can load.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use crate::args::Target;

/// `httproute.wasm` as it was when the command line was built.
#[cfg(carries_module)]
const CARRIED: Option<&[u8]> = Some(include_bytes!(env!("HTTPROUTE_MODULE")));
#[cfg(not(carries_module))]
const CARRIED: Option<&[u8]> = None;

/// Where the module's code comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// A file.
    File(PathBuf),
    /// This program.
    Carried(&'static [u8]),
}

impl Code {
    /// The file that the flags name; else the module that this program carries; else the file that a build leaves in `dist/`.
    pub(crate) fn new(target: &Target) -> Self {
        match (&target.module, &target.wasm_dir, CARRIED) {
            (Some(module), ..) => Code::File(module.clone()),
            (None, Some(dir), _) => Code::File(dir.join("httproute.wasm")),
            (None, None, Some(bytes)) => Code::Carried(bytes),
            (None, None, None) => Code::File(PathBuf::from("dist/httproute.wasm")),
        }
    }

    /// A file that a proxy can load. The module that this program carries is put into the user's cache.
    ///
    /// # Errors
    ///
    /// Why the cache cannot be used.
    pub(crate) fn path(self) -> Result<PathBuf, String> {
        match self {
            Code::File(path) => Ok(path),
            Code::Carried(bytes) => {
                let folder = cache();
                put(bytes, &folder).map_err(|error| {
                    let folder = folder.display();
                    format!("cannot write the module to {folder}: {error}; name another one with --wasm-dir or --module")
                })
            }
        }
    }
}

/// The folder for what can be made anew, as the XDG Base Directory Specification has it.
fn cache() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let xdg = variable("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| home.join(".cache"));
    match xdg.or_else(home) {
        Some(caches) => caches.join("httproute"),
        // A name for each user in a directory that all of them share.
        None => std::env::temp_dir().join(format!("httproute-cache-{}", geteuid())),
    }
}

/// Puts `bytes` into a file of `folder` whose name says what they are: a proxy that runs keeps the file that it has loaded.
///
/// A proxy executes what is in the file: nobody else may write to the folder or the file, and a file with anything else in it is
/// replaced.
fn put(bytes: &[u8], folder: &Path) -> io::Result<PathBuf> {
    if let Some(caches) = folder.parent() {
        fs::create_dir_all(caches)?;
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let is_mine = |found: &fs::Metadata| found.uid() == geteuid().as_raw();
    let found = fs::symlink_metadata(folder)?;
    if !found.is_dir() || !is_mine(&found) {
        return Err(io::Error::other("it is not a directory of yours"));
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    let path = folder.join(format!("httproute-{:016x}.wasm", fingerprint(bytes)));
    let is_private = |file: fs::Metadata| {
        file.is_file() && is_mine(&file) && file.nlink() == 1 && file.len() == bytes.len() as u64
    };
    let is_right = fs::symlink_metadata(&path).is_ok_and(is_private)
        && fs::read(&path).is_ok_and(|found| found == bytes);
    if !is_right {
        // Under another name first: who reads the file sees all of it.
        let mut file = tempfile::Builder::new().prefix(".unfinished-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(&path)?;
    }
    Ok(path)
}

/// FNV-1a: enough to tell versions of one file apart.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_module_is_put_where_its_bytes_say() {
        let caches = tempfile::tempdir().unwrap();
        let folder = caches.path().join("deep/httproute");
        let path = put(b"one", &folder).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(put(b"one", &folder).unwrap(), path);
        assert_ne!(put(b"two", &folder).unwrap(), path);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_damaged_module_is_repaired() {
        let caches = tempfile::tempdir().unwrap();
        let folder = caches.path().join("httproute");
        let path = put(b"one", &folder).unwrap();
        fs::write(&path, b"two").unwrap();
        assert_eq!(put(b"one", &folder).unwrap(), path);
        assert_eq!(fs::read(&path).unwrap(), b"one", "a file of the same length");
        // A link is replaced, and not written through.
        let elsewhere = caches.path().join("elsewhere");
        fs::rename(&path, &elsewhere).unwrap();
        symlink(&elsewhere, &path).unwrap();
        put(b"one", &folder).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
    }

    #[test]
    fn nobody_else_can_change_a_module() {
        let caches = tempfile::tempdir().unwrap();
        let folder = caches.path().join("httproute");
        let path = put(b"one", &folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        fs::hard_link(&path, caches.path().join("planted")).unwrap();
        assert_eq!(put(b"one", &folder).unwrap(), path);
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(&path).unwrap().nlink(), 1);
        // Whose the folder is cannot be mended.
        let link = caches.path().join("link");
        symlink(&folder, &link).unwrap();
        assert!(put(b"one", &link).is_err());
        if geteuid().is_root() {
            std::os::unix::fs::chown(&folder, Some(65534), None).unwrap();
            assert!(put(b"one", &folder).is_err());
        }
    }
}
