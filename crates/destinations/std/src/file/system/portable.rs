//! Systems that are not Unix; on Windows by its sharing modes.

use crate::file::Sharing;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::SystemTime;

/// Which file it is: files are told apart by the time of their creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity(Option<SystemTime>);

pub(crate) fn identity(metadata: &Metadata) -> Identity {
    Identity(metadata.created().ok())
}

/// How many names the file has. The standard library cannot tell here.
pub(crate) fn names(_: &Metadata) -> u64 {
    1
}

/// On Windows: the link itself is opened, not what it points to; and others may delete and rename.
#[cfg(windows)]
fn guarded(options: &mut OpenOptions, others_may_write: bool) -> &mut OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;
    const SHARE_READ: u32 = 1;
    const SHARE_WRITE: u32 = 2;
    const SHARE_DELETE: u32 = 4;
    const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    let write = if others_may_write { SHARE_WRITE } else { 0 };
    options.share_mode(SHARE_READ | SHARE_DELETE | write).custom_flags(OPEN_REPARSE_POINT)
}

#[cfg(not(windows))]
fn guarded(options: &mut OpenOptions, _: bool) -> &mut OpenOptions {
    options
}

pub(crate) fn append(path: &Path, sharing: Sharing) -> io::Result<File> {
    // Without the right to write anywhere but at the end, which the system calls appending, nothing can be cut off
    // again: after a failed write, the next one ends the half line first.
    guarded(OpenOptions::new().append(true).read(true), sharing == Sharing::Append).open(path).map_err(said)
}

pub(crate) fn create(path: &Path, _: u32, sharing: Sharing) -> io::Result<File> {
    guarded(OpenOptions::new().append(true).create_new(true), sharing == Sharing::Append).open(path).map_err(said)
}

/// Says of a sharing violation what it means.
fn said(error: io::Error) -> io::Error {
    if is_sharing_violation(&error) {
        io::Error::new(ErrorKind::ResourceBusy, "another writer has it for itself")
    } else {
        error
    }
}

fn is_sharing_violation(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error() == Some(32)
}

pub(crate) fn is_symlink_error(_: &io::Error) -> bool {
    false
}

/// The sharing mode of the open file has done it already.
pub(crate) fn lock(_: &File, _: Sharing) -> io::Result<bool> {
    Ok(true)
}

/// Opens a file to read it, if nobody still writes to it.
pub(crate) fn open_alone(path: &Path) -> io::Result<Option<File>> {
    match guarded(OpenOptions::new().read(true), false).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if is_sharing_violation(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Folders have no locks here: processes that share a file should leave its rotation to one of them.
#[derive(Debug)]
pub(crate) struct FolderLock;

pub(crate) fn lock_folder(_: &Path) -> Option<FolderLock> {
    Some(FolderLock)
}

pub(crate) fn create_folder(path: &Path, _: u32) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

/// The system writes names through by itself.
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
