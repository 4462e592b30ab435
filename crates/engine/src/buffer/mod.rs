//! The shared buffer: between the threads that emit and the engine that routes.
//!
//! Each thread has a [`Lane`] of its own, so threads do not meet. A lane fills a page; the engine copies out of it what is
//! written, and takes full pages away as they are, while the lane goes on with another from the [`Pool`]. The bytes of
//! the pages that wait for the engine are bounded; beside them each thread has the one it writes to, of about 64 KiB.

mod lane;
mod pool;
mod published;
#[cfg(test)]
mod tests;
mod window;

pub use lane::Lane;
use lane::Shared;
pub(crate) use lane::{LaneRow, Taken};
pub(crate) use pool::Pool;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tracework_core::Thread;

/// What happens when the shared buffer is full, that is, when the engine cannot keep up with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BufferFull {
    /// The caller waits until there is room. Nothing is lost. The engine never waits for a destination, so the wait is
    /// short. The default.
    Block {
        /// The longest that one record may wait before it is dropped and counted; `None` is for ever.
        limit: Option<Duration>,
    },
    /// The new record is dropped and counted.
    DropNewest,
}

impl Default for BufferFull {
    fn default() -> Self {
        Self::Block { limit: None }
    }
}

/// The size of the shared buffer and what happens when it is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedBufferSettings {
    /// Bytes of memory that full pages of records may take before they are routed. Each thread has one page more, of
    /// about 64 KiB, that it writes to.
    pub memory: usize,
    /// What happens when that is reached.
    pub when_full: BufferFull,
}

impl Default for SharedBufferSettings {
    /// 8 MiB, then callers wait.
    fn default() -> Self {
        Self { memory: 8 << 20, when_full: BufferFull::default() }
    }
}

/// All lanes.
#[derive(Debug)]
pub(crate) struct Buffer {
    lanes: Mutex<Vec<Arc<Shared>>>,
    pool: Arc<Pool>,
    /// What lanes that ended had counted.
    ended: Mutex<LaneRow>,
}

impl Buffer {
    pub(crate) fn new(settings: SharedBufferSettings) -> Self {
        Self { lanes: Mutex::default(), pool: Arc::new(Pool::new(settings)), ended: Mutex::default() }
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// A new lane, for `thread`.
    pub(crate) fn open(&self, thread: Thread) -> Lane {
        let lane = Lane::new(Arc::new(thread), Arc::clone(&self.pool));
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(lane.shared()));
        lane
    }

    /// Takes what the lanes hold, each lane's pages in order. Lanes whose threads ended are let go once they are empty.
    pub(crate) fn take(&self) -> Vec<Taken> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Vec::new();
        lanes.retain(|lane| {
            // A thread that ended before we look has written its last record already.
            let ended = lane.ended();
            if let Some(pages) = lane.take() {
                taken.push(pages);
                return true;
            }
            if ended && lane.is_idle() {
                self.ended.lock().unwrap_or_else(PoisonError::into_inner).add(&lane.row());
                return false;
            }
            true
        });
        taken
    }

    /// The buffer's row: each lane's is read at one moment of that lane, and each balances, so the sum does.
    pub(crate) fn row(&self) -> LaneRow {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut row = self.ended.lock().unwrap_or_else(PoisonError::into_inner).clone();
        lanes.iter().for_each(|lane| row.add(&lane.row()));
        row
    }

    pub(crate) fn lanes(&self) -> usize {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
