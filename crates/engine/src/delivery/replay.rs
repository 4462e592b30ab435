//! Putting records into the queue again that come from elsewhere: they wait for room, and nothing is dropped for them.

use super::outlet::{Outlet, wait};
use super::shared::Inside;
use super::thin;
use std::time::{Duration, Instant};
use tracework_core::{Overflow, OwnedRecord};

/// How often it is looked whether there is room.
const LOOK: Duration = Duration::from_millis(5);

/// Why a record was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// There was no room in time.
    NoRoom,
    /// It is closed, or about to be.
    Closed,
}

impl Outlet {
    /// Puts a record into the queue, counted as recovered, as soon as there is room for it; waits for that as long as
    /// `patience`.
    pub(crate) fn bring_back(&self, record: &OwnedRecord, patience: Duration) -> Result<(), NotTaken> {
        let parcel = thin::parcel_of(record);
        let end = Instant::now().checked_add(patience);
        let mut inside = self.shared.lock();
        loop {
            let now = Instant::now();
            if inside.sealed || inside.closed {
                return Err(NotTaken::Closed);
            }
            self.shared.refresh(&mut inside, now);
            if inside.has_room_beside(parcel.bytes) {
                let waste = self.put(&mut inside, parcel, |row| &mut row.recovered, now);
                drop(inside);
                drop(waste);
                return Ok(());
            }
            if end.is_some_and(|end| now >= end) {
                return Err(NotTaken::NoRoom);
            }
            let look = now + LOOK;
            inside = wait(&self.shared.done, inside, Some(end.map_or(look, |end| end.min(look))));
        }
    }
}

impl Inside {
    /// Is there room for so many bytes that nothing need be dropped for, now or when more comes? Without a disk buffer
    /// half of the memory is left to what the program emits meanwhile.
    fn has_room_beside(&self, bytes: usize) -> bool {
        let queue = &self.queue;
        if queue.gate.is_full() {
            return false;
        }
        let most = if queue.spool.is_some() { queue.settings.memory } else { queue.share() };
        let fits = queue.held() == 0 || queue.held() + bytes <= most;
        fits && self.spool_has_room_beside(bytes)
    }

    /// The same of the disk. One that blocks when it is full drops nothing.
    fn spool_has_room_beside(&self, bytes: usize) -> bool {
        if queue_blocks(self) || self.queue.spool.is_none() {
            return true;
        }
        // Until it is open nobody knows what is in it.
        let Some(health) = self.spool.as_ref().map(|watch| watch.health()) else { return false };
        let coming = (self.queue.held() + bytes) as u64;
        health.bytes + coming <= health.max_bytes / 8 * 7
    }
}

fn queue_blocks(inside: &Inside) -> bool {
    matches!(inside.queue.settings.when_full, Overflow::Block { .. })
}
