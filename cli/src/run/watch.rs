//! Watching the files that manifests come from.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::events::{Event, Events};
use super::say;
use crate::args::Input;
use crate::error::Failure;
use crate::input::files;

/// What watches.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    input: &'a Input,
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
}

impl<'a> Watch<'a> {
    /// Watches what the flags name; `None` where that cannot be watched, which is told.
    pub(crate) fn new(input: &'a Input, events: &Events) -> Result<Option<Self>, Failure> {
        if input.filename.iter().any(|name| name.as_os_str() == "-") {
            say!(
                "warning: -f - cannot be watched, so no edit is followed; --watch=false says that this is meant"
            );
            return Ok(None);
        }
        let sender = events.sender();
        let named: Vec<PathBuf> = input.filename.iter().map(|name| absolute(name)).collect();
        // There a named directory may appear and go; what else happens there is of no interest.
        let around = named.iter().filter(|name| name.is_dir()).filter_map(|name| name.parent());
        let around: BTreeSet<PathBuf> = around
            .filter(|parent| !named.iter().any(|name| parent.starts_with(name)))
            .map(Path::to_owned)
            .collect();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // What the watcher could not see may have been an edit.
            if event.map_or(true, |event| is_edit(&event, &named, &around)) {
                _ = sender.send(Event::Edited);
            }
        });
        let watcher = watcher.map_err(|error| failure(&error))?;
        let mut watch = Watch { input, watcher, folders: BTreeSet::new() };
        watch.follow()?;
        Ok(Some(watch))
    }

    /// Watches the folders that there are now. To be called before the files are read: what is put into a new folder
    /// afterwards is seen.
    pub(crate) fn follow(&mut self) -> Result<(), Failure> {
        let folders = files::folders(&self.input.filename, self.input.recursive);
        for gone in self.folders.difference(&folders) {
            // The system has forgotten it already where the folder itself is gone.
            _ = self.watcher.unwatch(gone);
        }
        for folder in &folders {
            // Once more also where it is watched: it may be another folder of the same name. Where it has just gone, another
            // event follows.
            match self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                Err(error) if !matches!(error.kind, notify::ErrorKind::PathNotFound) && folder.is_dir() => {
                    return Err(failure(&error));
                }
                _ => {}
            }
        }
        self.folders = folders;
        Ok(())
    }
}

fn failure(error: &notify::Error) -> Failure {
    Failure::new(format!("cannot watch the manifests: {error}"))
        .with_hint("--watch=false serves them as they are now; where the system has no more watches, sysctl fs.inotify.max_user_watches")
}

/// Whether manifests may have changed: one of the `named` paths, or something in the folders but for those `around`. In a
/// folder there is much that is none of ours, as the log that is written there.
fn is_edit(event: &notify::Event, named: &[PathBuf], around: &BTreeSet<PathBuf>) -> bool {
    let is_ours = |path: &PathBuf| {
        let is_around = path.parent().is_some_and(|parent| around.contains(parent));
        let is_other_file =
            || fs::symlink_metadata(path).is_ok_and(|file| file.is_file()) && !files::is_manifest(path);
        // Folders, links and what is gone may have led to manifests.
        named.contains(path) || (!is_around && !is_other_file())
    };
    let is_access = matches!(event.kind, EventKind::Access(_));
    event.need_rescan() || (!is_access && event.paths.iter().any(is_ours))
}

/// As the watcher names it.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind};

    use super::*;

    #[test]
    fn what_is_no_manifest_is_of_no_interest() {
        let folder = tempfile::tempdir().unwrap();
        let routes = folder.path().join("routes");
        fs::create_dir_all(&routes).unwrap();
        for name in ["routes/a.yaml", "routes/access.log"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let (named, around) = ([routes], BTreeSet::from([folder.path().to_owned()]));
        let is_edit = |kind, name| {
            is_edit(&notify::Event::new(kind).add_path(folder.path().join(name)), &named, &around)
        };
        let create = EventKind::Create(CreateKind::Any);
        for name in ["routes/a.yaml", "routes/gone", "routes"] {
            assert!(is_edit(create, name), "{name}");
            assert!(!is_edit(EventKind::Access(AccessKind::Any), name), "{name} is read");
        }
        for name in ["routes/access.log", "another", "another.yaml"] {
            assert!(!is_edit(create, name), "{name}");
        }
    }
}
