//! What goes wrong in tracework itself, kept apart from what the program logs.
//!
//! The self-log is a bounded list in memory. It never goes through the pipeline, so nothing in it can come back: not
//! into the user's destinations, and not into itself. Threads of tracework's own know theirs through [`install`].

mod notifier;
mod output;

pub use notifier::{FailureReport, Failures};
pub use output::SelfLogOutput;

use notifier::Notifier;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracework_core::Timestamp;

/// How many entries are kept; the oldest go first.
pub const SELF_LOG_ENTRIES: usize = 256;

/// Bytes of one message; what is longer is cut.
const MESSAGE: usize = 2 << 10;

/// Which part of tracework an entry of the self-log comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelfLogSource {
    /// The destination of this name, or its worker.
    Destination(String),
    /// An enricher.
    Enricher(String),
    /// A filter of the whole pipeline.
    Filter(String),
    /// An action that an alert runs.
    Action(String),
    /// A layer of someone else's, in a slot.
    Layer(String),
    /// A handler of the program's: for caught errors, for failures.
    Handler,
    /// A config that was refused, or that has something which should be known.
    Config,
    /// The engine itself, or a part that has no name.
    Engine,
}

impl fmt::Display for SelfLogSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Destination(name) => write!(f, "destination {name}"),
            Self::Enricher(name) => write!(f, "enricher {name}"),
            Self::Filter(name) => write!(f, "filter {name}"),
            Self::Action(name) => write!(f, "action {name}"),
            Self::Layer(name) => write!(f, "layer {name}"),
            Self::Handler => f.write_str("handler"),
            Self::Config => f.write_str("config"),
            Self::Engine => f.write_str("engine"),
        }
    }
}

impl Serialize for SelfLogSource {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// One entry of the self-log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SelfLogEntry {
    /// Where it comes from.
    pub source: SelfLogSource,
    /// What it says; at most 2 KiB.
    pub message: String,
    /// How often it came. What comes again before anything else of its source does is counted, not listed again.
    pub count: u64,
    /// When it came first. Serialised as nanoseconds since 1970.
    #[serde(rename = "first_unix_nanos", serialize_with = "nanos")]
    pub first: Timestamp,
    /// When it came last. Serialised as nanoseconds since 1970.
    #[serde(rename = "last_unix_nanos", serialize_with = "nanos")]
    pub last: Timestamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over the field as it is")]
fn nanos<S: serde::Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    time.0.serialize(to)
}

/// Tells the time.
type Time = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// The self-log of one pipeline.
pub(crate) struct SelfLog {
    time: Time,
    kept: Mutex<Kept>,
    pub(crate) notifier: Notifier,
}

#[derive(Default)]
struct Kept {
    entries: VecDeque<SelfLogEntry>,
    total: u64,
}

impl fmt::Debug for SelfLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SelfLog").field("total", &self.total()).finish_non_exhaustive()
    }
}

impl SelfLog {
    pub(crate) fn new(time: impl Fn() -> Timestamp + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { time: Box::new(time), kept: Mutex::default(), notifier: Notifier::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what went wrong.
    pub(crate) fn note(&self, source: SelfLogSource, message: &str) {
        let now = (self.time)();
        let message = &message[..message.floor_char_boundary(MESSAGE)];
        let mut kept = self.lock();
        kept.total += 1;
        let latest = kept.entries.iter_mut().rev().find(|entry| entry.source == source);
        if let Some(same) = latest.filter(|entry| entry.message == message) {
            (same.count, same.last) = (same.count + 1, now);
            return;
        }
        let entry = SelfLogEntry { source, message: message.to_owned(), count: 1, first: now, last: now };
        if kept.entries.len() == SELF_LOG_ENTRIES {
            kept.entries.pop_front();
        }
        kept.entries.push_back(entry.clone());
        drop(kept);
        self.notifier.tell(&entry);
    }

    /// The newest `most` entries, the oldest of them first.
    pub(crate) fn newest(&self, most: usize) -> Vec<SelfLogEntry> {
        let kept = self.lock();
        kept.entries.iter().skip(kept.entries.len().saturating_sub(most)).cloned().collect()
    }

    /// How many were noted in all.
    pub(crate) fn total(&self) -> u64 {
        self.lock().total
    }
}

thread_local! {
    /// The self-log of the pipeline that this thread of ours works for.
    static OWN: RefCell<Option<Arc<SelfLog>>> = const { RefCell::new(None) };
}

/// Says which pipeline this thread of tracework's own works for.
pub(crate) fn install(log: Arc<SelfLog>) {
    OWN.set(Some(log));
}

/// The self-log of this thread, if it is one of tracework's own.
pub(crate) fn own() -> Option<Arc<SelfLog>> {
    OWN.try_with(|own| own.try_borrow().ok().and_then(|own| own.clone())).ok().flatten()
}

/// Notes what went wrong on a thread of tracework's own; on another thread there is no self-log to note it in.
pub(crate) fn note(source: SelfLogSource, message: &str) {
    if let Some(log) = own() {
        log.note(source, message);
    }
}

/// How the names of threads begin that run actions.
pub(crate) const ACTION_THREAD: &str = "tracework-action-";

/// Notes a panic on a thread of tracework's own. For the panic hook.
pub fn note_own_panic(message: &str) {
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    let source = match (name.strip_prefix(ACTION_THREAD), name.strip_prefix("tracework-")) {
        (Some(name), _) => SelfLogSource::Action(name.to_owned()),
        (None, Some(name)) => SelfLogSource::Destination(name.strip_suffix("-spool").unwrap_or(name).to_owned()),
        (None, None) => SelfLogSource::Engine,
    };
    note(source, message);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    fn log() -> Arc<SelfLog> {
        let time = AtomicI64::new(0);
        SelfLog::new(move || Timestamp(time.fetch_add(1, Ordering::Relaxed)))
    }

    #[test]
    fn what_comes_again_is_counted() {
        let log = log();
        for _ in 0..3 {
            log.note(SelfLogSource::Engine, "stuck");
        }
        log.note(SelfLogSource::Config, "wrong");
        log.note(SelfLogSource::Engine, "stuck");
        let entries = log.newest(10);
        assert_eq!(entries.len(), 2);
        assert_eq!((entries[0].count, entries[0].first, entries[0].last), (4, Timestamp(0), Timestamp(4)));
        assert_eq!(log.total(), 5);
    }

    #[test]
    fn it_is_bounded() {
        let log = log();
        for number in 0..1_000 {
            log.note(SelfLogSource::Engine, &format!("{number} {}", "x".repeat(10_000)));
        }
        let entries = log.newest(usize::MAX);
        assert_eq!(entries.len(), SELF_LOG_ENTRIES);
        assert!(entries.iter().all(|entry| entry.message.len() <= MESSAGE));
        assert!(entries.last().is_some_and(|entry| entry.message.starts_with("999 ")));
        assert_eq!(log.total(), 1_000);
    }

    #[test]
    fn a_thread_that_is_not_ours_notes_nothing() {
        note(SelfLogSource::Engine, "nobody hears it");
        assert!(own().is_none());
    }
}
