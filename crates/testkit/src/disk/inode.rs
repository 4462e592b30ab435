//! A file's bytes: as the process sees them, and as the disk has them.

use super::chance::Chance;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// A change that was not synced.
#[derive(Clone, Debug)]
enum Change {
    Bytes(usize, Vec<u8>),
    Length(usize),
}

/// A file's bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Inode {
    pub(super) now: Vec<u8>,
    durable: Vec<u8>,
    changes: Vec<Change>,
}

fn put(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    if bytes.len() < at + piece.len() {
        bytes.resize(at + piece.len(), 0);
    }
    bytes[at..at + piece.len()].copy_from_slice(piece);
}

impl Inode {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self { now: bytes.clone(), durable: bytes, changes: Vec::new() }
    }

    pub(super) fn write(&mut self, at: usize, bytes: &[u8]) {
        put(&mut self.now, at, bytes);
        self.changes.push(Change::Bytes(at, bytes.to_vec()));
    }

    pub(super) fn set_length(&mut self, length: usize) {
        self.now.resize(length, 0);
        self.changes.push(Change::Length(length));
    }

    pub(super) fn sync(&mut self) {
        for change in self.changes.drain(..) {
            match change {
                Change::Bytes(at, bytes) => put(&mut self.durable, at, &bytes),
                Change::Length(length) => self.durable.resize(length, 0),
            }
        }
    }

    /// Some of the changes reach the disk, in any order, torn between sectors; the others never will, though whoever
    /// reads the file still sees them: what a failed sync leaves behind. `kept` of a hundred sectors reach it.
    pub(super) fn settle(&mut self, chance: &mut Chance, kept: u64) {
        for change in std::mem::take(&mut self.changes) {
            match change {
                Change::Length(length) if chance.percent(kept) => self.durable.resize(length, 0),
                Change::Length(_) => {}
                Change::Bytes(at, bytes) => self.settle_bytes(chance, kept, at, &bytes),
            }
        }
    }

    fn settle_bytes(&mut self, chance: &mut Chance, kept: u64, at: usize, bytes: &[u8]) {
        let mut from = 0;
        while from < bytes.len() {
            let to = bytes.len().min(from + SECTOR - (at + from) % SECTOR);
            if chance.percent(kept) {
                put(&mut self.durable, at + from, &bytes[from..to]);
            } else if at + to > self.durable.len() && chance.percent(kept / 2) {
                // The length reached the disk and the bytes did not: there is whatever was there before.
                let filler = if chance.percent(50) { 0 } else { chance.next().to_le_bytes()[0] };
                self.durable.resize(at + to, filler);
            }
            from = to;
        }
    }

    /// What there is after a power failure.
    pub(super) fn crash(&mut self, chance: &mut Chance, kept: u64) {
        self.settle(chance, kept);
        self.now.clone_from(&self.durable);
    }
}
