//! The file that is written to now.

use super::opening::{Opening, told};
use super::system;
use crate::lines::write_all;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tracework_core::{Batch, Failure};

/// A file that ends within a line is looked at this often, so many times.
const LOOK: Duration = Duration::from_millis(3);
const LOOKS: usize = 20;

/// The file that is written to now.
#[derive(Debug)]
pub(crate) struct Current {
    file: File,
    path: PathBuf,
    identity: system::Identity,
    size: u64,
    /// The bytes of the last append.
    last: u64,
    /// Half a record stands at its end: from a crash, or because it could not be cut off.
    torn: bool,
}

/// What became of a write that went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It is in the file.
    Kept,
    /// The file was deleted meanwhile: nobody will ever read it.
    Deleted,
}

impl Current {
    /// Opens it; also tells when it was last written to.
    pub(crate) fn open(path: &Path, opening: &Opening) -> io::Result<(Self, Option<SystemTime>)> {
        let (file, metadata) = opening.open(path)?;
        let (identity, torn) = (system::identity(&metadata), ends_torn(&file));
        let this = Self { file, path: path.to_owned(), identity, size: metadata.len(), last: 0, torn };
        Ok((this, metadata.modified().ok()))
    }

    /// Its bytes, as of the last look.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Is it still the file that its path names? Takes note of its size.
    pub(crate) fn is_in_place(&mut self) -> bool {
        match fs::symlink_metadata(&self.path) {
            Ok(metadata) if system::identity(&metadata) == self.identity => {
                self.size = metadata.len();
                true
            }
            Ok(_) => false,
            // A folder that may not be read says nothing about the file.
            Err(error) => error.kind() != ErrorKind::NotFound,
        }
    }

    /// Appends a batch, in one system call if the system takes it whole; `header` first if the file is empty.
    ///
    /// When it fails, no half record stays behind: what was written of it is cut off again.
    pub(crate) fn append(&mut self, header: &[u8], batch: &Batch<'_>) -> Result<Written, Failure> {
        let lead: &[u8] = if self.size == 0 {
            header
        } else if self.torn && !ends_well(&self.file) {
            b"\n"
        } else {
            b""
        };
        let joined;
        let bytes = if lead.is_empty() {
            batch.bytes()
        } else {
            joined = [lead, batch.bytes()].concat();
            &joined
        };
        match write_all(&mut self.file, bytes) {
            Ok(()) => (self.torn, self.last) = (false, bytes.len() as u64),
            Err((written, error)) => return Err(self.undo(batch, lead.len(), written, &error)),
        }
        let metadata = self.file.metadata().map_err(|error| told("cannot look at", &self.path, &error))?;
        self.size = metadata.len();
        Ok(if system::names(&metadata) == 0 { Written::Deleted } else { Written::Kept })
    }

    /// After `written` bytes the write failed: leaves whole records only, and says how many.
    fn undo(&mut self, batch: &Batch<'_>, lead: usize, written: usize, error: &io::Error) -> Failure {
        let whole = batch.records_within(written.saturating_sub(lead));
        let kept = if written < lead { 0 } else { lead + batch.slice(0..whole).bytes().len() };
        if written > 0 {
            self.torn = self.cut((written - kept) as u64).is_err() && written > kept;
        }
        Failure::temporary(told("cannot write to", &self.path, error)).after(whole)
    }

    /// Cuts off the last `excess` bytes, which we wrote ourselves, unless another process wrote behind them.
    fn cut(&mut self, excess: u64) -> io::Result<()> {
        // After a write to a file opened for appending, its position is the end of what was written.
        let end = self.file.stream_position()?;
        self.size = self.file.metadata()?.len();
        if excess > 0 {
            if self.size != end {
                return Ok(());
            }
            self.file.set_len(end - excess)?;
            self.size = end - excess;
        }
        Ok(())
    }

    /// Takes back what was just appended, if nobody wrote behind it.
    pub(crate) fn take_back(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.last);
        self.cut(bytes)
    }

    /// Brings its content to the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_data().map_err(|error| told("cannot sync", &self.path, &error))
    }
}

/// Does a file end within a line? A program that was killed, or a machine that lost power, may leave that; another
/// process that is just writing must not be taken for it: the system makes a write visible page by page, and may stop
/// the writer between two of them for as long as others want the processor.
fn ends_torn(file: &File) -> bool {
    let ends_well = (0..LOOKS).any(|look| {
        if look > 0 {
            std::thread::sleep(LOOK);
        }
        ends_well(file)
    });
    !ends_well
}

/// Is it empty, does it end with a whole line, or can it not be read?
fn ends_well(file: &File) -> bool {
    !matches!(last_byte(file), Ok(Some(byte)) if byte != b'\n')
}

/// How a file ends, if it has anything.
fn last_byte(mut file: &File) -> io::Result<Option<u8>> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(None);
    }
    let mut byte = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut byte)?;
    Ok(Some(byte[0]))
}
