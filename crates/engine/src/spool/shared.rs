//! What the writer and the reader of a spool share.

use super::SpoolError;
use super::id::SpoolId;
use super::index::{Doomed, Index};
use super::layout;
use super::settings::{SpoolSettings, SyncPolicy};
use super::state::State;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tracework_disk::{Disk, DiskFile};

/// What the writer and the reader share. The state's lock is taken before the index's, and no call to the disk is made
/// under the index's.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) settings: SpoolSettings,
    pub(super) id: SpoolId,
    index: Mutex<Index>,
    state: Mutex<Kept>,
    /// Held as long as anybody uses the spool.
    pub(super) _lock: Box<dyn DiskFile>,
}

/// The state, and when it was synced.
#[derive(Debug)]
struct Kept {
    state: State,
    synced: Instant,
}

impl Shared {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        settings: SpoolSettings,
        (index, state): (Index, State),
        lock: Box<dyn DiskFile>,
    ) -> Self {
        let id = state.id;
        let state = Mutex::new(Kept { state, synced: Instant::now() });
        Self { disk, settings, id, index: Mutex::new(index), state, _lock: lock }
    }

    pub(super) fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, Kept> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.settings.folder.join(name)
    }

    /// Notes what went wrong, and passes it on.
    pub(super) fn note(&self, error: SpoolError) -> SpoolError {
        self.index().note(&error);
        error
    }

    /// Writes the state, and removes what is done. `sync` waits until the state is durable whatever the policy says.
    pub(super) fn sweep(&self, sync: bool) -> Result<(), SpoolError> {
        let mut kept = self.state();
        let (facts, doomed) = {
            let mut index = self.index();
            index.take_done();
            (index.facts(), std::mem::take(&mut index.doomed))
        };
        let due = match self.settings.sync {
            SyncPolicy::Always => true,
            SyncPolicy::Every(interval) => kept.synced.elapsed() >= interval,
            SyncPolicy::Never => false,
        };
        let sync = sync || due || !doomed.is_empty();
        if let Err(error) = kept.state.write(facts, sync) {
            self.index().doomed.extend(doomed);
            return Err(self.note(error));
        }
        if sync {
            kept.synced = Instant::now();
        }
        self.remove(doomed);
        Ok(())
    }

    /// Syncs the state if it was written and that is due.
    pub(super) fn sync_state(&self, force: bool) -> Result<(), SpoolError> {
        let due = force || self.state().state.is_dirty();
        if due { self.sweep(force) } else { Ok(()) }
    }

    /// Reserves the sequences up to `most`, for certain.
    pub(super) fn reserve(&self, most: u64) -> Result<(), SpoolError> {
        let mut kept = self.state();
        let mut facts = self.index().facts();
        facts.reserved = facts.reserved.max(most);
        kept.state.write(facts, true).map_err(|error| self.note(error))?;
        kept.synced = Instant::now();
        self.index().reserved = facts.reserved;
        Ok(())
    }

    /// Removes files; those that cannot be removed are tried again next time.
    fn remove(&self, doomed: Vec<Doomed>) {
        for file in doomed {
            let path = self.path(&file.name);
            match self.disk.remove(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    let mut index = self.index();
                    index.note(&SpoolError::disk("remove", path)(error));
                    index.doomed.push(file);
                }
                _ => {}
            }
        }
    }

    /// Were these sequences of a segment found missing already, before the reader went back?
    pub(super) fn is_known(&self, segment: u64, lost: &std::ops::Range<u64>) -> bool {
        self.index().get(segment).is_some_and(|segment| segment.lost.contains(lost))
    }

    /// The longest payload that is ever accepted.
    pub(super) fn most_of_payload(&self) -> usize {
        let half = usize::try_from(self.settings.max_bytes / 2).unwrap_or(usize::MAX);
        layout::MAX_PAYLOAD.min(half - layout::HEADER - layout::FRAME)
    }
}
