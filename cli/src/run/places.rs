//! Where files may change so that manifests, or the module, are others.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::input::files;

/// How many links may follow each other, as on Linux.
const MOST_LINKS: usize = 40;

/// All places that matter, without links in their paths: as the system names them when something happens there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Directories whose manifests are read.
    directories: BTreeSet<PathBuf>,
    /// Every file, directory and link on the way to what is read, whether it is there or not.
    steps: BTreeSet<PathBuf>,
    /// The directories that hold what is read: without watching them, edits would be missed.
    needed: BTreeSet<PathBuf>,
}

impl Places {
    /// The places of files and directories, the latter with all below if `recursive`, and of single `files`.
    pub(crate) fn new(names: &[PathBuf], recursive: bool, files: &[PathBuf]) -> Self {
        let mut places = Places::default();
        for name in names {
            let place = places.follow(name, MOST_LINKS);
            match place.is_dir() {
                true => places.add_directory(&place, recursive),
                false => places.needed.extend(place.parent().map(Path::to_owned)),
            }
        }
        for file in files {
            let place = places.follow(file, MOST_LINKS);
            places.needed.extend(place.parent().map(Path::to_owned));
        }
        places
    }

    /// The directories to watch, and whether edits would be missed without.
    pub(crate) fn folders(&self) -> impl Iterator<Item = (&Path, bool)> {
        let around = self.steps.iter().filter_map(|step| step.parent());
        let folders: BTreeSet<&Path> = around.chain(self.needed.iter().map(PathBuf::as_path)).collect();
        folders.into_iter().map(|folder| (folder, self.needed.contains(folder)))
    }

    /// Whether what happens to `path` matters. Directories hold much that does not, such as logs.
    pub(crate) fn concern(&self, path: &Path) -> bool {
        let is_other_file =
            || fs::symlink_metadata(path).is_ok_and(|file| file.is_file()) && !files::is_manifest(path);
        let is_inside = path.parent().is_some_and(|parent| self.directories.contains(parent));
        // Directories, links and what is gone may have led to manifests.
        self.steps.contains(path) || (is_inside && !is_other_file())
    }

    /// Notes a directory, those below it if `recursive`, and where links in them lead.
    fn add_directory(&mut self, directory: &Path, recursive: bool) {
        self.directories.insert(directory.to_owned());
        self.needed.insert(directory.to_owned());
        for entry in fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok) {
            let (path, kind) = (entry.path(), entry.file_type());
            if recursive && kind.as_ref().is_ok_and(fs::FileType::is_dir) {
                self.add_directory(&path, recursive);
            } else if files::is_manifest(&path) && kind.is_ok_and(|kind| kind.is_symlink()) {
                let place = self.follow(&path, MOST_LINKS);
                self.needed.extend(place.parent().map(Path::to_owned));
            }
        }
    }

    /// Goes to `path` step by step, through links, and returns where that ends.
    fn follow(&mut self, path: &Path, links: usize) -> PathBuf {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut here = PathBuf::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => _ = here.pop(),
                Component::Prefix(_) | Component::RootDir => here.push(part),
                Component::Normal(name) => {
                    here.push(name);
                    self.steps.insert(here.clone());
                    if let (Ok(target), 1..) = (fs::read_link(&here), links) {
                        let target = here.parent().map(|parent| parent.join(&target)).unwrap_or(target);
                        here = self.follow(&target, links - 1);
                    }
                }
            }
        }
        here
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_what_leads_to_manifests_matters() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        for folder in ["routes/deep", "volume/..1"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in
            ["routes/a.yaml", "routes/access.log", "routes/deep/b.yaml", "volume/..1/c.yaml", "one.yaml"]
        {
            fs::write(root.join(file), "").unwrap();
        }
        symlink("..1", root.join("volume/..data")).unwrap();
        symlink("../volume/..data/c.yaml", root.join("routes/c.yaml")).unwrap();
        let names = ["routes", "one.yaml", "later/deep/two.yaml"].map(|name| root.join(name));
        let places = Places::new(&names, false, &[root.join("filter.wasm")]);
        for name in [
            "routes/a.yaml",
            "routes/gone",
            "routes",
            "routes/c.yaml",
            "volume",
            "volume/..data",
            "volume/..1",
            "volume/..1/c.yaml",
            "one.yaml",
            "later",
            "later/deep",
            "later/deep/two.yaml",
            "filter.wasm",
            ".",
        ] {
            let path: PathBuf = root.join(name).components().collect();
            assert!(places.concern(&path), "{name}");
        }
        for name in
            ["routes/access.log", "routes/deep/b.yaml", "another", "two.yaml", "volume/..2", "other.wasm"]
        {
            assert!(!places.concern(&root.join(name)), "{name}");
        }
        let folders: Vec<&Path> = places.folders().map(|(folder, _)| folder).collect();
        for name in ["", "routes", "volume", "volume/..1", "later", "later/deep"] {
            let path: PathBuf = root.join(name).components().collect();
            assert!(folders.contains(&path.as_path()), "{name} in {folders:?}");
        }
        assert!(Places::new(&names, true, &[]).concern(&root.join("routes/deep/b.yaml")));
    }

    #[test]
    fn links_in_a_circle_come_to_an_end() {
        let root = tempfile::tempdir().unwrap();
        symlink("b", root.path().join("a")).unwrap();
        symlink("a", root.path().join("b")).unwrap();
        let places = Places::new(&[root.path().join("a/x.yaml")], false, &[]);
        assert!(places.folders().count() > 1);
    }
}
