//! Telling the program of failures, on a thread of its own.

use super::output::Output;
use super::{SelfLogEntry, SelfLogOutput, SelfLogSource};
use crate::own::mark_own_thread;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tracework_core::{FailureClass, Timestamp};

/// How many things may wait to be told; more are counted and passed over.
const WAITING: usize = 1_024;

/// A call of a destination that failed, as [`Control::on_failure`](crate::Control::on_failure) tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailureReport {
    /// What it says.
    pub message: String,
    /// Will it help to try again?
    pub class: FailureClass,
    /// Did the destination panic?
    pub panicked: bool,
    /// When it was.
    pub at: Timestamp,
}

/// What the handlers of failures missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Failures that were told.
    pub told: u64,
    /// Failures that could not be told, since 1,024 others waited.
    pub missed: u64,
}

type Handler = Box<dyn Fn(&str, &FailureReport) + Send>;

/// Tells handlers and outputs, on one thread that starts with the first of them.
#[derive(Default)]
pub(crate) struct Notifier {
    inside: Arc<Inside>,
}

#[derive(Default)]
struct Inside {
    /// Is anybody to be told?
    listens: AtomicBool,
    waiting: Mutex<Waiting>,
    news: Condvar,
    told: AtomicU64,
    missed: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    queue: VecDeque<News>,
    handlers: Vec<Handler>,
    /// Is there a handler? While they run, they are not in `handlers`.
    handles: bool,
    output: Option<Output>,
    /// Does the output write anywhere? While it writes, it is not in `output`.
    writes: bool,
    running: bool,
    /// Something was taken out and is being told.
    busy: bool,
    ended: bool,
}

enum News {
    Entry(SelfLogEntry),
    Failure(String, FailureReport),
}

impl Notifier {
    /// Has `handler` told of every failed call of a destination.
    pub(crate) fn on_failure(&self, handler: Handler) -> std::io::Result<()> {
        let mut waiting = self.inside.lock();
        self.start(&mut waiting)?;
        waiting.handlers.push(handler);
        waiting.handles = true;
        self.inside.listens.store(true, Ordering::Release);
        Ok(())
    }

    /// Has the entries of the self-log written elsewhere too. The thread comes with the first of them: where nothing goes
    /// wrong there is none.
    pub(crate) fn set_output(&self, output: SelfLogOutput) {
        let mut waiting = self.inside.lock();
        waiting.writes = output != SelfLogOutput::default();
        waiting.output = Some(Output::new(output));
        self.inside.listens.store(true, Ordering::Release);
    }

    fn start(&self, waiting: &mut Waiting) -> std::io::Result<()> {
        if !waiting.running {
            let inside = Arc::clone(&self.inside);
            std::thread::Builder::new().name("tracework-notify".into()).spawn(move || {
                mark_own_thread();
                inside.run();
            })?;
            waiting.running = true;
        }
        Ok(())
    }

    /// Tells of an entry of the self-log.
    pub(crate) fn tell(&self, entry: &SelfLogEntry) {
        if !self.inside.listens.load(Ordering::Acquire) {
            return;
        }
        let mut waiting = self.inside.lock();
        // Without a thread there is nobody who could write it; it is in memory.
        let heard = waiting.writes && self.start(&mut waiting).is_ok();
        drop(waiting);
        if heard {
            self.inside.push(|_| Some(News::Entry(entry.clone())));
        }
    }

    /// Tells of a failed call of the destination `name`.
    pub(crate) fn failed(&self, name: &str, report: impl FnOnce() -> FailureReport) {
        if self.inside.listens.load(Ordering::Acquire) {
            self.inside.push(|waiting| waiting.handles.then(|| News::Failure(name.to_owned(), report())));
        }
    }

    /// What was told so far, and missed.
    pub(crate) fn failures(&self) -> Failures {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Failures { told: read(&self.inside.told), missed: read(&self.inside.missed) }
    }

