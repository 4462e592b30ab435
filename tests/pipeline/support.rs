//! What these tests share.

use std::time::Duration;
use tracework::destinations::{Memory, MemoryHandle};
use tracework::prelude::*;
use tracing_subscriber::registry;

/// A pipeline into memory, and everything that is needed to look at it.
pub(crate) struct Bench {
    pub(crate) control: Control,
    pub(crate) memory: MemoryHandle,
}

impl Bench {
    /// One destination, `memory`, that takes every severity.
    pub(crate) fn new() -> Self {
        let control = Control::new();
        let memory = Memory::new(100_000);
        let handle = memory.handle();
        control.attach("memory", memory.level(Severity::TRACE)).expect("it attaches");
        Self { control, memory: handle }
    }

    /// Runs `work` with a [`DestinationLayer`] as the only layer, then has everything delivered.
    pub(crate) fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        let done =
            tracing::subscriber::with_default(registry().with(DestinationLayer::new(&self.control)), work);
        let report = self.control.flush(Duration::from_secs(10));
        assert_eq!((report.pending, report.lost), (0, 0), "everything is delivered");
        done
    }

    /// The messages delivered.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.memory.records().iter().map(|record| record.view().message().to_owned()).collect()
    }
}
