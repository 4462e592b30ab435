//! What one pass of the engine drained, shared by every destination that gets some of it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tracework_core::{Page, Pick, Record};

/// The pages of one pass. They never change again; when the last parcel is done, their memory goes back to the pool.
#[derive(Debug)]
pub(crate) struct Round {
    pages: Vec<Page>,
    pool: Option<Arc<dyn Recycle>>,
}

/// Takes back the memory of pages.
pub(crate) trait Recycle: Send + Sync + std::fmt::Debug {
    /// Takes a page that nobody reads any more.
    fn recycle(&self, page: Page);
}

/// A record of a [`Round`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) page: u32,
    pub(crate) pick: Pick,
}

impl Round {
    pub(crate) fn new(pages: Vec<Page>, pool: Option<Arc<dyn Recycle>>) -> Arc<Self> {
        Arc::new(Self { pages, pool })
    }

    /// The record at `at`.
    #[inline]
    pub(crate) fn record(&self, at: At) -> Record<'_> {
        self.pages[at.page as usize].record(at.pick)
    }

    /// An empty page like the one at `page`.
    pub(crate) fn twin(&self, page: u32) -> Page {
        self.pages[page as usize].twin()
    }

    /// The bytes of memory that it pins.
    pub(crate) fn pinned(&self) -> usize {
        self.pages.iter().map(Page::capacity).sum()
    }
}

impl Drop for Round {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.take() {
            self.pages.drain(..).for_each(|page| pool.recycle(page));
        }
    }
}

/// The records of a round that go to one destination, in order.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) round: Arc<Round>,
    pub(crate) picks: Arc<[At]>,
    /// The bytes of memory that it counts for in its queue.
    pub(crate) bytes: usize,
    /// Which of its destination's formats it is for: they are counted from 0. 0 takes the one that is in use.
    pub(crate) format: u32,
    /// Where destinations with an equal format and equal records share the encoded bytes.
    pub(crate) shared: Option<Arc<OnceLock<Encoded>>>,
}

/// Encoded records: those of record `n` end at `ends[n]`.
#[derive(Debug, Default)]
pub(crate) struct Encoded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) ends: Vec<usize>,
}

/// Buffers that were used: fresh memory costs more than what is written to it. At most [`SPARES`] of at most
/// [`LARGEST`] bytes.
static SPARE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
const SPARES: usize = 16;
const LARGEST: usize = 1 << 20;

impl Encoded {
    /// An empty one, with room for `records` and with memory that was used before, if there is some.
    pub(crate) fn reused(records: usize) -> Self {
        let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self { bytes: spare.unwrap_or_default(), ends: Vec::with_capacity(records) }
    }
}

impl Drop for Encoded {
    fn drop(&mut self) {
        if (1..=LARGEST).contains(&self.bytes.capacity()) {
            let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
            if spare.len() < SPARES {
                self.bytes.clear();
                spare.push(std::mem::take(&mut self.bytes));
            }
        }
    }
}
