//! Linux, macOS and the other Unixes.

use crate::file::Sharing;
use rustix::fs::OFlags;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Which file it is, by whatever name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity(u64, u64);

pub(crate) fn identity(metadata: &Metadata) -> Identity {
    Identity(metadata.dev(), metadata.ino())
}

/// How many names the file has; none when it was deleted.
pub(crate) fn names(metadata: &Metadata) -> u64 {
    metadata.nlink()
}

/// Opens no symbolic link, and does not wait for the other end of a FIFO.
fn flags() -> i32 {
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}

/// Opens the file to append, and to read how it ends if it may be read.
pub(crate) fn append(path: &Path, _: Sharing) -> io::Result<File> {
    let open = |read| OpenOptions::new().read(read).append(true).custom_flags(flags()).open(path);
    open(true).or_else(|error| if error.kind() == ErrorKind::PermissionDenied { open(false) } else { Err(error) })
}

/// Creates the file with exactly this mode. It never has a wider one, not even for a moment.
pub(crate) fn create(path: &Path, mode: u32, _: Sharing) -> io::Result<File> {
    let file = OpenOptions::new().append(true).create_new(true).mode(mode).custom_flags(flags()).open(path)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    Ok(file)
}

pub(crate) fn is_symlink_error(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

/// Takes the lock that `sharing` asks for; `false` if another has one that forbids it. It ends with the file's handle.
pub(crate) fn lock(file: &File, sharing: Sharing) -> io::Result<bool> {
    let result = match sharing {
        Sharing::Exclusive => file.try_lock(),
        Sharing::Append => file.try_lock_shared(),
    };
    match result {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        // Some network file systems have no locks. Appending works without; a promise to be alone does not.
        Err(TryLockError::Error(_)) if sharing == Sharing::Append => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Opens a file to read it, if nobody still writes to it.
pub(crate) fn open_alone(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().read(true).custom_flags(flags()).open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(None),
        _ => Ok(Some(file)),
    }
}

/// Keeps other processes from rotating in this folder until the result is dropped. `None`: somebody else is at it.
pub(crate) fn lock_folder(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    match folder.try_lock() {
        Err(TryLockError::WouldBlock) => None,
        _ => Some(folder),
    }
}

pub(crate) fn create_folder(path: &Path, mode: u32) -> io::Result<()> {
    match DirBuilder::new().mode(mode).create(path) {
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes new and changed names in the folder outlast a power cut.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
