//! Who sits in a seat, and when it is free.
//!
//! A span belongs to a seat or not from its beginning to its end: `tracing` keeps that with the span. So the next layer
//! must not come before the last span of the one before has closed; else it would be told of spans that it has never
//! seen begin. One word holds both who has the seat and how many spans belong to it, so that they change together.

use super::guest::Tenant;
use arc_swap::{ArcSwapOption, Guard};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tracing::Subscriber;

/// One more who had the seat.
const EPOCH: u64 = 1 << 32;

/// A seat, as it is shared.
pub(super) struct Place<S: Subscriber> {
    /// Above, the epoch: even while the seat is empty, odd while it is taken. Below, how many open spans belong to it.
    word: AtomicU64,
    /// Who sits here, if its epoch is the word's.
    here: ArcSwapOption<Tenant<S>>,
}

fn epoch(word: u64) -> u32 {
    u32::try_from(word >> 32).unwrap_or(u32::MAX)
}

fn open(word: u64) -> u64 {
    word & (EPOCH - 1)
}

fn is_taken(word: u64) -> bool {
    word & EPOCH != 0
}

/// Who sits in a seat, for as long as this is held.
struct Sitting<S: Subscriber>(Guard<Option<Arc<Tenant<S>>>>);

impl<S: Subscriber> Sitting<S> {
    fn tenant(&self, epoch: u32) -> Option<&Arc<Tenant<S>>> {
        self.0.as_ref().filter(|tenant| tenant.epoch == epoch)
    }
}

impl<S: Subscriber> Place<S> {
    pub(super) fn new() -> Self {
        Self { word: AtomicU64::new(0), here: ArcSwapOption::empty() }
    }

    /// Does nobody sit here, and does no open span belong here?
    #[inline]
    pub(super) fn is_free(&self) -> bool {
        let word = self.word.load(Ordering::SeqCst);
        !is_taken(word) && open(word) == 0
    }

    /// Runs `work` with who sits here, if anybody does.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Arc<Tenant<S>>) -> T) -> Option<T> {
        let word = self.word.load(Ordering::SeqCst);
        if !is_taken(word) {
            return None;
        }
        Sitting(self.here.load()).tenant(epoch(word)).map(work)
    }

    /// A span that belongs here begins: who sits here sees it, and all that follows of it.
    pub(super) fn begin(&self, work: impl FnOnce(&Arc<Tenant<S>>)) {
        let epoch = epoch(self.word.fetch_add(1, Ordering::SeqCst));
        let sitting = Sitting(self.here.load());
        if let Some(tenant) = sitting.tenant(epoch) {
            work(tenant);
        }
    }

    /// A span that belongs here has ended.
    pub(super) fn end(&self) {
        let less = |word| (open(word) > 0).then(|| word - 1);
        let Ok(before) = self.word.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less) else { return };
        if open(before) == 1
            && let Some(leaving) = self.with(|tenant| tenant.is_leaving().then(|| Arc::clone(tenant))).flatten()
        {
            self.vacate(&leaving);
        }
    }

    /// Has `tenant` sit here, if the seat is free. Only one at a time may try. What was left lying here goes to `left`, to be
    /// dropped where nothing is locked.
    pub(super) fn occupy(&self, tenant: impl FnOnce(u32) -> Tenant<S>, left: &mut Vec<Option<Arc<Tenant<S>>>>) -> bool {
        let word = self.word.load(Ordering::SeqCst);
        if is_taken(word) || open(word) > 0 {
            return false;
        }
        let next = word.wrapping_add(EPOCH);
        left.push(self.here.swap(Some(Arc::new(tenant(epoch(next))))));
        let seated = self.word.compare_exchange(word, next, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        if !seated {
            // A span came that was asked for in the time of the one before.
            left.push(self.here.swap(None));
        }
        seated
    }

    /// Frees the seat of one that is leaving, if no span of its is open.
    pub(super) fn vacate(&self, leaving: &Arc<Tenant<S>>) {
        let word = self.word.load(Ordering::SeqCst);
        if epoch(word) != leaving.epoch || open(word) > 0 {
            return;
        }
        if self.word.compare_exchange(word, word.wrapping_add(EPOCH), Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            // The next may sit here already.
            self.here.compare_and_swap(&Some(Arc::clone(leaving)), None);
        }
    }
}
