//! Which threads are tracework's own.

use std::cell::Cell;

thread_local! {
    static OWN: Cell<bool> = const { Cell::new(false) };
    static DEPTH: Cell<u8> = const { Cell::new(0) };
}

/// How deep logging from inside the formatting of a record is followed.
pub const MAX_DEPTH: u8 = 8;

/// A callback of a layer is running on this thread, until this is dropped.
#[derive(Debug)]
pub struct InCallback(());

impl InCallback {
    /// Enters a callback; `None` if it is too deep inside others.
    #[inline]
    #[must_use]
    pub fn enter() -> Option<Self> {
        let depth = DEPTH.try_with(Cell::get).unwrap_or(0);
        if depth >= MAX_DEPTH {
            return None;
        }
        // While the thread ends there may be nothing left to count in; nothing nests there.
        let _ = DEPTH.try_with(|cell| cell.set(depth + 1));
        Some(Self(()))
    }
}

impl Drop for InCallback {
    #[inline]
    fn drop(&mut self) {
        let _ = DEPTH.try_with(|cell| cell.set(cell.get().saturating_sub(1)));
    }
}

/// Is a callback of a layer running on this thread?
#[must_use]
pub fn is_in_callback() -> bool {
    DEPTH.try_with(Cell::get).unwrap_or(0) > 0
}

/// Marks this thread as tracework's own: whatever is logged on it is ignored, so that nothing a destination does can
/// come back into the pipeline.
pub fn mark_own_thread() {
    OWN.set(true);
}

/// Is this thread one of tracework's own?
#[inline]
#[must_use]
pub fn is_own_thread() -> bool {
    OWN.try_with(Cell::get).unwrap_or(false)
}
