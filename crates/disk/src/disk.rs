//! What a disk can do.

use std::fmt;
use std::io;
use std::path::Path;

/// The mode of new files, less the umask: their owner writes, their group reads.
pub const FILE_MODE: u32 = 0o640;
/// The mode of new folders, less the umask.
pub const FOLDER_MODE: u32 = 0o750;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// To read one that is there.
    Read,
    /// To read and write one that is there.
    Write,
    /// To read and write; made if it is not there, kept if it is.
    Create,
    /// To read and write; made if it is not there, emptied if it is.
    New,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Its name; what is not UTF-8 in it is replaced.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Is it a regular file? A link is none.
    pub is_file: bool,
}

/// A file system.
pub trait Disk: fmt::Debug + Send + Sync {
    /// Opens a file, without following a symbolic link in the last part of the path.
    ///
    /// # Errors
    ///
    /// Fails as the system says, and if it is not a regular file.
    fn open(&self, path: &Path, how: Open) -> io::Result<Box<dyn DiskFile>>;

    /// Makes a folder in one that is there.
    ///
    /// # Errors
    ///
    /// Fails as the system says; with `AlreadyExists` if something has that name.
    fn make_folder(&self, path: &Path) -> io::Result<()>;

    /// What a folder holds, in any order.
    ///
    /// # Errors
    ///
    /// Fails as the system says.
    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>>;

    /// Gives a file another name, in place of the file that has it. It is durable once the folder is synced.
    ///
    /// # Errors
    ///
    /// Fails as the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file. It is durable once the folder is synced.
    ///
    /// # Errors
    ///
    /// Fails as the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Waits until the names in a folder are durable.
    ///
    /// # Errors
    ///
    /// Fails as the system says. After that, nobody knows which of the names are.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// An open file.
pub trait DiskFile: fmt::Debug + Send + Sync {
    /// Reads some bytes at a place; 0 at the end.
    ///
    /// # Errors
    ///
    /// Fails as the system says.
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize>;

    /// Writes some of the bytes at a place, and says how many. See [`write_all_at`](crate::write_all_at).
    ///
    /// # Errors
    ///
    /// Fails as the system says.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize>;

    /// How long it is.
    ///
    /// # Errors
    ///
    /// Fails as the system says.
    fn length(&self) -> io::Result<u64>;

    /// Cuts it, or makes it longer with zeros.
    ///
    /// # Errors
    ///
    /// Fails as the system says.
    fn set_length(&self, length: u64) -> io::Result<()>;

    /// Waits until its bytes and its length are durable. Its name may not be: see [`Disk::sync_folder`].
    ///
    /// # Errors
    ///
    /// Fails as the system says. After that, the bytes written since the last sync may be lost, and a second call that
    /// succeeds does not bring them back: write them again, to another file.
    fn sync(&self) -> io::Result<()>;

    /// Locks it, as long as it is open, against every other opening of it; `false` if another one holds the lock.
    ///
    /// # Errors
    ///
    /// Fails as the system says, and where it has no locks.
    fn try_lock(&self) -> io::Result<bool>;
}
