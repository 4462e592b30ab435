//! Catching what a test logs.

use crate::{DestinationLayer, MetadataLayer};
use std::future::Future;
use std::ops::Deref;
use std::thread::JoinHandle;
use std::time::Duration;
use tracework_core::{Attach as _, OwnedRecord, Severity};
use tracework_engine::{Clock, Control};
use tracework_testkit::{ManualClock, Recording};
use tracing::dispatcher::{self, DefaultGuard, Dispatch};
use tracing::instrument::{WithDispatch, WithSubscriber as _};
use tracing_subscriber::layer::SubscriberExt as _;

/// How long everything that was logged is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Catches what this thread logs from now on, until what is returned is dropped. See the [module's page](super).
#[must_use = "it catches until it is dropped"]
pub fn capture() -> Captured {
    Capture::new().into_captured()
}

/// Catches what is logged on the threads and in the tasks that take it along. Clones are the same capture.
#[derive(Clone, Debug)]
pub struct Capture {
    pub(super) recording: Recording,
    control: Control,
    stack: Dispatch,
}

/// A [`Capture`] that the thread which began it is in. It is dropped on that thread.
#[derive(Debug)]
pub struct Captured {
    capture: Capture,
    _entered: Entered,
}

/// Says that a thread is in a capture, until it is dropped.
#[derive(Debug)]
#[must_use = "the thread leaves the capture when it is dropped"]
pub struct Entered(#[expect(dead_code, reason = "it is kept for its end")] DefaultGuard);

impl Deref for Captured {
    type Target = Capture;

    fn deref(&self) -> &Capture {
        &self.capture
    }
}

impl Captured {
    /// The capture, for other threads and tasks.
    #[must_use]
    pub fn handle(&self) -> Capture {
        self.capture.clone()
    }
}

impl Default for Capture {
    fn default() -> Self {
        Self::new()
    }
}

impl Capture {
    /// A capture that no thread is in yet.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Control::new())
    }

    /// The same with a clock that the test moves: each record has the time that it shows.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tracework::test::{Capture, ManualClock};
    ///
    /// let clock = ManualClock::default();
    /// let capture = Capture::at(&clock);
    /// capture.run(|| {
    ///     tracing::info!("before");
    ///     clock.advance(Duration::from_secs(3600));
    ///     tracing::info!("after");
    /// });
    /// let times: Vec<_> = capture.records().iter().map(|record| record.view().time().0).collect();
    /// assert_eq!(times[1] - times[0], 3_600_000_000_000);
    /// ```
    ///
    /// # Panics
    ///
    /// If no thread can be started for it.
    #[must_use]
    pub fn at(clock: &ManualClock) -> Self {
        Self::of(Control::builder().clock(Clock::manual(clock.nanos())).build().expect("a pipeline starts"))
    }

    fn of(control: Control) -> Self {
        let recording = Recording::of_records();
        control.attach("captured", recording.clone().level(Severity::TRACE)).expect("nothing else is attached");
        let stack =
            tracing_subscriber::registry().with(MetadataLayer::new(&control)).with(DestinationLayer::new(&control));
        Self { recording, control, stack: stack.into() }
    }

    /// The pipeline's handle: what the program under test may be given as its `Control`.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Has this thread be in the capture until what is returned is dropped.
    pub fn enter(&self) -> Entered {
        // A test that captures does not mind that a scoped dispatcher slows every thread.
        Entered(dispatcher::set_default(&self.stack))
    }

    /// Enters it on this thread for as long as what is returned lives.
    #[must_use = "the thread leaves the capture when it is dropped"]
    pub fn into_captured(self) -> Captured {
        Captured { _entered: self.enter(), capture: self }
    }

    /// Runs `work` in the capture.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        dispatcher::with_default(&self.stack, work)
    }

    /// Starts a thread that is in the capture.
    pub fn spawn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        let capture = self.clone();
        std::thread::spawn(move || capture.run(work))
    }

    /// Has a future be in the capture wherever it is polled: `tokio::spawn(capture.wrap(work()))`.
    pub fn wrap<F: Future>(&self, future: F) -> WithDispatch<F> {
        future.with_subscriber(self.stack.clone())
    }

    /// Everything caught so far, the oldest first.
    ///
    /// # Panics
    ///
    /// If what was logged is not delivered within ten seconds.
    #[must_use]
    #[track_caller]
    pub fn records(&self) -> Vec<OwnedRecord> {
        self.settle();
        self.recording.records()
    }

    /// Forgets what was caught so far.
    ///
    /// # Panics
    ///
    /// As [`Capture::records`].
    #[track_caller]
    pub fn clear(&self) {
        self.settle();
        self.recording.clear();
    }

    /// Waits until everything that was logged before is caught.
    #[track_caller]
    fn settle(&self) {
        let report = self.control.flush(PATIENCE);
        assert!(report.is_complete(), "what was logged is not delivered after {PATIENCE:?}: {report:?}");
        assert_eq!(report.lost, 0, "records were lost on their way into the capture: {report:?}");
    }
}
