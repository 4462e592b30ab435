//! What Unix has: modes, links that are not followed, reads and writes at a place, folders that can be synced.

use crate::{FILE_MODE, FOLDER_MODE};
use rustix::fs::OFlags;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::Path;

/// An open file.
#[derive(Debug)]
pub(super) struct Handle(File);

impl Handle {
    pub(super) fn new(file: File) -> Self {
        Self(file)
    }

    pub(super) fn file(&self) -> &File {
        &self.0
    }

    pub(super) fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        self.0.read_at(buffer, at)
    }

    pub(super) fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize> {
        self.0.write_at(bytes, at)
    }
}

/// Follows no link, and does not wait for the other end of a pipe that lies in the place of a file.
#[expect(clippy::cast_possible_wrap, reason = "flags are bits; the call takes them as a signed number")]
pub(super) fn guard(options: &mut OpenOptions) {
    options.mode(FILE_MODE).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
}

pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(FOLDER_MODE).create(path)
}

pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
