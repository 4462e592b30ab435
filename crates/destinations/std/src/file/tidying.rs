//! Compressing and deleting rotated files, on a thread that lives only while there is something to do.

use super::names::{Names, Packing, Rotated};
use super::opening::told;
use super::packing::{Packed, pack, remove};
use super::settings::Keep;
use super::{Compression, system};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The wait for a file that another process still writes to.
const IN_USE: Duration = Duration::from_secs(1);
/// The wait after something went wrong, such as a full disk.
const AFTER_TROUBLE: Duration = Duration::from_secs(60);

/// Tidies up rotated files behind the writer's back.
#[derive(Clone, Debug)]
pub(crate) struct Tidying {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    names: Names,
    keep: Keep,
    compression: Compression,
    state: Mutex<State>,
    idle: Condvar,
    stop: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    running: bool,
    /// Asked for while a round ran: the time to take for the next one.
    again: Option<Timestamp>,
    /// The last round left something: when to try again.
    later: Option<Instant>,
    trouble: Option<io::Error>,
    /// What was deleted since it was last told.
    deleted: Deleted,
}

/// What retention deleted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deleted {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

impl Tidying {
    pub(crate) fn new(names: Names, keep: Keep, compression: Compression) -> Self {
        let (state, idle, stop) = (Mutex::default(), Condvar::new(), AtomicBool::new(false));
        Self { shared: Arc::new(Shared { names, keep, compression, state, idle, stop }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a round, or has one follow on the one that runs.
    pub(crate) fn start(&self, now: Timestamp) {
        if self.shared.keep.is_everything() && self.shared.compression == Compression::None {
            return;
        }
        let mut state = self.state();
        if state.running {
            state.again = Some(now);
            return;
        }
        let this = self.clone();
        let thread = std::thread::Builder::new().name("tracework-tidy".to_owned());
        match thread.spawn(move || this.rounds(now)) {
            Ok(_) => state.running = true,
            Err(error) => (state.later, state.trouble) = (Instant::now().checked_add(AFTER_TROUBLE), Some(error)),
        }
    }

    /// Starts a round if the last one left something, and it is time.
    pub(crate) fn resume(&self, now: Timestamp) {
        let due = self.state().later.take_if(|later| *later <= Instant::now());
        if due.is_some() {
            self.start(now);
        }
    }

    fn rounds(&self, mut now: Timestamp) {
        loop {
            let result = self.shared.round(now);
            let mut state = self.state();
            let wait = match result {
                Ok(Packed::Done) => None,
                Ok(Packed::Later) => Some(IN_USE),
                Err(_) => Some(AFTER_TROUBLE),
            };
            state.later = wait.and_then(|wait| Instant::now().checked_add(wait));
            state.trouble = result.err().or(state.trouble.take());
            match state.again.take().filter(|_| !self.shared.stop.load(Ordering::Relaxed)) {
                Some(time) => now = time,
                None => {
                    state.running = false;
                    self.shared.idle.notify_all();
                    return;
                }
            }
        }
    }

    /// What went wrong since the last call.
    pub(crate) fn trouble(&self) -> Option<io::Error> {
        self.state().trouble.take()
    }

    /// What was deleted since the last call, once the thread is done with it.
    pub(crate) fn deleted(&self) -> Option<Deleted> {
        let mut state = self.state();
        let told = !state.running && state.deleted.files > 0;
        told.then(|| std::mem::take(&mut state.deleted))
    }

    /// Waits this long for the thread, then has it stop. What it was at is undone, and done when the program starts
    /// the next time.
    pub(crate) fn finish(&self, patience: Duration) {
        let (state, waited) = self
            .shared
            .idle
            .wait_timeout_while(self.state(), patience, |state| state.running)
            .unwrap_or_else(PoisonError::into_inner);
        drop(state);
        if waited.timed_out() {
            self.stop();
        }
    }

    /// Has the thread stop soon.
    pub(crate) fn stop(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    /// Compresses what is not, then deletes what is too much, also when compressing failed: the disk may be full.
    fn round(&self, now: Timestamp) -> io::Result<Packed> {
        let newest = self.names.list()?.last().map(|file| (file.time, file.counter));
        let packed = self.pack_all(now);
        for (file, size) in self.excess(now, newest)? {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(Packed::Later);
            }
            remove(&file)?;
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.deleted.files += 1;
            state.deleted.bytes += size;
        }
        packed
    }

    fn pack_all(&self, now: Timestamp) -> io::Result<Packed> {
        let mut all = Packed::Done;
        let files = self.names.list()?;
        clear_partial(&files)?;
        if self.compression != Compression::None {
            for file in files.iter().filter(|file| file.packing == Packing::Plain && !self.is_outdated(file, now)) {
                if pack(file, self.compression, &self.stop)? == Packed::Later {
                    all = Packed::Later;
                }
            }
        }
        Ok(all)
    }

    fn is_outdated(&self, file: &Rotated, now: Timestamp) -> bool {
        let age = self.keep.age.and_then(|age| SignedDuration::try_from(age).ok());
        age.is_some_and(|age| now.duration_since(file.time) > age)
    }

    /// What is too many, too old or too much, counted from the newest. What came after `newest` is still to be
    /// compressed: its size does not count yet, or it would push out more than it must.
    fn excess(&self, now: Timestamp, newest: Option<(Timestamp, u32)>) -> io::Result<Vec<(PathBuf, u64)>> {
        if self.keep.is_everything() {
            return Ok(Vec::new());
        }
        let mut files = self.names.list()?;
        files.retain(|file| file.packing != Packing::Partial);
        let (mut seen, mut total) = (HashSet::new(), 0_u64);
        Ok(files
            .into_iter()
            .rev()
            .filter(|file| {
                // For a moment, a file and its compressed self are both there.
                seen.insert((file.time, file.counter));
                if Some((file.time, file.counter)) <= newest {
                    total = total.saturating_add(file.size);
                }
                self.keep.files.is_some_and(|files| seen.len() > files)
                    || self.keep.total.is_some_and(|bytes| total > bytes)
                    || self.is_outdated(file, now)
            })
            .map(|file| (file.path, file.size))
            .collect())
    }
}

/// Removes what a crash left half compressed. One whose original another process holds is being worked on.
fn clear_partial(files: &[Rotated]) -> io::Result<()> {
    for file in files.iter().filter(|file| file.packing == Packing::Partial) {
        let original = file.path.with_extension("").with_extension("");
        let alone = match system::open_alone(&original) {
            Ok(None) => continue,
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(told("cannot open", &original, &error)),
            alone => alone,
        };
        remove(&file.path)?;
        drop(alone);
    }
    Ok(())
}
