//! The folder of one `run`.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};
use nix::libc;
use nix::unistd::geteuid;
use tempfile::TempDir;

/// What the name of every such folder begins with.
const PREFIX: &str = "httproute-run-";
/// How many random characters follow.
const RANDOM: usize = 8;

/// What is in each of them as soon as there is anything.
pub(super) const BOOTSTRAP: &str = "bootstrap.json";

/// A folder that only its owner can enter. It is removed when this is dropped; if the process is killed before, the next one
/// removes it.
#[derive(Debug)]
pub(crate) struct Folder {
    folder: TempDir,
    /// A lock on the folder, which Envoy inherits: the system lets go of it when both have ended.
    lock: Flock<File>,
}

impl Folder {
    /// A new folder in `parent`, after all that no living process owns has been removed there.
    pub(crate) fn new(parent: &Path) -> io::Result<Self> {
        remove_abandoned(parent);
        loop {
            // The caller's umask lets nobody else in.
            let folder = tempfile::Builder::new().prefix(PREFIX).rand_bytes(RANDOM).tempdir_in(parent)?;
            let lock =
                Flock::lock(open(folder.path())?, FlockArg::LockExclusive).map_err(|(_, error)| error)?;
            // Before the lock another process may have taken it for abandoned.
            if is_same(folder.path(), &lock) {
                return Ok(Folder { folder, lock });
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A path to a file of the folder that is short enough for a socket, in this process and in an Envoy that inherits
    /// [`Folder::handle`]: a temporary directory may have a longer name than a socket can have.
    pub(crate) fn short(&self, file: &str) -> PathBuf {
        match cfg!(target_os = "linux") {
            true => PathBuf::from(format!("/dev/fd/{}/{file}", self.handle())),
            false => self.path().join(file),
        }
    }

    pub(crate) fn handle(&self) -> RawFd {
        self.lock.as_raw_fd()
    }
}

/// Removes what processes have left that were killed.
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok) {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        if random.is_some_and(|random| random.len() == RANDOM) {
            // What cannot be removed now is left for the next start.
            _ = remove_if_abandoned(&entry.path());
        }
    }
}

fn remove_if_abandoned(path: &Path) -> io::Result<()> {
    let folder = open(path)?;
    if folder.metadata()?.uid() != geteuid().as_raw() {
        return Ok(());
    }
    let lock = Flock::lock(folder, FlockArg::LockExclusiveNonblock).map_err(|(_, error)| error)?;
    match is_same(path, &lock) && path.join(BOOTSTRAP).is_file() {
        true => fs::remove_dir_all(path),
        // Nothing but an empty folder is removed by this.
        false => fs::remove_dir(path),
    }
}

/// Opens a folder, but no link to one.
fn open(path: &Path) -> io::Result<File> {
    File::options().read(true).custom_flags(libc::O_DIRECTORY | libc::O_NOFOLLOW).open(path)
}

/// Whether the path still leads to the folder that was opened.
fn is_same(path: &Path, opened: &File) -> bool {
    let identity = |file: fs::Metadata| (file.dev(), file.ino());
    fs::symlink_metadata(path).map(identity).ok() == opened.metadata().map(identity).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_owns_any_more_is_removed_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let path = |name: &str| parent.path().join(name);
        for name in
            ["httproute-run-abandone", "httproute-run-examples", "httproute-run-others", "httproute-x"]
        {
            fs::create_dir(path(name)).unwrap();
        }
        fs::write(path("httproute-run-abandone").join(BOOTSTRAP), "{}").unwrap();
        fs::write(path("httproute-run-examples").join("mine.yaml"), "").unwrap();
        let first = Folder::new(parent.path()).unwrap();
        fs::write(first.path().join(BOOTSTRAP), "{}").unwrap();
        let second = Folder::new(parent.path()).unwrap();
        assert!(first.path().is_dir() && second.path().is_dir());
        assert!(!path("httproute-run-abandone").exists());
        for name in ["httproute-run-examples/mine.yaml", "httproute-run-others", "httproute-x"] {
            assert!(path(name).exists(), "{name}");
        }
        let gone = [first.path().to_owned(), second.path().to_owned()];
        drop((first, second));
        assert!(gone.iter().all(|path| !path.exists()));
    }
}
