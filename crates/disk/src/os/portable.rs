//! What there is without Unix: one place in a file at a time, and no syncing of folders, which such systems do by
//! themselves or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// An open file, and whose turn it is to move in it.
#[derive(Debug)]
pub(super) struct Handle(File, Mutex<()>);

impl Handle {
    pub(super) fn new(file: File) -> Self {
        Self(file, Mutex::new(()))
    }

    pub(super) fn file(&self) -> &File {
        &self.0
    }

    pub(super) fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let _turn = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        (&self.0).seek(SeekFrom::Start(at))?;
        (&self.0).read(buffer)
    }

    pub(super) fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize> {
        let _turn = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        (&self.0).seek(SeekFrom::Start(at))?;
        (&self.0).write(bytes)
    }
}

pub(super) fn guard(_: &mut OpenOptions) {}

pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::metadata(folder).map(drop)
}
