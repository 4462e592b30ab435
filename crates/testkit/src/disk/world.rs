//! The disk itself: names, files, locks, and what is to go wrong.

use super::chance::Chance;
use super::faults::{DiskCall, DiskFault};
use super::inode::Inode;
use super::names::{Entry, Tree};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::Path;

/// The disk itself.
#[derive(Debug)]
pub(super) struct World {
    pub(super) chance: Chance,
    pub(super) tree: Tree,
    pub(super) inodes: BTreeMap<u64, Inode>,
    /// Which opening holds the lock of a file.
    pub(super) locks: BTreeMap<u64, u64>,
    pub(super) faults: Vec<DiskFault>,
    /// Files opened before it changed are dead.
    pub(super) epoch: u64,
    pub(super) calls: u64,
    /// The call at which the machine stops.
    pub(super) stop: Option<u64>,
    pub(super) capacity: Option<u64>,
    /// Of a hundred writes, so many are short, and so many interrupted.
    pub(super) short: u64,
    next: u64,
}

/// How a call goes.
pub(super) enum Fate {
    Well,
    /// It fails, and does nothing.
    Fails(io::Error),
    /// The machine stops in the middle of it.
    Stops,
}

pub(super) fn stopped() -> io::Error {
    io::Error::other("the machine has stopped")
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut world = Self {
            chance: Chance::new(seed),
            tree: Tree::default(),
            inodes: BTreeMap::new(),
            locks: BTreeMap::new(),
            faults: Vec::new(),
            epoch: 0,
            calls: 0,
            stop: None,
            capacity: None,
            short: 0,
            next: 0,
        };
        world.tree.plant(Path::new("/"), Entry::Folder);
        world
    }

    /// A number that was not used.
    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Counts a call and says how it goes.
    pub(super) fn fate(&mut self, call: DiskCall, path: &Path) -> Fate {
        self.calls += 1;
        match self.stop {
            Some(stop) if self.calls > stop => return Fate::Fails(stopped()),
            Some(stop) if self.calls == stop => return Fate::Stops,
            _ => {}
        }
        if matches!(call, DiskCall::Read | DiskCall::Write) && self.short > 0 && self.chance.percent(self.short) {
            return Fate::Fails(ErrorKind::Interrupted.into());
        }
        let struck = self.faults.iter_mut().find_map(|fault| fault.strikes(call, path));
        struck.map_or(Fate::Well, Fate::Fails)
    }

    /// How many of so many bytes at a place of a file there is room for.
    pub(super) fn room(&self, inode: u64, at: u64, bytes: usize) -> usize {
        let Some(capacity) = self.capacity else { return bytes };
        let named = self.tree.now.values().filter_map(|entry| match entry {
            Entry::File(number) => self.inodes.get(number),
            Entry::Folder => None,
        });
        let taken: u64 = named.map(|inode| inode.now.len() as u64).sum();
        let length = self.inodes.get(&inode).map_or(0, |inode| inode.now.len() as u64);
        let most = (length + capacity.saturating_sub(taken)).saturating_sub(at);
        bytes.min(usize::try_from(most).unwrap_or(usize::MAX))
    }

    /// Every file that is open dies, and with it the locks.
    pub(super) fn kill(&mut self) {
        self.epoch += 1;
        self.locks.clear();
        self.stop = None;
        self.faults.clear();
    }

    /// The power fails.
    pub(super) fn crash(&mut self) {
        self.kill();
        // Sometimes nothing reached the disk, sometimes all of it.
        let kept = [0, 20, 50, 80, 100][usize::try_from(self.chance.below(5)).unwrap_or(0)];
        for inode in self.inodes.values_mut() {
            inode.crash(&mut self.chance, kept);
        }
        self.tree.crash(&mut self.chance, kept);
        let tree = &self.tree.now;
        self.inodes.retain(|number, _| tree.values().any(|entry| *entry == Entry::File(*number)));
    }

    pub(super) fn file(&self, path: &Path) -> io::Result<u64> {
        match self.tree.now.get(path) {
            Some(Entry::File(inode)) => Ok(*inode),
            Some(Entry::Folder) => Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file")),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    pub(super) fn folder(&self, path: &Path) -> io::Result<()> {
        match self.tree.now.get(path) {
            Some(Entry::Folder) => Ok(()),
            Some(Entry::File(_)) => Err(ErrorKind::NotADirectory.into()),
            None => Err(ErrorKind::NotFound.into()),
        }
    }
}
