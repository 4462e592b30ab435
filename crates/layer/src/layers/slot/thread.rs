//! What a thread remembers while it goes through the seats.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use tracing::Event;

/// How many foreign layers one thread can be inside of. Deeper, they see nothing.
const DEEPEST: usize = 8;

/// Counts the layers that were put in, in all slots: each has the number at which it came.
static CAME: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The number of the newest layer when this thread last asked whether something is wanted.
    static ASKED: Cell<u64> = const { Cell::new(0) };
    /// How many questions this thread has asked of slots.
    static QUESTIONS: Cell<u64> = const { Cell::new(0) };
    /// Where the newest event lies, and how many questions there were when it came.
    static EVENT: Cell<(usize, u64)> = const { Cell::new((0, 0)) };
    /// Does the span that is being made belong to the seat that is being told of it?
    static BELONGS: Cell<bool> = const { Cell::new(false) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static INSIDE: [Cell<u64>; DEEPEST] = const { [const { Cell::new(0) }; DEEPEST] };
}

/// The number of a layer that comes.
pub(super) fn next() -> u64 {
    CAME.fetch_add(1, Ordering::AcqRel) + 1
}

/// Notes that a slot is asked whether something is wanted.
pub(super) fn count_question() {
    _ = QUESTIONS.try_with(|questions| questions.set(questions.get().wrapping_add(1)));
}

/// Notes that an event comes: what was asked last was asked for it.
pub(super) fn note_event(event: &Event<'_>) {
    let questions = QUESTIONS.try_with(Cell::get).unwrap_or(0);
    _ = EVENT.try_with(|newest| newest.set((std::ptr::from_ref(event).addr(), questions)));
}

/// How many questions there were when `event` came, if no other has come since.
pub(super) fn questions_at(event: &Event<'_>) -> Option<u64> {
    let (place, questions) = EVENT.try_with(Cell::get).ok()?;
    (place == std::ptr::from_ref(event).addr()).then_some(questions)
}

/// Was anything asked since there were this many questions? The answers of before are lost then.
pub(super) fn was_asked_since(questions: Option<u64>) -> bool {
    questions != QUESTIONS.try_with(Cell::get).ok()
}

/// Forgets when the last question was asked: all must be asked anew.
pub(super) fn forget_question() {
    _ = ASKED.try_with(|asked| asked.set(0));
}

/// Notes that a layer is asked a question now.
pub(super) fn note_question() {
    _ = ASKED.try_with(|asked| asked.set(CAME.load(Ordering::Acquire)));
}

/// Was this thread's last question asked after the layer with this number had come?
pub(super) fn asked_since(number: u64) -> bool {
    ASKED.try_with(Cell::get).unwrap_or(u64::MAX) >= number
}

/// Sets whether the span that is being made belongs to the seat at hand; gives what was set before.
pub(super) fn set_belongs(belongs: bool) -> bool {
    BELONGS.try_with(|cell| cell.replace(belongs)).unwrap_or(belongs)
}

/// Does the span that is being made belong to the seat at hand, and was it not told of it yet?
pub(super) fn belongs() -> bool {
    BELONGS.try_with(Cell::get).unwrap_or(false)
}

/// Is this thread inside the layer with this number, or too deep inside others?
pub(super) fn is_inside(number: u64) -> bool {
    let depth = DEPTH.try_with(Cell::get).unwrap_or(0);
    depth >= DEEPEST || INSIDE.try_with(|all| all.iter().take(depth).any(|one| one.get() == number)).unwrap_or(false)
}

/// This thread is inside a foreign layer, until this is dropped.
pub(super) struct Inside(());

impl Inside {
    pub(super) fn enter(number: u64) -> Self {
        _ = DEPTH.try_with(|depth| {
            _ = INSIDE.try_with(|all| {
                if let Some(place) = all.get(depth.get()) {
                    place.set(number);
                }
            });
            depth.set(depth.get() + 1);
        });
        Self(())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        _ = DEPTH.try_with(|depth| depth.set(depth.get().saturating_sub(1)));
    }
}
