//! Where records go.

use crate::{Batch, BatchSettings, Description, Failure, Format, Mistake};
use std::path::PathBuf;

/// What a destination wants to be handed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// The records encoded by its format, and the records.
    Bytes,
    /// The records alone; its format is not used.
    Records,
}

/// What an operator asks a destination to do, beside taking records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Close and open again what it writes to, as after logrotate's rename.
    Reopen,
    /// Start a new file now.
    Rotate,
}

/// Marks a thread as tracework's own, so that whatever is logged on it is ignored.
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
/// use tracework_core::OwnThread;
///
/// static MARKED: AtomicBool = AtomicBool::new(false);
/// OwnThread::marked_by(|| MARKED.store(true, Ordering::Relaxed)).mark();
/// assert!(MARKED.load(Ordering::Relaxed));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OwnThread(fn());

impl OwnThread {
    /// `mark` marks the thread that it is called on.
    #[must_use]
    pub const fn marked_by(mark: fn()) -> Self {
        Self(mark)
    }

    /// Marks the thread that calls.
    pub fn mark(self) {
        (self.0)();
    }
}

/// Where records go: a file, a console, a server.
///
/// A worker thread owns it and makes every call; records come in order, and no call comes from two threads at once.
/// A destination may wait as long as it must in [`Destination::deliver`]: it holds up nobody but itself. Whatever it
/// logs through `tracing` from that thread is ignored.
pub trait Destination: Send + 'static {
    /// What it is, in one word: `file`, `console`, `http`.
    fn name(&self) -> &'static str;

    /// What is set for it that cannot be, so that nothing would ever be delivered. Asked before it is attached, which then
    /// fails and says so; nothing is opened for it, and nobody is asked.
    fn mistake(&self) -> Option<Mistake> {
        None
    }

    /// Makes ready: opens the file, connects. Called before the first delivery, and again after it failed. It may do
    /// nothing, and leave it to the first delivery.
    ///
    /// # Errors
    ///
    /// A failure to open is a failure to deliver: it is tried again, and the failover takes over.
    fn open(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Delivers a batch, whole and in order.
    ///
    /// # Errors
    ///
    /// A [`Failure`] says whether it helps to try again and how many records from the start were delivered; those are
    /// not handed over again.
    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure>;

    /// How many batches it can take at once; [`Destination::deliver_several`] then gets up to so many.
    fn concurrency(&self) -> usize {
        1
    }

    /// Delivers several batches, of which any may arrive before any other. Answers in their order; batches for which
    /// there is no answer were not tried.
    ///
    /// Asked only of a destination whose [`concurrency`](Destination::concurrency) is above 1, and then with as many
    /// as have shown to be good for it. By itself it delivers them one after the other, up to the first that fails.
    fn deliver_several(&mut self, batches: &[Batch<'_>]) -> Vec<Result<(), Failure>> {
        let mut answers = Vec::with_capacity(batches.len());
        for batch in batches {
            answers.push(self.deliver(batch));
            if answers.last().is_some_and(Result::is_err) {
                break;
            }
        }
        answers
    }

    /// Brings what was delivered as far as it promises: out of its own buffers.
    ///
    /// # Errors
    ///
    /// As [`Destination::deliver`]; it is called again with the next flush.
    fn flush(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Housekeeping, called when it is idle and at least every second: a rotation by time, a file that was moved away.
    ///
    /// # Errors
    ///
    /// A failure shows in the destination's health.
    fn tick(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// What it did by itself since the last call and an operator should be able to look up: what retention deleted. Asked
    /// after each tick; it is noted in tracework's own log, never in the pipeline.
    fn notice(&mut self) -> Option<String> {
        None
    }

    /// Does what an operator asks; a destination that knows no such thing does nothing.
    ///
    /// # Errors
    ///
    /// A failure shows in the destination's health.
    fn command(&mut self, command: Command) -> Result<(), Failure> {
        let _ = command;
        Ok(())
    }

    /// Flushes and closes. No call comes after it.
    ///
    /// # Errors
    ///
    /// A failure shows in the report of the shutdown.
    fn close(&mut self) -> Result<(), Failure> {
        self.flush()
    }

    /// What it wants to be handed.
    fn wants(&self) -> Wants {
        Wants::Bytes
    }

    /// The file that it alone should write to, if there is one: what takes its place there, after a change of the
    /// config, is opened only when this one is closed.
    fn writes_to(&self) -> Option<PathBuf> {
        None
    }

    /// Told which format its bytes come in, before it is opened and whenever that changes: a file begins with the
    /// format's [header](Format::header).
    fn takes(&mut self, format: &dyn Format) {
        let _ = format;
    }

    /// Told once, before anything else, how to mark a thread as tracework's own. The worker's thread is marked already; a
    /// destination whose library starts threads that log has each of them marked, or what they log would come back to it.
    fn own_threads(&mut self, own: OwnThread) {
        let _ = own;
    }

    /// What a config says to make it once more, so that the running plan can be written down. `None` if it cannot be
    /// said; it is then left out, and that is told.
    ///
    /// ```
    /// use tracework_core::{Batch, Description, Destination, Failure};
    ///
    /// struct Pager { number: String }
    /// impl Destination for Pager {
    ///     fn name(&self) -> &'static str { "pager" }
    ///     fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> { Ok(()) }
    ///     fn as_config(&self) -> Option<Description> {
    ///         Some(Description::new("pager").with("number", self.number.as_str()))
    ///     }
    /// }
    /// ```
    fn as_config(&self) -> Option<Description> {
        None
    }

    /// How records are put together for it when nobody says: larger batches for one whose deliveries each take a while
    /// that does not depend on what they hold.
    fn usual_batch(&self) -> BatchSettings {
        BatchSettings::default()
    }

    /// The format it takes when none is set for it.
    fn usual_format(&self) -> Option<Box<dyn Format>> {
        None
    }
}
