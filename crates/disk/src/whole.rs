//! Whole reads and writes over single calls, and folders with those above them.

use crate::{Disk, DiskFile};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// How often in a row a call may say "not now" before it counts as failed.
const PATIENCE: u32 = 16;

/// Repeats a call that was interrupted, or that some systems refuse for a moment.
fn patiently<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut refused = 0;
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock && refused < PATIENCE => {
                refused += 1;
                std::thread::yield_now();
            }
            result => return result,
        }
    }
}

/// Writes all the bytes at a place, however many calls it takes.
///
/// # Errors
///
/// Fails as the disk says. Some of the bytes may be written then.
pub fn write_all_at(file: &dyn DiskFile, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = patiently(|| file.write_at(bytes, at))?.min(bytes.len());
        if written == 0 {
            return Err(ErrorKind::WriteZero.into());
        }
        bytes = &bytes[written..];
        at += written as u64;
    }
    Ok(())
}

/// Fills the buffer from a place on, and says how much of it: less than all of it only at the end of the file.
///
/// # Errors
///
/// Fails as the disk says.
pub fn read_full_at(file: &dyn DiskFile, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        let read = patiently(|| file.read_at(&mut buffer[done..], at + done as u64))?;
        if read == 0 {
            break;
        }
        done += read;
    }
    Ok(done)
}

/// Makes a folder and whatever is missing above it, each synced into the one above.
///
/// # Errors
///
/// Fails as the disk says. Folders made before the failure stay.
pub fn create_folders(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    let mut missing = Vec::new();
    let mut here = Some(folder);
    while let Some(path) = here.filter(|path| !path.as_os_str().is_empty()) {
        match disk.list(path) {
            Ok(_) => break,
            Err(error) if error.kind() == ErrorKind::NotFound => missing.push(path),
            // It is there, and may not be read: the folder below it decides.
            Err(error) if error.kind() == ErrorKind::PermissionDenied && path != folder => break,
            Err(error) => return Err(error),
        }
        here = path.parent();
    }
    for path in missing.into_iter().rev() {
        match disk.make_folder(path) {
            // Somebody else was quicker.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            result => result?,
        }
        disk.sync_folder(&above(path))?;
    }
    Ok(())
}

/// Syncs the names of a folder and of every one above it, which an earlier process may have made and not synced.
///
/// # Errors
///
/// Fails as the disk says; folders that this process may not open are passed over, since it cannot have made them.
pub fn sync_above(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    let mut here = folder.to_owned();
    loop {
        let next = above(&here);
        if next == here {
            return Ok(());
        }
        match disk.sync_folder(&next) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
            result => result?,
        }
        if here.parent().is_none_or(|parent| parent.as_os_str().is_empty()) {
            return Ok(());
        }
        here = next;
    }
}

/// The folder that a path is in; `.` for a bare name.
fn above(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    }
}
