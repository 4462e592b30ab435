//! Names of files and folders: as the process sees them, and as the disk has them.

use super::chance::Chance;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Folder,
    File(u64),
}

type Names = BTreeMap<PathBuf, Entry>;

/// A change that was not synced.
#[derive(Clone, Debug)]
enum Change {
    Add(PathBuf, Entry),
    Remove(PathBuf, Entry),
    Rename(PathBuf, PathBuf, Entry),
}

/// All names.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) now: Names,
    durable: Names,
    changes: Vec<Change>,
}

impl Change {
    fn folder(&self) -> Option<&Path> {
        match self {
            Self::Add(path, _) | Self::Remove(path, _) | Self::Rename(_, path, _) => path.parent(),
        }
    }

    fn apply(self, names: &mut Names) {
        match self {
            Self::Add(path, entry) => {
                names.insert(path, entry);
            }
            Self::Remove(path, entry) => {
                if names.get(&path) == Some(&entry) {
                    names.remove(&path);
                }
            }
            Self::Rename(from, to, entry) => {
                if names.get(&from) == Some(&entry) {
                    names.remove(&from);
                }
                names.insert(to, entry);
            }
        }
    }
}

impl Tree {
    fn change(&mut self, change: Change) {
        change.clone().apply(&mut self.now);
        self.changes.push(change);
    }

    pub(super) fn add(&mut self, path: &Path, entry: Entry) {
        self.change(Change::Add(path.to_owned(), entry));
    }

    pub(super) fn remove(&mut self, path: &Path, entry: Entry) {
        self.change(Change::Remove(path.to_owned(), entry));
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path, entry: Entry) {
        self.change(Change::Rename(from.to_owned(), to.to_owned(), entry));
    }

    /// A name that was always there.
    pub(super) fn plant(&mut self, path: &Path, entry: Entry) {
        self.now.insert(path.to_owned(), entry);
        self.durable.insert(path.to_owned(), entry);
    }

    pub(super) fn sync(&mut self, folder: &Path) {
        self.settle(Some(folder), &mut |_| true);
    }

    /// Some of the changes in a folder reach the disk; the others stay to be synced.
    pub(super) fn fail_sync(&mut self, folder: &Path, chance: &mut Chance, kept: u64) {
        for change in std::mem::take(&mut self.changes) {
            if change.folder() == Some(folder) && chance.percent(kept) {
                change.apply(&mut self.durable);
            } else {
                self.changes.push(change);
            }
        }
    }

    fn settle(&mut self, folder: Option<&Path>, kept: &mut dyn FnMut(&Change) -> bool) {
        for change in std::mem::take(&mut self.changes) {
            if folder.is_some() && change.folder() != folder {
                self.changes.push(change);
            } else if kept(&change) {
                change.apply(&mut self.durable);
            }
        }
    }

    /// What there is after a power failure.
    pub(super) fn crash(&mut self, chance: &mut Chance, kept: u64) {
        self.settle(None, &mut |_| chance.percent(kept));
        let names = self.durable.clone();
        self.durable.retain(|path, _| {
            path.ancestors()
                .skip(1)
                .all(|above| above.as_os_str().is_empty() || names.get(above) == Some(&Entry::Folder))
        });
        self.now = self.durable.clone();
    }
}
