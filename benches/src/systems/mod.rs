//! The systems measured, a module each. A system installs itself, is driven, and is closed.

mod emit;
mod filters;
mod floor;
mod log4rs;
mod logforth;
mod otel;
mod raw;
mod requests;
mod slog;
mod spdlog;
mod tracework;
mod tracing_fmt;

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{figures::Figures, measure::Job, workload};

/// A system as the list names it.
pub struct System {
    /// Its name on the command line and in every row.
    pub name: &'static str,
    /// What it is, for the table's legend.
    pub about: &'static str,
    /// How many times the usual number of events it gets, so that fast and slow ones run for comparable times. A run
    /// should stay below 256 MB of lines.
    pub scale: u64,
    /// Installs it in this process, does the job, shuts it down.
    pub run: fn(&Job) -> Result<Figures>,
}

impl System {
    /// Whether this is the project's own, and no rival.
    pub fn is_ours(&self) -> bool {
        self.name.starts_with("tracework")
    }
}

/// Every system, rivals first.
pub fn all() -> impl Iterator<Item = &'static System> {
    [
        tracing_fmt::SYSTEMS,
        otel::SYSTEMS,
        slog::SYSTEMS,
        log4rs::SYSTEMS,
        spdlog::SYSTEMS,
        emit::SYSTEMS,
        logforth::SYSTEMS,
        floor::SYSTEMS,
        raw::SYSTEMS,
        tracework::SYSTEMS,
        filters::SYSTEMS,
        requests::SYSTEMS,
    ]
    .into_iter()
    .flatten()
}

/// The system of that name, if it is wired.
pub fn named(name: &str) -> Option<&'static System> {
    all().find(|system| system.name == name)
}

/// An installed system, ready to be driven by a measure.
pub trait Subject: Sync + Sized {
    /// Emits the workload's event. `user_id` varies, so that no system can keep an encoded line.
    fn emit(&self, user_id: u64);

    /// Runs `body` where the events belong, within the workload's spans.
    fn within(&self, body: &mut dyn FnMut()) {
        body();
    }

    /// Waits until the background work of a burst is done, as well as can be told from outside.
    fn rest(&self) {
        thread::sleep(Duration::from_millis(60));
    }

    /// Writes what is pending, ends every thread, and says what there is to check.
    ///
    /// # Errors
    /// When something could not be written.
    fn close(self) -> Result<Left>;
}

/// A system over `tracing`, already installed as the global default; `close` is what ends it.
pub struct Traced<C> {
    /// What to log.
    pub workload: workload::Workload,
    /// Ends the system.
    pub close: C,
}

impl<C: FnOnce() -> Result<Left> + Sync> Subject for Traced<C> {
    #[inline]
    fn emit(&self, user_id: u64) {
        workload::emit_tracing(user_id);
    }

    fn within(&self, body: &mut dyn FnMut()) {
        self.workload.within_spans(body);
    }

    fn close(self) -> Result<Left> {
        (self.close)()
    }
}

/// What a closed system left behind, to be checked outside the measured time.
pub enum Left {
    /// Files, each of which must hold one line an event.
    Files(Vec<PathBuf>),
    /// A count of events that arrived.
    Count(u64),
    /// Nothing that can be checked.
    Nothing,
}

impl Left {
    /// Makes sure that every event arrived; the bytes written.
    pub fn check(&self, events: u64) -> Result<u64> {
        match self {
            Self::Nothing => Ok(0),
            Self::Count(arrived) => {
                ensure!(*arrived == events, "{arrived} of {events} events arrived");
                Ok(0)
            }
            Self::Files(paths) => paths.iter().map(|path| check_file(path, events)).sum(),
        }
    }
}

/// Counts the lines of one file; its bytes.
fn check_file(path: &Path, events: u64) -> Result<u64> {
    let mut file = File::open(path).with_context(|| format!("no file {}", path.display()))?;
    let mut piece = vec![0; 256 * 1024];
    let (mut lines, mut bytes) = (0_u64, 0_u64);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        let read = &piece[..read];
        lines += read.iter().filter(|&&byte| byte == b'\n').count() as u64;
        bytes += read.len() as u64;
    }
    if lines != events {
        bail!("{lines} of {events} lines in {}", path.display());
    }
    Ok(bytes)
}
