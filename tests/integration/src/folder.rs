//! Folders of tests.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A new folder for what a test writes; it goes away when this is dropped, also if the test fails.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A folder in `target/integration/`, so that nothing of a killed test is left elsewhere.
    pub fn new(label: &str) -> Result<Self, String> {
        Folder::at(&crate::root().join("target/integration"), label)
    }

    /// A folder in the system's temporary directory, for what other users, or programs outside of the checkout, are to see.
    pub fn outside(label: &str) -> Result<Self, String> {
        Folder::at(&std::env::temp_dir(), label)
    }

    fn at(parent: &Path, label: &str) -> Result<Self, String> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("{label}-{}-{number}", std::process::id()));
        let made = fs::create_dir_all(&folder)
            .and_then(|()| fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)));
        made.map_err(|e| format!("{}: {e}", folder.display()))?;
        Ok(Folder(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
