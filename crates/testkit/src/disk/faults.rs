//! Which calls fail, and how.

use std::io::{self, ErrorKind};
use std::path::Path;

/// A call to a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiskCall {
    /// `Disk::open`.
    Open,
    /// `Disk::make_folder`.
    MakeFolder,
    /// `Disk::list`.
    List,
    /// `Disk::rename`.
    Rename,
    /// `Disk::remove`.
    Remove,
    /// `Disk::sync_folder`.
    SyncFolder,
    /// `DiskFile::read_at`.
    Read,
    /// `DiskFile::write_at`.
    Write,
    /// `DiskFile::length`.
    Length,
    /// `DiskFile::set_length`.
    SetLength,
    /// `DiskFile::sync`.
    Sync,
    /// `DiskFile::try_lock`.
    Lock,
}

impl DiskCall {
    /// Every call.
    pub const ALL: [Self; 12] = [
        Self::Open,
        Self::MakeFolder,
        Self::List,
        Self::Rename,
        Self::Remove,
        Self::SyncFolder,
        Self::Read,
        Self::Write,
        Self::Length,
        Self::SetLength,
        Self::Sync,
        Self::Lock,
    ];
}

/// A call that fails: the next one of its kind, and that one alone, unless it is told otherwise.
///
/// ```
/// use std::io::ErrorKind;
/// use tracework_testkit::{DiskCall, DiskFault};
///
/// let fault = DiskFault::new(DiskCall::Sync, ErrorKind::Other).after(2).times(u64::MAX).on(".seg");
/// ```
#[derive(Clone, Debug)]
pub struct DiskFault {
    call: DiskCall,
    error: ErrorKind,
    after: u64,
    times: u64,
    part: String,
}

impl DiskFault {
    /// The next call of this kind fails so.
    #[must_use]
    pub fn new(call: DiskCall, error: ErrorKind) -> Self {
        Self { call, error, after: 0, times: 1, part: String::new() }
    }

    /// So many calls succeed before.
    #[must_use]
    pub fn after(mut self, calls: u64) -> Self {
        self.after = calls;
        self
    }

    /// So many calls fail.
    #[must_use]
    pub fn times(mut self, calls: u64) -> Self {
        self.times = calls;
        self
    }

    /// Only calls on paths that end so are meant.
    #[must_use]
    pub fn on(mut self, end: impl Into<String>) -> Self {
        self.part = end.into();
        self
    }

    /// Does it make this call fail?
    pub(super) fn strikes(&mut self, call: DiskCall, path: &Path) -> Option<io::Error> {
        if call != self.call || self.times == 0 || !path.to_string_lossy().ends_with(&self.part) {
            return None;
        }
        if self.after > 0 {
            self.after -= 1;
            return None;
        }
        self.times -= 1;
        Some(io::Error::new(self.error, "a fault that was asked for"))
    }
}
