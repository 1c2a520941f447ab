//! The files from which Envoy takes its configuration.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::error::Failure;
use crate::render::envoy;

/// Where Envoy's administration interface is to be.
#[derive(Clone, Debug)]
pub(crate) enum AdminPlace {
    /// A socket in the folder of the files, which only its owner can enter.
    Private(PathBuf),
    Port(SocketAddr),
}

/// A folder that only its owner can enter, for it holds private keys; it goes away when this is dropped.
#[derive(Debug)]
pub(crate) struct Files {
    folder: TempDir,
    admin: AdminPlace,
    /// How many versions there have been: each that is written is another.
    versions: u64,
}

impl Files {
    /// A folder with a bootstrap, for an Envoy with its administration interface on this port of 127.0.0.1.
    pub(crate) fn new(admin: Option<u16>) -> Result<Self, Failure> {
        let failure = |error: io::Error| Failure::new(format!("cannot write files for Envoy: {error}"));
        let folder = tempfile::Builder::new().prefix("httproute-").tempdir().map_err(failure)?;
        let admin = match admin {
            Some(port) => AdminPlace::Port((Ipv4Addr::LOCALHOST, port).into()),
            None => AdminPlace::Private(folder.path().join("admin.sock")),
        };
        let files = Files { folder, admin, versions: 0 };
        let place = match &files.admin {
            AdminPlace::Private(socket) => json!({ "pipe": { "path": socket, "mode": 0o600 } }),
            AdminPlace::Port(address) => envoy::socket(&address.ip().to_string(), address.port()),
        };
        let bootstrap = envoy::bootstrap_for_folder(files.folder(), &place);
        fs::write(files.bootstrap(), bootstrap.to_string()).map_err(failure)?;
        Ok(files)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What Envoy is started with.
    pub(crate) fn bootstrap(&self) -> PathBuf {
        self.folder().join("bootstrap.json")
    }

    pub(crate) fn admin(&self) -> &AdminPlace {
        &self.admin
    }

    /// Puts resources of one kind into a file, and returns their version. The file is replaced by a rename: Envoy, which waits
    /// for that, never reads half of it.
    pub(crate) fn put(
        &mut self,
        file: &str,
        kind: &str,
        resources: impl IntoIterator<Item = Value>,
    ) -> io::Result<String> {
        self.versions += 1;
        let version = self.versions.to_string();
        let content = envoy::discovery::response(&version, kind, resources);
        let unfinished = self.folder().join("unfinished");
        fs::write(&unfinished, content.to_string())?;
        fs::rename(&unfinished, self.folder().join(file))?;
        Ok(version)
    }

    /// Removes a file that nothing refers to any more.
    pub(crate) fn remove(&self, file: &str) {
        _ = fs::remove_file(self.folder().join(file));
    }
}
