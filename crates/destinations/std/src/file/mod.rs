//! Files: appended to, rotated, compressed, cleared away.

mod builder;
mod current;
mod opening;
mod settings;
mod system;

pub use settings::{Compression, Period, Sharing, Sync};

use current::{Current, Written};
use settings::Settings;
use std::time::{Duration, Instant};
use tracework_core::{Batch, Command, Destination, Failure};

/// How long a file that was moved away may go unnoticed. A look costs a microsecond.
const LOOK: Duration = Duration::from_millis(10);

/// A file.
///
/// ```
/// use tracework_core::{Attach, Severity};
/// use tracework_std::{Compression, File, Period};
///
/// let app = File::rolling("logs/app.jsonl")
///     .max_size("64MiB")
///     .every(Period::Day)
///     .zone("Europe/Berlin")
///     .keep(10)
///     .keep_age("30d")
///     .compress(Compression::Gzip)
///     .level(Severity::DEBUG);
/// # let _ = app;
/// ```
#[derive(Debug)]
pub struct File {
    settings: Settings,
    current: Option<Current>,
    looked: Option<Instant>,
}

impl File {
    fn with(settings: Settings) -> Self {
        Self { settings, current: None, looked: None }
    }

    /// Opens the file, or opens it again if it was moved away since the last look.
    fn ready(&mut self) -> Result<&mut Current, Failure> {
        if let Some(mistake) = &self.settings.mistake {
            return Err(Failure::permanent(mistake.clone()));
        }
        if let Some(current) = &mut self.current
            && self.looked.is_none_or(|looked| looked.elapsed() >= LOOK)
        {
            self.looked = Some(Instant::now());
            if !current.is_in_place() {
                self.current = None;
            }
        }
        match &mut self.current {
            Some(current) => Ok(current),
            none => Ok(none.insert(Current::open(&self.settings.path, &self.settings.opening)?.0)),
        }
    }

    /// Writes all records of `batch` to one file.
    fn append_all(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        loop {
            self.ready()?;
            let Some(current) = &mut self.current else { continue };
            match current.append(&self.settings.header, batch)? {
                Written::Kept => return Ok(()),
                Written::Deleted => self.current = None,
            }
        }
    }
}

impl Destination for File {
    fn name(&self) -> &'static str {
        "file"
    }

    fn open(&mut self) -> Result<(), Failure> {
        self.ready().map(|_| ())
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.append_all(batch)
    }

    fn tick(&mut self) -> Result<(), Failure> {
        self.looked = None;
        self.ready().map(|_| ())
    }

    fn command(&mut self, command: Command) -> Result<(), Failure> {
        if command == Command::Reopen {
            self.current = None;
        }
        self.ready().map(|_| ())
    }
}