    /// Waits until everything was told, until `deadline`.
    pub(crate) fn settle(&self, deadline: std::time::Instant) {
        let mut waiting = self.inside.lock();
        while waiting.running && (waiting.busy || !waiting.queue.is_empty()) {
            let left = deadline.saturating_duration_since(std::time::Instant::now());
            if left.is_zero() {
                return;
            }
            waiting = self.inside.news.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        self.inside.lock().ended = true;
        self.inside.news.notify_all();
    }
}

impl Inside {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, news: impl FnOnce(&Waiting) -> Option<News>) {
        let mut waiting = self.lock();
        let Some(news) = news(&waiting) else { return };
        if waiting.queue.len() >= WAITING {
            self.missed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.queue.push_back(news);
        drop(waiting);
        self.news.notify_all();
    }

    /// The loop of the thread. Handlers and the output are taken out while they run, so that a handler that asks for
    /// more, or hangs, holds no lock.
    fn run(&self) {
        loop {
            let mut waiting = self.lock();
            let news = loop {
                if let Some(news) = waiting.queue.pop_front() {
                    break news;
                }
                if waiting.ended {
                    return;
                }
                waiting = self.news.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            };
            waiting.busy = true;
            let (handlers, mut output) = (std::mem::take(&mut waiting.handlers), waiting.output.take());
            drop(waiting);
            match &news {
                News::Entry(entry) => {
                    if let Some(output) = &mut output {
                        output.write(entry);
                    }
                }
                News::Failure(name, report) => self.tell_handlers(&handlers, name, report),
            }
            let mut waiting = self.lock();
            let added = std::mem::replace(&mut waiting.handlers, handlers);
            waiting.handlers.extend(added);
            waiting.output = waiting.output.take().or(output);
            waiting.busy = false;
            drop(waiting);
            self.news.notify_all();
        }
    }

    fn tell_handlers(&self, handlers: &[Handler], name: &str, report: &FailureReport) {
        for handler in handlers {
            // A handler that panics is called again with the next failure.
            if catch_unwind(AssertUnwindSafe(|| handler(name, report))).is_err() {
                super::note(SelfLogSource::Handler, "a handler of failures panicked");
            }
        }
        self.told.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    fn report() -> FailureReport {
        let class = FailureClass::Temporary;
        FailureReport { message: "no space".into(), class, panicked: false, at: Timestamp(1) }
    }

    #[test]
    fn a_handler_that_hangs_holds_up_nobody_and_misses_are_counted() {
        let notifier = Notifier::default();
        let (go, wait) = mpsc::channel::<()>();
        let handler = move |_: &str, _: &FailureReport| _ = wait.recv();
        notifier.on_failure(Box::new(handler)).expect("a thread");
        notifier.failed("app", report);
        while !notifier.inside.lock().queue.is_empty() {
            std::thread::yield_now();
        }
        // The handler runs, and hangs.
        for _ in 1..WAITING + 11 {
            notifier.failed("app", report);
        }
        assert_eq!(notifier.failures(), Failures { told: 0, missed: 10 });
        drop(go);
        notifier.settle(Instant::now() + Duration::from_secs(10));
        let Failures { told, missed } = notifier.failures();
        assert_eq!(told + missed, WAITING as u64 + 11);
    }

    #[test]
    fn a_handler_that_panics_is_called_again() {
        let notifier = Notifier::default();
        let (heard, hears) = mpsc::channel();
        let handler = move |name: &str, report: &FailureReport| {
            heard.send((name.to_owned(), report.clone())).expect("it listens");
            panic!("a fault in the handler");
        };
        notifier.on_failure(Box::new(handler)).expect("a thread");
        notifier.failed("app", report);
        notifier.failed("web", report);
        let names: Vec<_> =
            (0..2).map(|_| hears.recv_timeout(Duration::from_secs(10)).expect("it is told").0).collect();
        assert_eq!(names, ["app", "web"]);
    }
}
