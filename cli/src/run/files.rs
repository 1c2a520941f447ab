//! The files from which Envoy takes its configuration.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::folder::{BOOTSTRAP, Folder};
use crate::error::Failure;
use crate::render::envoy;
use crate::render::envoy::discovery::{self, LISTENERS};

/// Where Envoy's administration interface is to be.
#[derive(Clone, Debug)]
pub(crate) enum AdminPlace {
    /// A socket in the folder of the files, which only its owner can enter.
    Private(PathBuf),
    Port(SocketAddr),
}

/// All that Envoy reads.
#[derive(Debug)]
pub(crate) struct Files {
    folder: Folder,
    /// Memory for the listeners, which hold private keys: it has no name in any file system, and goes with the last process that
    /// has it. `None` if the system has nothing like that.
    memory: Option<File>,
    admin: AdminPlace,
    /// How many versions there have been: each that is written is another.
    versions: u64,
}

/// The folder in which a file appears whenever the listeners in memory have changed.
const CHANGES: &str = "listeners";

impl Files {
    /// A folder with a bootstrap, for an Envoy with its administration interface on this port of 127.0.0.1.
    pub(crate) fn new(admin: Option<u16>) -> Result<Self, Failure> {
        let parent = std::path::absolute(env::temp_dir()).unwrap_or_else(|_| env::temp_dir());
        let failure = |error: io::Error| {
            Failure::new(format!("cannot write files for Envoy in {}: {error}", parent.display()))
                .with_hint("name another directory: TMPDIR=DIR")
        };
        let folder = Folder::new(&parent).map_err(failure)?;
        let admin = match admin {
            Some(port) => AdminPlace::Port((Ipv4Addr::LOCALHOST, port).into()),
            None => AdminPlace::Private(folder.short("admin.sock")),
        };
        let files = Files { folder, memory: memory(), admin, versions: 0 };
        files.write_bootstrap().map_err(failure)?;
        Ok(files)
    }

    fn write_bootstrap(&self) -> io::Result<()> {
        let admin = match &self.admin {
            AdminPlace::Private(socket) => json!({ "pipe": { "path": socket, "mode": 0o600 } }),
            AdminPlace::Port(address) => envoy::socket(&address.ip().to_string(), address.port()),
        };
        let listeners = match &self.memory {
            None => discovery::source(self.folder(), &discovery::file(LISTENERS)),
            Some(memory) => {
                let changes = self.folder().join(CHANGES);
                fs::create_dir(&changes)?;
                let path = format!("/dev/fd/{}", memory.as_raw_fd());
                json!({
                    "resource_api_version": "V3",
                    "path_config_source": { "path": path, "watched_directory": { "path": changes } },
                })
            }
        };
        let bootstrap = envoy::bootstrap_for_folder(self.folder(), &listeners, &admin);
        fs::write(self.bootstrap(), bootstrap.to_string())
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What Envoy is started with.
    pub(crate) fn bootstrap(&self) -> PathBuf {
        self.folder().join(BOOTSTRAP)
    }

    pub(crate) fn admin(&self) -> &AdminPlace {
        &self.admin
    }

    /// The open files that Envoy needs.
    pub(crate) fn inherited(&self) -> Vec<RawFd> {
        self.memory.iter().map(AsRawFd::as_raw_fd).chain([self.folder.handle()]).collect()
    }

    /// Puts resources of one kind into a file, and returns their version. The file is replaced by a rename: Envoy, which waits
    /// for that, never reads half of it.
    pub(crate) fn put(
        &mut self,
        file: &str,
        kind: &str,
        resources: impl IntoIterator<Item = Value>,
    ) -> io::Result<String> {
        let (version, content) = self.next_version(kind, resources);
        self.replace(&self.folder().join(file), &content)?;
        Ok(version)
    }

    /// The same for the listeners.
    pub(crate) fn put_listeners(&mut self, listeners: impl IntoIterator<Item = Value>) -> io::Result<String> {
        const KIND: &str = "listener.v3.Listener";
        let Some(memory) = &self.memory else {
            return self.put(&discovery::file(LISTENERS), KIND, listeners);
        };
        let memory = memory.try_clone()?;
        let (version, content) = self.next_version(KIND, listeners);
        // Envoy reads it when it sees the file below, and has read what was there before: that was waited for.
        memory.set_len(0)?;
        memory.write_all_at(content.as_bytes(), 0)?;
        self.replace(&self.folder().join(CHANGES).join("version"), &version)?;
        Ok(version)
    }

    fn next_version(&mut self, kind: &str, resources: impl IntoIterator<Item = Value>) -> (String, String) {
        self.versions += 1;
        let version = self.versions.to_string();
        let content = discovery::response(&version, kind, resources).to_string();
        (version, content)
    }

    fn replace(&self, path: &Path, content: &str) -> io::Result<()> {
        let unfinished = self.folder().join("unfinished");
        fs::write(&unfinished, content)?;
        fs::rename(&unfinished, path)
    }

    /// Removes the copies of modules that nothing refers to any more.
    pub(crate) fn keep_code(&self, wanted: &BTreeMap<String, PathBuf>) {
        let entries = fs::read_dir(self.folder()).into_iter().flatten().filter_map(Result::ok);
        let is_unwanted = |path: &PathBuf| {
            path.extension().is_some_and(|extension| extension == "wasm")
                && !wanted.values().any(|wanted| wanted == path)
        };
        entries.map(|entry| entry.path()).filter(is_unwanted).for_each(|path| _ = fs::remove_file(path));
    }

    /// Removes a file that nothing refers to any more.
    pub(crate) fn remove(&self, file: &str) {
        _ = fs::remove_file(self.folder().join(file));
    }
}

#[cfg(target_os = "linux")]
fn memory() -> Option<File> {
    use nix::sys::memfd::{MFdFlags, memfd_create};
    memfd_create("httproute-listeners", MFdFlags::MFD_CLOEXEC).ok().map(File::from)
}

#[cfg(not(target_os = "linux"))]
fn memory() -> Option<File> {
    None
}
