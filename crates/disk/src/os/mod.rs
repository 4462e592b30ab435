//! The disk of this machine.

#[cfg(not(unix))]
mod portable;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use portable as system;
#[cfg(unix)]
use unix as system;

use crate::{Disk, DiskFile, Listed, Open};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

/// The disk of this machine, through the system's calls, one for each.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsDisk;

/// An open file of [`OsDisk`].
#[derive(Debug)]
struct OsFile(system::Handle);

impl Disk for OsDisk {
    fn open(&self, path: &Path, how: Open) -> io::Result<Box<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(how != Open::Read);
        options.create(matches!(how, Open::Create | Open::New));
        system::guard(&mut options);
        let file = options.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file"));
        }
        // Emptied only now that it is known to be a file.
        if how == Open::New {
            file.set_len(0)?;
        }
        Ok(Box::new(OsFile(system::Handle::new(file))))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        system::make_folder(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // One that went meanwhile is not there.
            let Ok(facts) = entry.metadata() else { continue };
            let name = entry.file_name().to_string_lossy().into_owned();
            found.push(Listed { name, bytes: facts.len(), is_file: facts.is_file() });
        }
        Ok(found)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        system::sync_folder(folder)
    }
}

impl OsFile {
    fn file(&self) -> &File {
        self.0.file()
    }
}

impl DiskFile for OsFile {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        self.0.read_at(buffer, at)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize> {
        self.0.write_at(bytes, at)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.file().metadata()?.len())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.file().set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.file().sync_data()
    }

    fn try_lock(&self) -> io::Result<bool> {
        match self.file().try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
