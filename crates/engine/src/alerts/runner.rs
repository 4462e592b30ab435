//! The thread of an action.

use crate::clock::after;
use crate::own::mark_own_thread;
use crate::selflog::{self, ACTION_THREAD, SelfLog, SelfLogSource};
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tracework_core::{Action, Description, Failure, FailureClass, OwnedRecord};

/// How many records may wait for an action; what is beyond is dropped and counted.
const WAITING: usize = 256;
/// The waits between attempts after a temporary failure. After the last one fails it is given up.
const WAITS: [Duration; 3] = [Duration::from_millis(250), Duration::from_secs(1), Duration::from_secs(4)];

/// How an action is. What came in is done, failed, dropped or pending.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ActionHealth {
    /// Records that it was to run for.
    pub accepted: u64,
    /// Records that it ran for.
    pub done: u64,
    /// Records that it failed for, for good.
    pub failed: u64,
    /// Records that it did not run for, since 256 others waited, or since the program ended.
    pub dropped: u64,
    /// Records that wait, or that it runs for now.
    pub pending: u64,
    /// Attempts after the first.
    pub retried: u64,
}

/// An action and its thread.
pub(crate) struct ActionHandle {
    inside: Arc<Inside>,
    /// What the config says of it, if a config named it; and what it says of itself.
    said: Option<(String, Option<Description>)>,
}

struct Inside {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<OwnedRecord>,
    busy: bool,
    ended: bool,
    health: ActionHealth,
}

impl fmt::Debug for ActionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ActionHandle").field(&self.health()).finish()
    }
}

impl ActionHandle {
    /// Starts the thread of an action.
    pub(crate) fn spawn(
        name: &str,
        mut action: Box<dyn Action>,
        log: Arc<SelfLog>,
        said: Option<(String, Option<Description>)>,
    ) -> std::io::Result<Arc<Self>> {
        let inside = Arc::new(Inside { state: Mutex::default(), news: Condvar::new() });
        let (theirs, own) = (Arc::clone(&inside), name.to_owned());
        std::thread::Builder::new().name(format!("{ACTION_THREAD}{name}")).spawn(move || {
            mark_own_thread();
            selflog::install(log);
            theirs.run(&own, &mut *action);
        })?;
        Ok(Arc::new(Self { inside, said }))
    }

    /// What the config says of it, if a config named it.
    pub(crate) fn source(&self) -> Option<&String> {
        self.said.as_ref().map(|(source, _)| source)
    }

    /// What a config says to make it once more.
    pub(crate) fn described(&self) -> Option<&Description> {
        self.said.as_ref()?.1.as_ref()
    }

    /// Has it run for `record`.
    pub(crate) fn push(&self, record: OwnedRecord) {
        let mut state = self.inside.lock();
        state.health.accepted += 1;
        if state.queue.len() >= WAITING || state.ended {
            state.health.dropped += 1;
            return;
        }
        state.queue.push_back(record);
        drop(state);
        self.inside.news.notify_all();
    }

    /// How it is.
    pub(crate) fn health(&self) -> ActionHealth {
        let state = self.inside.lock();
        ActionHealth { pending: state.queue.len() as u64 + u64::from(state.busy), ..state.health.clone() }
    }

    /// Waits until nothing waits any more, until `deadline`; `false` if something does.
    pub(crate) fn settle(&self, deadline: Instant) -> bool {
        let mut state = self.inside.lock();
        while state.busy || !state.queue.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.inside.news.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Ends it: what waits is dropped.
    pub(crate) fn end(&self) {
        let mut state = self.inside.lock();
        state.ended = true;
        let waiting = state.queue.len() as u64;
        state.queue.clear();
        state.health.dropped += waiting;
        drop(state);
        self.inside.news.notify_all();
    }
}

impl Drop for ActionHandle {
    /// What waits is still run for, without second attempts.
    fn drop(&mut self) {
        self.inside.lock().ended = true;
        self.inside.news.notify_all();
    }
}

impl Inside {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, name: &str, action: &mut dyn Action) {
        loop {
            let mut state = self.lock();
            let record = loop {
                if let Some(record) = state.queue.pop_front() {
                    break record;
                }
                if state.ended {
                    return;
                }
                state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            state.busy = true;
            drop(state);
            let done = self.attempts(name, action, &record);
            drop(record);
            let mut state = self.lock();
            state.busy = false;
            if done {
                state.health.done += 1;
            } else {
                state.health.failed += 1;
            }
            drop(state);
            self.news.notify_all();
        }
    }

