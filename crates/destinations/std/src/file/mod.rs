//! Files: appended to, rotated, compressed, cleared away.

mod builder;
mod current;
mod describe;
mod names;
mod opening;
mod packing;
mod periods;
mod rotation;
mod settings;
mod system;
mod tidying;

pub use settings::{Compression, Period, Sharing, Sync};

use current::{Current, Written};
use names::Names;
use periods::Turn;
use settings::Settings;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tidying::{Deleted, Tidying};
use tracework_core::{Batch, Command, Description, Destination, Failure, Format, Mistake};
use tracework_format::JsonLines;

/// How long a file that was moved away may go unnoticed while it is written to. A look costs a microsecond.
const LOOK: Duration = Duration::from_millis(10);
/// How often files are looked at that may have become too old.
const TIDY: Duration = Duration::from_secs(3600);
/// How long closing waits for rotated files to be compressed.
const PATIENCE: Duration = Duration::from_secs(2);

/// A file that records are appended to, and that is rotated, compressed and cleared away as it is told.
///
/// - **Whole records.** A batch is one write. When the disk is full, what was written of a record is cut off again,
///   the rest is tried again, and goes on when there is space.
/// - **Rotation** gives the file a name that tells when it ended: `app.jsonl` becomes
///   `app.2026-11-21T10-30-00.jsonl`, a second one in the same second `app.2026-11-21T10-30-00.1.jsonl`. Only files
///   of exactly this form, compressed or not, are ever deleted or compressed. A rotation that fails shows in the
///   health; the records go on into the old file.
/// - **Compression** runs on a thread of its own and survives a crash: what was begun is done anew at the next start.
/// - **Others may move the file**: after a rename, a deletion or a truncation (logrotate's `create`, `copytruncate`)
///   writing goes on at the path, with nothing to signal. A folder that was deleted is created again.
/// - **Only ordinary files.** A symbolic link, a FIFO, a device, a folder, and a file with a second name (hard link)
///   are refused when the file is opened.
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
    names: Names,
    tidying: Tidying,
    current: Option<Current>,
    turn: Option<Turn>,
    /// When the path was last compared with the open file.
    looked: Option<Instant>,
    /// When old files were last looked at.
    tidied: Instant,
    started: bool,
    /// No rotation before this, after one that failed.
    rest: Option<Instant>,
    /// What went wrong beside a delivery, for the next tick to say.
    trouble: Option<io::Error>,
}

impl File {
    fn with(settings: Settings) -> Self {
        let (names, tidying) = Self::helpers(&settings);
        Self {
            settings,
            names,
            tidying,
            current: None,
            turn: None,
            looked: None,
            tidied: Instant::now(),
            started: false,
            rest: None,
            trouble: None,
        }
    }

    /// What follows from the settings.
    fn helpers(settings: &Settings) -> (Names, Tidying) {
        let names = Names::new(&settings.path, settings.zone.clone());
        let tidying = Tidying::new(names.clone(), settings.keep, settings.compression);
        (names, tidying)
    }

    /// Opens the file, or opens it again if it was moved away since the last look.
    fn ready(&mut self) -> Result<(), Failure> {
        if let Some(mistake) = &self.settings.mistake {
            return Err(Failure::permanent(mistake.to_string()));
        }
        if !self.started {
            (self.names, self.tidying) = Self::helpers(&self.settings);
        }
        if let Some(current) = &mut self.current
            && self.looked.is_none_or(|looked| looked.elapsed() >= LOOK)
        {
            self.looked = Some(Instant::now());
            if !current.is_in_place() {
                self.leave();
            }
        }
        if self.current.is_none() {
            self.begin()?;
        }
        Ok(())
    }

    /// Writes the first records of `batch`, as many as one file takes; says how many.
    fn append_some(&mut self, batch: &Batch<'_>) -> Result<usize, Failure> {
        loop {
            self.ready()?;
            if self.is_due(batch.slice(0..1).bytes().len()) {
                self.rotate_or_go_on();
            }
            let part = batch.slice(0..self.fitting(batch));
            let Some(current) = &mut self.current else { continue };
            match current.append(&self.settings.header, &part)? {
                Written::Kept => return self.settle(part.len()),
                Written::Deleted => self.current = None,
            }
        }
    }

    /// Brings what was just written to the disk if every batch is to be there.
    fn settle(&mut self, records: usize) -> Result<usize, Failure> {
        if self.settings.sync == Sync::EveryBatch
            && let Some(current) = &mut self.current
            && let Err(error) = current.sync()
        {
            // After a failed sync nobody knows what the disk holds, and asking again would answer wrongly that all is
            // well: the records are written again, into a file that is opened anew.
            let _ = current.take_back();
            self.current = None;
            return Err(error.into());
        }
        Ok(records)
    }
}

impl Destination for File {
    fn name(&self) -> &'static str {
        "file"
    }

    fn mistake(&self) -> Option<Mistake> {
        self.check().err()
    }

    fn as_config(&self) -> Option<Description> {
        Some(describe::describe(&self.settings))
    }

    fn takes(&mut self, format: &dyn Format) {
        if !self.settings.own_header {
            self.settings.header = format.header().unwrap_or_default();
        }
    }

    fn open(&mut self) -> Result<(), Failure> {
        self.ready()
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        let mut done = 0;
        while done < batch.len() {
            match self.append_some(&batch.slice(done..batch.len())) {
                Ok(records) => done += records,
                Err(failure) => {
                    let whole = done + failure.delivered();
                    return Err(failure.after(whole));
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        match &self.current {
            Some(current) if self.settings.sync != Sync::Never => Ok(current.sync()?),
            _ => Ok(()),
        }
    }

    fn tick(&mut self) -> Result<(), Failure> {
        self.looked = None;
        self.ready()?;
        if self.is_due(0) {
            self.rotate_or_go_on();
        }
        let now = self.settings.now();
        if self.tidied.elapsed() >= TIDY {
            self.tidied = Instant::now();
            self.tidying.start(now);
        }
        self.tidying.resume(now);
        match self.trouble.take().or_else(|| self.tidying.trouble()) {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    fn notice(&mut self) -> Option<String> {
        let Deleted { files, bytes } = self.tidying.deleted()?;
        let (files_were, path) = (if files == 1 { "file was" } else { "files were" }, self.settings.path.display());
        Some(format!("{files} rotated {files_were} deleted that retention does not keep, {bytes} bytes of `{path}`"))
    }

    fn command(&mut self, command: Command) -> Result<(), Failure> {
        match command {
            Command::Reopen => self.leave(),
            Command::Rotate => {
                self.looked = None;
                self.ready()?;
                if self.is_worth_rotating() {
                    self.rotate()?;
                }
            }
            _ => {}
        }
        self.ready()
    }

    fn close(&mut self) -> Result<(), Failure> {
        let flushed = self.flush();
        self.current = None;
        self.tidying.finish(PATIENCE);
        flushed?;
        self.trouble.take().or_else(|| self.tidying.trouble()).map_or(Ok(()), |error| Err(error.into()))
    }

    fn writes_to(&self) -> Option<PathBuf> {
        Some(self.settings.path.clone())
    }

    /// A JSON object a line.
    fn usual_format(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(JsonLines::new()))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.tidying.stop();
    }
}
