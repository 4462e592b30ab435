//! Waiting without holding up the thread.

use super::Capture;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use tracework_core::OwnedRecord;

/// What a thread comes to, and who waits for it.
#[derive(Default)]
struct Shared {
    done: Option<thread::Result<OwnedRecord>>,
    waker: Option<Waker>,
}

/// A record that is waited for on a thread of its own.
struct Waiting(Arc<Mutex<Shared>>);

impl Future for Waiting {
    type Output = OwnedRecord;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<OwnedRecord> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match shared.done.take() {
            Some(Ok(record)) => Poll::Ready(record),
            Some(Err(payload)) => resume_unwind(payload),
            None => {
                shared.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Capture {
    /// [`Capture::wait_for`] for async tests: the executor goes on meanwhile, so that what is under test can run on the
    /// same thread.
    ///
    /// # Panics
    ///
    /// When it is awaited, as [`Capture::wait_for`] does.
    pub fn wait_for_async(&self, rule: &str, timeout: Duration) -> impl Future<Output = OwnedRecord> + Send + 'static {
        let (capture, rule) = (self.clone(), rule.to_owned());
        let shared = Arc::new(Mutex::new(Shared::default()));
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            let done = catch_unwind(AssertUnwindSafe(|| capture.wait_for(&rule, timeout)));
            let mut shared = theirs.lock().unwrap_or_else(PoisonError::into_inner);
            shared.done = Some(done);
            if let Some(waker) = shared.waker.take() {
                waker.wake();
            }
        });
        Waiting(shared)
    }
}
