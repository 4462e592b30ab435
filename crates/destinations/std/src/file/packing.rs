//! Compressing a rotated file, so that a crash at any point loses nothing.

use super::Compression;
use super::names::{PARTIAL, Rotated};
use super::opening::{folder_of, told};
use super::system;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// What became of a file that was to be compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packed {
    /// It is compressed, or somebody took it away.
    Done,
    /// Another process still writes to it, or we were told to stop: later.
    Later,
}

/// Compresses a file: under a temporary name that is brought to the disk, then renamed, then the original goes. After
/// a crash in between the original is still there, and the next call begins anew.
pub(crate) fn pack(rotated: &Rotated, how: Compression, stop: &AtomicBool) -> io::Result<Packed> {
    let path = &rotated.path;
    let source = match system::open_alone(path) {
        Ok(Some(source)) => source,
        Ok(None) => return Ok(Packed::Later),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Packed::Done),
        Err(error) => return Err(told("cannot compress", path, &error)),
    };
    if !is_still(&source, path)? {
        return Ok(Packed::Done);
    }
    let target = with_end(path, if how == Compression::Zstd { ".zst" } else { ".gz" });
    let partial = with_end(&target, PARTIAL);
    // The original stays locked until it is gone: others leave its partial file alone by that.
    let result = write_packed(&source, path, &partial, how, stop);
    match result {
        Ok(Packed::Done) => finish(path, &partial, &target).map(|()| Packed::Done),
        unfinished => {
            remove(&partial)?;
            unfinished
        }
    }
    .map_err(|error| told("cannot compress", path, &error))
}

/// Is the file that was opened, and only then locked, still what `path` names? Another process may have compressed it
/// in between, and removed it.
fn is_still(file: &File, path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(named) => Ok(system::identity(&named) == system::identity(&file.metadata()?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(told("cannot look at", path, &error)),
    }
}

/// The name with something more at its end.
fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn write_packed(source: &File, path: &Path, partial: &Path, how: Compression, stop: &AtomicBool) -> io::Result<Packed> {
    // Whoever holds the original alone may clear away what an interrupted attempt left.
    remove(partial)?;
    let metadata = source.metadata()?;
    let target = create_like(partial, &metadata)?;
    let mut reader = Stoppable { source, stop, read: 0 };
    let copied = copy(&mut reader, &target, how);
    if stop.load(Ordering::Relaxed) {
        return Ok(Packed::Later);
    }
    copied?;
    target.sync_all()?;
    target.set_modified(metadata.modified()?)?;
    // Somebody who takes no locks may have written to it until now, or deleted it.
    let unchanged = fs::symlink_metadata(path).is_ok_and(|named| named.len() == reader.read);
    Ok(if unchanged { Packed::Done } else { Packed::Later })
}

#[cfg(unix)]
fn create_like(path: &Path, like: &fs::Metadata) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(like.permissions())?;
    Ok(file)
}

#[cfg(not(unix))]
fn create_like(path: &Path, _: &fs::Metadata) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg_attr(not(any(feature = "gzip", feature = "zstd")), expect(unused_variables, reason = "nothing to compress with"))]
fn copy(reader: &mut impl Read, target: &File, how: Compression) -> io::Result<()> {
    match how {
        #[cfg(feature = "gzip")]
        Compression::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(target, flate2::Compression::default());
            pump(reader, &mut encoder)?;
            encoder.finish().map(|_| ())
        }
        #[cfg(feature = "zstd")]
        Compression::Zstd => {
            let mut encoder = zstd::stream::write::Encoder::new(target, zstd::DEFAULT_COMPRESSION_LEVEL)?;
            encoder.include_checksum(true)?;
            pump(reader, &mut encoder)?;
            encoder.finish().map(|_| ())
        }
        _ => Err(ErrorKind::Unsupported.into()),
    }
}

#[cfg(any(feature = "gzip", feature = "zstd"))]
fn pump(reader: &mut impl Read, encoder: &mut impl io::Write) -> io::Result<()> {
    let mut piece = vec![0; 64 << 10];
    loop {
        match reader.read(&mut piece)? {
            0 => return Ok(()),
            count => encoder.write_all(&piece[..count])?,
        }
    }
}

/// Puts the compressed file in place and removes the original.
fn finish(path: &Path, partial: &Path, target: &Path) -> io::Result<()> {
    fs::rename(partial, target)?;
    system::sync_folder(folder_of(path))?;
    remove(path)
}

/// Removes a file that may be gone already.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result.map_err(|error| told("cannot remove", path, &error)),
    }
}

/// Reads until told to stop, and counts.
struct Stoppable<'a> {
    source: &'a File,
    stop: &'a AtomicBool,
    read: u64,
}

impl Read for Stoppable<'_> {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("told to stop"));
        }
        let count = self.source.read(piece)?;
        self.read += count as u64;
        Ok(count)
    }
}
