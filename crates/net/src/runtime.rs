//! The runtime of a destination.

use std::fmt;
use std::future::Future;
use std::time::Duration;
use tracework_core::Failure;

/// A runtime of one thread: that of the worker which drives the destination. Made when the destination is opened, never
/// before, since a destination may be made in a thread that has a runtime already.
///
/// Tasks that a library spawns (the two halves of a connection, a heartbeat) go on only while the worker is inside
/// [`Runtime::within`] or [`Runtime::breathe`]; a destination that has such tasks breathes at each
/// [tick](tracework_core::Destination::tick).
///
/// ```
/// use std::time::Duration;
/// use tracework_core::Failure;
/// use tracework_net::Runtime;
///
/// let runtime = Runtime::new()?;
/// let answer = runtime.within(Duration::from_secs(1), "asking", async { Ok::<_, Failure>(42) })?;
/// assert_eq!(answer, 42);
///
/// let never = std::future::pending::<Result<(), Failure>>();
/// let late = runtime.within(Duration::from_millis(5), "connecting to 192.0.2.7:514", never).unwrap_err();
/// assert_eq!(late.to_string(), "connecting to 192.0.2.7:514 took longer than 5 ms");
/// # Ok::<(), Failure>(())
/// ```
pub struct Runtime {
    /// `None` only while it is dropped.
    inner: Option<tokio::runtime::Runtime>,
}

impl Runtime {
    /// A runtime for the thread that calls.
    ///
    /// # Errors
    ///
    /// The system gives no more descriptors. It is tried again with the next delivery.
    pub fn new() -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let wrong = |error| Failure::temporary(format!("starting a runtime: {error}"));
        runtime.map(|runtime| Self { inner: Some(runtime) }).map_err(wrong)
    }

    /// Does `work`, which is `what`, within `limit`.
    ///
    /// # Errors
    ///
    /// Those of `work`, and a temporary one if it takes longer; the work is then dropped where it stands.
    pub fn within<T>(
        &self,
        limit: Duration,
        what: &str,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let done = self.wait(async { tokio::time::timeout(limit, work).await });
        done.unwrap_or_else(|_| Err(Failure::temporary(format!("{what} took longer than {}", Shown(limit)))))
    }

    /// Does `work`, however long it takes.
    ///
    /// # Panics
    ///
    /// Panics inside another runtime, where nothing may wait; a worker's thread has none.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        match &self.inner {
            Some(runtime) => runtime.block_on(work),
            None => unreachable!("it is there until it is dropped"),
        }
    }

    /// Lets what was spawned go on for a moment: a connection notices that it was closed, a heartbeat is answered.
    pub fn breathe(&self) {
        // The timer must be made inside the runtime.
        self.wait(async { tokio::time::sleep(Duration::from_millis(1)).await });
    }
}

impl Drop for Runtime {
    /// Waits for nothing: a name that is being looked up, which nobody can stop, would hold up whoever closes. So it may
    /// be dropped inside another runtime too.
    fn drop(&mut self) {
        if let Some(runtime) = self.inner.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime")
    }
}

/// A duration as one would say it.
struct Shown(Duration);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_millis() {
            0 if self.0.as_secs() > 0 => write!(f, "{} s", self.0.as_secs()),
            _ => write!(f, "{} ms", self.0.as_millis()),
        }
    }
}
