//! What these tests share.

use std::error::Error;
use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tracework::core::OwnedRecord;
use tracework::destinations::{Memory, MemoryHandle};
use tracework::prelude::*;
use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::registry;

/// A pipeline into memory, and everything that is needed to look at it.
pub(crate) struct Bench {
    pub(crate) control: Control,
    pub(crate) memory: MemoryHandle,
}

impl Bench {
    /// One destination, `memory`, that takes every severity.
    pub(crate) fn new() -> Self {
        Self::of(Control::new())
    }

    /// The same for a handle that was made already.
    pub(crate) fn of(control: Control) -> Self {
        let memory = memory(&control, "memory", Severity::TRACE);
        Self { control, memory }
    }

    /// One more destination in memory.
    pub(crate) fn also(&self, name: &str, least: Severity) -> MemoryHandle {
        memory(&self.control, name, least)
    }

    /// Runs `work` with a [`DestinationLayer`] as the only layer, then has everything delivered.
    pub(crate) fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        self.run_in(registry().with(DestinationLayer::new(&self.control)), work)
    }

    /// Runs `work` with this stack, then has everything delivered.
    pub(crate) fn run_in<T>(&self, subscriber: impl Subscriber + Send + Sync + 'static, work: impl FnOnce() -> T) -> T {
        let done = tracing::subscriber::with_default(subscriber, work);
        self.settle();
        done
    }

    /// Runs `work` as [`Bench::run`] does, without having it delivered.
    pub(crate) fn run_unsettled<T>(&self, work: impl FnOnce() -> T) -> T {
        tracing::subscriber::with_default(registry().with(DestinationLayer::new(&self.control)), work)
    }

    /// Runs `work` beside a plain `fmt` layer; gives what that wrote.
    pub(crate) fn beside_fmt(&self, work: impl FnOnce()) -> String {
        let text = SharedText::default();
        let fmt = tracing_subscriber::fmt::layer().with_ansi(false).without_time().with_writer(text.clone());
        self.run_in(registry().with(fmt).with(DestinationLayer::new(&self.control)), work);
        text.get()
    }

    /// Has a span ask for every level. Of the first that does, the engine tells `tracing` a moment later: by then the
    /// callsites are awake.
    pub(crate) fn wake_callsites(&self) {
        tracing::info_span!("wake", log.level = "trace").in_scope(|| ());
        self.settle();
    }

    /// Has everything delivered.
    pub(crate) fn settle(&self) {
        let report = self.control.flush(Duration::from_secs(10));
        assert_eq!((report.pending, report.lost), (0, 0), "everything is delivered");
    }

    /// The only record delivered.
    pub(crate) fn only(&self) -> OwnedRecord {
        let mut records = self.memory.records();
        assert_eq!(records.len(), 1, "one record: {records:?}");
        records.remove(0)
    }

    /// The messages delivered.
    pub(crate) fn messages(&self) -> Vec<String> {
        messages(&self.memory)
    }
}

/// Attaches a destination in memory.
pub(crate) fn memory(control: &Control, name: &str, least: Severity) -> MemoryHandle {
    let memory = Memory::new(200_000);
    let handle = memory.handle();
    control.attach(name, memory.level(least)).expect("it attaches");
    handle
}

/// The messages in a memory.
pub(crate) fn messages(memory: &MemoryHandle) -> Vec<String> {
    memory.records().iter().map(|record| record.view().message().to_owned()).collect()
}

/// A text that many can write to, and that is read afterwards.
#[derive(Clone, Default)]
pub(crate) struct SharedText(Arc<Mutex<Vec<u8>>>);

impl SharedText {
    pub(crate) fn get(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for SharedText {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for SharedText {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// An error with a chain of causes.
#[derive(Debug)]
pub(crate) struct Chain {
    message: &'static str,
    cause: Option<Box<Chain>>,
}

impl Chain {
    /// The first is the error itself, the others are its causes, the nearest first.
    pub(crate) fn of(messages: &[&'static str]) -> Self {
        let (first, rest) = messages.split_first().expect("an error says something");
        Self { message: first, cause: (!rest.is_empty()).then(|| Box::new(Self::of(rest))) }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl Error for Chain {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// Parses a rule.
pub(crate) fn rule(text: &str) -> tracework::rules::Rule {
    text.parse().expect("a rule")
}

/// Becomes `condition` true within a few seconds?
pub(crate) fn soon(condition: impl Fn() -> bool) -> bool {
    (0..500).any(|_| {
        let holds = condition();
        if !holds {
            std::thread::sleep(Duration::from_millis(10));
        }
        holds
    })
}
