//! Setting up a file.

use super::File;
use super::settings::{Compression, Period, Settings, Sharing, Sync};
use crate::units::{ToBytes, ToDuration};
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::time::SystemTime;
use tracework_core::Mistake;

/// What is wrong with a path that is a folder.
const FOLDER: &str = "this is a folder; name a file in it, such as logs/app.jsonl";

impl File {
    /// Appends to the file at `path`, for ever unless one of the other calls says when to rotate. Folders that are
    /// missing are created. Nothing is opened yet.
    pub fn append(path: impl Into<PathBuf>) -> Self {
        Self::with(Settings::new(path.into()))
    }

    /// As [`File::append`]; the name tells readers that [`File::max_size`] or [`File::every`] follows.
    pub fn rolling(path: impl Into<PathBuf>) -> Self {
        Self::append(path)
    }

    /// Rotates before the file becomes larger than this: a number of bytes, or a text such as `"64MiB"`. A single
    /// record that is larger has a file for itself.
    #[must_use]
    pub fn max_size(mut self, size: impl ToBytes) -> Self {
        match self.settings.checked("rotate.size", size.to_bytes()) {
            Some(0) => self.settings.refuse("rotate.size", "a file of 0 bytes holds nothing"),
            size => self.settings.max_size = size,
        }
        self
    }

    /// Rotates with every full minute or hour, or at the beginning of every day, in the file's [zone](File::zone).
    /// An empty file is not rotated.
    #[must_use]
    pub fn every(mut self, period: Period) -> Self {
        self.settings.every = Some(period);
        self
    }

    /// Begins with a new file each time the program starts.
    #[must_use]
    pub fn rotate_at_start(mut self, rotate: bool) -> Self {
        self.settings.rotate_at_start = rotate;
        self
    }

    /// Keeps this many rotated files; the one being written comes on top.
    #[must_use]
    pub fn keep(mut self, files: usize) -> Self {
        self.settings.keep.files = Some(files);
        self
    }

    /// Deletes rotated files that were rotated longer ago than this: a [`Duration`](std::time::Duration), or a text
    /// such as `"30d"`.
    #[must_use]
    pub fn keep_age(mut self, age: impl ToDuration) -> Self {
        self.settings.keep.age = self.settings.checked("keep.age", age.to_duration());
        self
    }

    /// Deletes the oldest rotated files while all of them together, as compressed as they are, take more than this.
    #[must_use]
    pub fn keep_total(mut self, size: impl ToBytes) -> Self {
        self.settings.keep.total = self.settings.checked("keep.total", size.to_bytes());
        self
    }

    /// Compresses rotated files, on a thread of its own.
    #[must_use]
    pub fn compress(mut self, compression: Compression) -> Self {
        if !compression.is_available() {
            let feature = if compression == Compression::Zstd { "zstd" } else { "gzip" };
            let why = format!("this program was built without the feature `{feature}` of tracework-std");
            self.settings.refuse("compress", why);
        }
        self.settings.compression = compression;
        self
    }

    /// The zone whose clock decides when to rotate, and stands in the names of rotated files: a name such as
    /// `Europe/Berlin`, `UTC` (the default) or `local`, or a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    #[must_use]
    pub fn zone(mut self, name: &str) -> Self {
        self.settings.zone_name = name.to_owned();
        match name {
            "local" | "system" => self.settings.zone = TimeZone::system(),
            _ => match TimeZone::get(name).or_else(|_| TimeZone::posix(name)) {
                Ok(zone) => self.settings.zone = zone,
                Err(_) => self.settings.refuse(
                    "zone",
                    format!("`{name}` is no known time zone; a zone is a name such as Europe/Berlin, UTC or local"),
                ),
            },
        }
        self
    }

    /// The mode of new files, 0640 by default, whatever the umask is. Unix only.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Self {
        self.settings.opening.mode = mode;
        self
    }

    /// The mode of new folders, 0750 by default, whatever the umask is. Unix only.
    #[must_use]
    pub fn dir_mode(mut self, mode: u32) -> Self {
        self.settings.opening.dir_mode = mode;
        self
    }

    /// May others write to the same file?
    #[must_use]
    pub fn sharing(mut self, sharing: Sharing) -> Self {
        self.settings.opening.sharing = sharing;
        self
    }

    /// When what was written is brought to the disk.
    #[must_use]
    pub fn sync(mut self, sync: Sync) -> Self {
        self.settings.sync = sync;
        self.settings.opening.sync = sync != Sync::Never;
        self
    }

    /// What every new file begins with, in place of the [header](tracework_core::Format::header) of its format.
    #[must_use]
    pub fn header(mut self, header: impl Into<Vec<u8>>) -> Self {
        self.settings.header = header.into();
        self.settings.own_header = true;
        self
    }

    /// Takes the time from this clock instead of the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + 'static) -> Self {
        self.settings.clock.0 = Box::new(clock);
        self
    }

    /// Says whether what is set can be. Attaching it asks for the same.
    ///
    /// # Errors
    ///
    /// Fails if a setting makes no sense: a size or a time that is none, an unknown zone, a compression that is not
    /// built in, a path that names no file, or a folder.
    ///
    /// ```
    /// use tracework_std::File;
    ///
    /// let mistake = File::rolling("logs/app.jsonl").max_size("64 parsecs").check().unwrap_err();
    /// assert_eq!(mistake.setting, "rotate.size");
    /// assert!(File::append("logs/app.jsonl").check().is_ok());
    /// ```
    pub fn check(&self) -> Result<(), Mistake> {
        let folder = self.settings.path.is_dir().then(|| Mistake::new("path", FOLDER));
        folder.or_else(|| self.settings.mistake.clone()).map_or(Ok(()), Err)
    }
}
