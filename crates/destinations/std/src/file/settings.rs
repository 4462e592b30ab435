//! What can be set for a file.

use super::opening::Opening;
use crate::units::UnitError;
use jiff::tz::TimeZone;
use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tracework_core::Mistake;

/// After how long a new file is begun, by the clock on the wall of the file's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// With every full minute.
    Minute,
    /// With every full hour.
    Hour,
    /// At the beginning of every day, which may be 23, 24 or 25 hours after the last one.
    Day,
}

/// What becomes of a file that is no longer written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Compression {
    /// It stays as it is.
    #[default]
    None,
    /// It becomes a `.gz`; needs the feature `gzip`, which is on by default.
    Gzip,
    /// It becomes a `.zst`; needs the feature `zstd`.
    Zstd,
}

impl Compression {
    /// The one that this crate was built with: gzip before zstd, else none.
    #[must_use]
    pub const fn best() -> Self {
        match (Self::Gzip.is_available(), Self::Zstd.is_available()) {
            (true, _) => Self::Gzip,
            (false, true) => Self::Zstd,
            (false, false) => Self::None,
        }
    }

    /// Was this crate built with it?
    #[must_use]
    pub const fn is_available(self) -> bool {
        match self {
            Self::None => true,
            Self::Gzip => cfg!(feature = "gzip"),
            Self::Zstd => cfg!(feature = "zstd"),
        }
    }
}

/// May others write to the same file?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sharing {
    /// One writer alone: it holds an advisory lock, and a second one fails with an error that names the file, and
    /// tries again like after any failure.
    Exclusive,
    /// Several processes may append. Each writes whole lines in one call, follows when another rotates, and none
    /// compresses what another still writes to. On network file systems without atomic appends lines may mix.
    #[default]
    Append,
}

/// When what was written is brought to the disk, so that it outlasts a power cut. What a program wrote outlasts its
/// own crash in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sync {
    /// When the system finds the time, usually within half a minute.
    #[default]
    Never,
    /// With every flush, and when the file is rotated or closed.
    Flush,
    /// With every batch: one is delivered only when it is on the disk. Costs a wait for the disk each time.
    EveryBatch,
}

/// How many rotated files stay. A file goes as soon as one of the three says so.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Keep {
    pub(crate) files: Option<usize>,
    pub(crate) age: Option<Duration>,
    pub(crate) total: Option<u64>,
}

impl Keep {
    pub(crate) fn is_everything(&self) -> bool {
        self.files.is_none() && self.age.is_none() && self.total.is_none()
    }
}

/// The wall clock; another one in tests.
pub(crate) struct Clock(pub(crate) Box<dyn Fn() -> SystemTime + Send>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Everything that is set for a file.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) path: PathBuf,
    pub(crate) opening: Opening,
    pub(crate) sync: Sync,
    pub(crate) header: Vec<u8>,
    /// Was the header set by hand? Then that of the format does not replace it.
    pub(crate) own_header: bool,
    pub(crate) max_size: Option<u64>,
    pub(crate) every: Option<Period>,
    pub(crate) rotate_at_start: bool,
    pub(crate) keep: Keep,
    pub(crate) compression: Compression,
    pub(crate) zone: TimeZone,
    /// The zone as it was named.
    pub(crate) zone_name: String,
    pub(crate) clock: Clock,
    /// The first setting that makes no sense.
    pub(crate) mistake: Option<Mistake>,
}

impl Settings {
    pub(crate) fn new(path: PathBuf) -> Self {
        // A later change of the working directory must not move the log.
        let path = std::path::absolute(&path).unwrap_or(path);
        let no_name = || Mistake::new("path", format!("`{}` names no file", path.display()));
        let mistake = path.file_name().is_none().then(no_name);
        Self {
            path,
            opening: Opening { mode: 0o640, dir_mode: 0o750, sharing: Sharing::default(), sync: false },
            sync: Sync::default(),
            header: Vec::new(),
            own_header: false,
            max_size: None,
            every: None,
            rotate_at_start: false,
            keep: Keep::default(),
            compression: Compression::default(),
            zone: TimeZone::UTC,
            zone_name: "UTC".to_owned(),
            clock: Clock(Box::new(SystemTime::now)),
            mistake,
        }
    }

    /// The value, or `None` with the mistake noted.
    pub(crate) fn checked<T>(&mut self, setting: &'static str, value: Result<T, UnitError>) -> Option<T> {
        value.map_err(|error| self.refuse(setting, error.to_string())).ok()
    }

    /// Notes that `setting`, as a config calls it, cannot be what it is set to.
    pub(crate) fn refuse(&mut self, setting: &'static str, why: impl Into<String>) {
        self.mistake.get_or_insert_with(|| Mistake::new(setting, why));
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        // The only times that do not fit are before the year -9999 and after 9999.
        jiff::Timestamp::try_from((self.clock.0)()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}
