//! The thread of a database, and the way to it.
//!
//! What is asked of it is done in order. The worker need not wait for an answer before it asks for more, so while rows are
//! inserted the next are made.

use super::database::Database;
use crate::failure::Trouble;
use rusqlite::InterruptHandle;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;
use tokio::sync::oneshot;
use tracework_core::OwnThread;

/// The name of the thread, which a system may show.
const NAME: &str = "tracework-sqlite";

/// Something to be done on the thread.
type Work = Box<dyn FnOnce(&mut Database) + Send>;

/// Does nobody wait for the thread any more?
#[derive(Clone, Default)]
pub(super) struct GivenUp(Arc<AtomicBool>);

impl GivenUp {
    /// Is there still somebody to go on for?
    pub(super) fn check(&self) -> Result<(), Trouble> {
        if self.0.load(Ordering::Relaxed) { Err(Trouble::Lost("it took too long".to_owned())) } else { Ok(()) }
    }
}

/// The way to the thread. When it is dropped, what the thread does is broken off and taken back.
pub(super) struct Link {
    /// Before `work`: a thread that has nothing left to do closes the file, and could not be broken off.
    breaker: Breaker,
    work: Sender<Work>,
    closed: oneshot::Receiver<Result<(), Trouble>>,
    thread: JoinHandle<()>,
}

/// Breaks off what the thread does when it is dropped.
struct Breaker {
    given_up: GivenUp,
    /// `None` once nothing is to be broken off.
    interrupt: Option<InterruptHandle>,
}

impl Drop for Breaker {
    fn drop(&mut self) {
        if let Some(interrupt) = &self.interrupt {
            self.given_up.0.store(true, Ordering::Relaxed);
            interrupt.interrupt();
        }
    }
}

/// An answer of the thread, to be waited for.
pub(super) struct Answer<T>(oneshot::Receiver<T>);

impl<T> Answer<T> {
    /// Waits for it. If the thread is gone, so is the connection.
    pub(super) async fn get(self) -> Result<T, Trouble> {
        self.0.await.map_err(|_| gone())
    }
}

fn gone() -> Trouble {
    Trouble::Lost("its thread is gone".to_owned())
}

impl Link {
    /// Opens a file that is there, on a thread of its own, which is marked by `own`.
    pub(super) async fn open(path: PathBuf, busy: Duration, own: Option<OwnThread>) -> Result<Self, Trouble> {
        let ((work, to_do), (tell, opened), (tell_closed, closed)) =
            (channel(), oneshot::channel(), oneshot::channel());
        let given_up = GivenUp::default();
        let theirs = given_up.clone();
        let thread = Builder::new().name(NAME.to_owned()).spawn(move || {
            if let Some(own) = own {
                own.mark();
            }
            let opened = Database::open(&path, busy, theirs.clone());
            let (database, told) = match opened {
                Ok(database) => {
                    let interrupt = database.interrupt();
                    (Some(database), tell.send(Ok(interrupt)))
                }
                Err(trouble) => (None, tell.send(Err(trouble))),
            };
            if let (Some(database), Ok(())) = (database, told) {
                // Nobody may want to know.
                _ = tell_closed.send(run(database, &to_do, &theirs));
            }
        });
        let thread = thread.map_err(|error| Trouble::Other(format!("its thread cannot be started: {error}")))?;
        let interrupt = Answer(opened).get().await??;
        Ok(Self { breaker: Breaker { given_up, interrupt: Some(interrupt) }, work, closed, thread })
    }

    /// Has the thread do something, after all that it was asked for before.
    pub(super) fn ask<T: Send + 'static>(&self, work: impl FnOnce(&mut Database) -> T + Send + 'static) -> Answer<T> {
        let (tell, answer) = oneshot::channel();
        // Nobody may wait for it any more; and if the thread is gone, the answer says so.
        _ = self.work.send(Box::new(move |database| _ = tell.send(work(database))));
        Answer(answer)
    }

    /// The same, waited for, with what went wrong there.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Database) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        self.ask(work).get().await?
    }

    /// Has the file closed and the thread end.
    pub(super) async fn close(self) -> Result<(), Trouble> {
        let Self { mut breaker, work, closed, thread } = self;
        // To break it off would wait for it.
        breaker.interrupt = None;
        drop(work);
        let closed = closed.await.map_err(|_| gone())?;
        // It has nothing left to do.
        thread.join().map_err(|_| gone())?;
        closed
    }
}

/// Does what is asked for until nobody asks any more.
fn run(mut database: Database, to_do: &Receiver<Work>, given_up: &GivenUp) -> Result<(), Trouble> {
    while let Ok(work) = to_do.recv() {
        if given_up.check().is_err() {
            break;
        }
        work(&mut database);
    }
    database.close()
}
