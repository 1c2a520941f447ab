//! Watching the files that manifests come from, and the module.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::events::{Event, Events};
use super::places::Places;
use super::say;
use crate::args::{Input, Run};
use crate::error::Failure;
use crate::render::module::Code;

/// What watches.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    input: &'a Input,
    module: Vec<PathBuf>,
    watcher: RecommendedWatcher,
    /// Where an edit may happen, as the watcher's thread sees it.
    places: Arc<Mutex<Places>>,
    folders: BTreeSet<PathBuf>,
}

impl<'a> Watch<'a> {
    /// Watches what the flags name; `None` where that cannot be watched, which is told.
    pub(crate) fn new(arguments: &'a Run, events: &Events) -> Result<Option<Self>, Failure> {
        let input = &arguments.input;
        if input.filename.iter().any(|name| name.as_os_str() == "-") {
            say!(
                "warning: -f - cannot be watched, so no edit is followed; --watch=false says that this is meant"
            );
            return Ok(None);
        }
        let module = match Code::new(&arguments.target) {
            Code::File(path) => vec![path],
            Code::Carried(_) => Vec::new(),
        };
        let places = Arc::new(Mutex::new(Places::default()));
        let (sender, seen) = (events.sender(), Arc::clone(&places));
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // What the watcher could not see may have been an edit.
            if event
                .map_or(true, |event| is_edit(&event, &seen.lock().unwrap_or_else(PoisonError::into_inner)))
            {
                _ = sender.send(Event::Edited);
            }
        });
        let watcher = watcher.map_err(|error| failure(&error))?;
        let mut watch = Watch { input, module, watcher, places, folders: BTreeSet::new() };
        watch.follow()?;
        Ok(Some(watch))
    }

    /// Watches the folders that there are now. To be called before the files are read: what is put into a new folder
    /// afterwards is seen.
    pub(crate) fn follow(&mut self) -> Result<(), Failure> {
        let places = Places::new(&self.input.filename, self.input.recursive, &self.module);
        *self.places.lock().unwrap_or_else(PoisonError::into_inner) = places.clone();
        let folders: BTreeSet<PathBuf> = places.folders().map(|(folder, _)| folder.to_owned()).collect();
        for gone in self.folders.difference(&folders) {
            // The system has forgotten it already where the folder itself is gone.
            _ = self.watcher.unwatch(gone);
        }
        for (folder, is_needed) in places.folders() {
            // Once more also where it is watched: it may be another folder of the same name. Where it is not there, its parent is
            // watched, if need be from the root: it may come back.
            match self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                Err(error)
                    if is_needed
                        && !matches!(error.kind, notify::ErrorKind::PathNotFound)
                        && folder.is_dir() =>
                {
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

/// Whether something in these places may have changed.
fn is_edit(event: &notify::Event, places: &Places) -> bool {
    let is_access = matches!(event.kind, EventKind::Access(_));
    event.need_rescan() || (!is_access && event.paths.iter().any(|path| places.concern(path)))
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind};

    use super::*;

    #[test]
    fn who_only_reads_has_edited_nothing() {
        let places = Places::new(&[PathBuf::from("/none/a.yaml")], false, &[]);
        let is_edit =
            |kind| is_edit(&notify::Event::new(kind).add_path(PathBuf::from("/none/a.yaml")), &places);
        assert!(is_edit(EventKind::Create(CreateKind::Any)));
        assert!(!is_edit(EventKind::Access(AccessKind::Any)));
    }
}