    /// Runs the action until it succeeds or there is no more hope.
    fn attempts(&self, name: &str, action: &mut dyn Action, record: &OwnedRecord) -> bool {
        for wait in WAITS.into_iter().map(Some).chain([None]) {
            let again = match catch_unwind(AssertUnwindSafe(|| action.run(&record.view()))) {
                Ok(Ok(())) => return true,
                Ok(Err(failure)) => {
                    selflog::note(SelfLogSource::Action(name.to_owned()), &failure.to_string());
                    is_temporary(&failure)
                }
                Err(_) => {
                    selflog::note(SelfLogSource::Action(name.to_owned()), "the action panicked");
                    false
                }
            };
            let Some(wait) = wait.filter(|_| again) else { return false };
            if !self.wait(wait) {
                return false;
            }
            self.lock().health.retried += 1;
        }
        false
    }

    /// Waits, unless it is to end; `false` then.
    fn wait(&self, time: Duration) -> bool {
        let (until, mut state) = (after(time), self.lock());
        while !state.ended {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            state = self.news.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }
}

fn is_temporary(failure: &Failure) -> bool {
    failure.class() == FailureClass::Temporary
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use tracework_core::{Draft, Head, Kind, Limits, Page, Record, Severity, Timestamp};

    struct Does<F>(F);
    impl<F: FnMut() -> Result<(), Failure> + Send + 'static> Action for Does<F> {
        fn run(&mut self, _: &Record<'_>) -> Result<(), Failure> {
            (self.0)()
        }
    }

    fn record() -> OwnedRecord {
        let mut draft = Draft::new(Limits::default());
        let severity = Severity::ERROR;
        draft.begin(Head { time: Timestamp(0), severity, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
        let mut page = Page::default();
        let pick = page.push(&draft, None);
        OwnedRecord::from(&page.record(pick))
    }

    fn spawn(work: impl FnMut() -> Result<(), Failure> + Send + 'static) -> (Arc<ActionHandle>, Arc<SelfLog>) {
        let log = SelfLog::new(|| Timestamp(0));
        (ActionHandle::spawn("test", Box::new(Does(work)), Arc::clone(&log), None).expect("a thread"), log)
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    #[test]
    fn a_temporary_failure_is_tried_again_and_a_permanent_one_is_not() {
        let mut left = 1;
        let (action, _) = spawn(move || {
            left -= 1;
            if left >= 0 { Err(Failure::temporary("busy")) } else { Ok(()) }
        });
        action.push(record());
        assert!(action.settle(soon()));
        let expected = ActionHealth { accepted: 1, done: 1, retried: 1, ..ActionHealth::default() };
        assert_eq!(action.health(), expected);
        let (action, log) = spawn(|| Err(Failure::permanent("no such number")));
        action.push(record());
        assert!(action.settle(soon()));
        assert_eq!((action.health().failed, action.health().retried), (1, 0));
        assert_eq!(log.newest(1)[0].message, "no such number");
    }

    #[test]
    fn the_queue_is_bounded_and_every_record_is_counted() {
        let (go, wait) = mpsc::channel::<()>();
        let (action, _) = spawn(move || {
            _ = wait.recv();
            Ok(())
        });
        for _ in 0..WAITING + 10 {
            action.push(record());
        }
        assert!((9..=10).contains(&action.health().dropped));
        drop(go);
        assert!(action.settle(soon()));
        let health = action.health();
        assert_eq!(health.accepted, health.done + health.failed + health.dropped + health.pending);
    }

    #[test]
    fn an_action_that_panics_runs_again() {
        let mut first = true;
        let (action, log) = spawn(move || {
            assert!(!std::mem::take(&mut first), "a fault of the action");
            Ok(())
        });
        action.push(record());
        action.push(record());
        assert!(action.settle(soon()));
        assert_eq!((action.health().done, action.health().failed), (1, 1));
        assert_eq!(log.newest(1)[0].message, "the action panicked");
    }
}
