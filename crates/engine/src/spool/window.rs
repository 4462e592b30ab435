//! A part of a file in memory, which moves ahead.

use std::io;
use tracework_disk::{DiskFile, read_full_at};

/// How much is read at once.
const PIECE: usize = 64 << 10;
/// What is passed over where the disk cannot read.
const BLOCK: usize = 4096;

/// A part of a file in memory.
#[derive(Debug, Default)]
pub(super) struct Window {
    start: u64,
    bytes: Vec<u8>,
    /// Are blocks that cannot be read taken for zeros?
    pub(super) lenient: bool,
}

impl Window {
    /// One that takes blocks that cannot be read for zeros.
    pub(super) fn lenient() -> Self {
        Self { lenient: true, ..Self::default() }
    }

    /// Forgets what it holds.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(4 * PIECE);
    }

    /// What stands in the file from `at` on: `need` bytes, or all there are before `end`.
    pub(super) fn get(&mut self, file: &dyn DiskFile, at: u64, need: usize, end: u64) -> io::Result<&[u8]> {
        let need = need.min(usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX));
        let held = self.start + self.bytes.len() as u64;
        if at < self.start || at > held {
            (self.start, self.bytes) = (at, std::mem::take(&mut self.bytes));
            self.bytes.clear();
        }
        if at + need as u64 > self.start + self.bytes.len() as u64 {
            self.load(file, at, need, end)?;
        }
        let from = usize::try_from(at - self.start).unwrap_or(usize::MAX).min(self.bytes.len());
        let most = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
        let rest = &self.bytes[from..];
        Ok(&rest[..rest.len().min(most)])
    }

    /// Moves its beginning to `at` and reads on behind what it holds.
    fn load(&mut self, file: &dyn DiskFile, at: u64, need: usize, end: u64) -> io::Result<()> {
        let passed = usize::try_from(at - self.start).unwrap_or(usize::MAX).min(self.bytes.len());
        self.bytes.drain(..passed);
        self.start = at;
        let held = self.bytes.len();
        let most = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
        let wanted = need.max(PIECE).min(most).max(held);
        self.bytes.resize(wanted, 0);
        let read = match read_full_at(file, &mut self.bytes[held..], at + held as u64) {
            Err(_) if self.lenient => read_by_blocks(file, &mut self.bytes[held..], at + held as u64),
            Err(error) => {
                self.bytes.truncate(held);
                return Err(error);
            }
            Ok(read) => read,
        };
        self.bytes.truncate(held + read);
        Ok(())
    }
}

/// Reads what can be read; a block that cannot is zeros.
fn read_by_blocks(file: &dyn DiskFile, buffer: &mut [u8], at: u64) -> usize {
    let mut done = 0;
    for block in buffer.chunks_mut(BLOCK) {
        match read_full_at(file, block, at + done as u64) {
            Ok(read) if read < block.len() => return done + read,
            Ok(_) => {}
            Err(_) => block.fill(0),
        }
        done += block.len();
    }
    done
}
