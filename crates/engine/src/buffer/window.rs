//! Reading the page that a thread is writing to.

use std::sync::Arc;
use tracework_core::{Page, PageMark, SpanNode, Thread};

/// Where the contents of a lane's page lie, so that the engine can read what is written while the thread writes on.
///
/// What makes this sound, and where it is held to:
/// - A thread that has a page pushes only what the page [has room](Page::has_room) for, so its contents never move, and it
///   writes behind what it published, never before (`Page::push`).
/// - What is published happens before it is read: the thread stores the mark with `Release`, the engine loads it with
///   `Acquire`.
/// - The page lives on and is not used again while it is read: a thread that is done with a page hands it to the engine
///   unless all of it was read, and the engine looks at what it was handed only after it has read (`Lane::retire`,
///   `Shared::take`).
///
/// `tests/loom/buffer.rs` plays the protocol through in every order; `lane::tests` and `tests/stress` run it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    bytes: *const u8,
    text: *const u8,
    spans: *const Arc<SpanNode>,
}

// SAFETY: what it points to is plain bytes and `Arc`s of a type that is `Send` and `Sync`, and it is read only as
// `Window::read` says.
#[expect(unsafe_code, reason = "pointers are not `Send` by themselves")]
unsafe impl Send for Window {}

impl Window {
    pub(super) fn of(page: &Page) -> Self {
        let at = page.addresses();
        Self { bytes: at.bytes, text: at.text, spans: at.spans }
    }

    /// A copy of what lies between two marks.
    ///
    /// # Safety
    ///
    /// The page must have been filled up to `to`, its thread's writing of that must have happened before, and until this
    /// returns the page must be neither dropped nor emptied, and nothing may be pushed that it has no room for.
    #[expect(
        unsafe_code,
        reason = "the engine reads a page that its thread goes on writing to, without a lock between them"
    )]
    pub(super) unsafe fn read(self, thread: Arc<Thread>, from: PageMark, to: PageMark) -> Page {
        // The last span before `from` may be that of the records behind it.
        let spans = from.spans.saturating_sub(1);
        // SAFETY: all three lie between the page's beginning and what was published, and are only read here, while the
        // thread writes behind them.
        let (bytes, text, spans) = unsafe {
            (
                std::slice::from_raw_parts(self.bytes.add(from.bytes), to.bytes - from.bytes),
                std::slice::from_raw_parts(self.text.add(from.text), to.text - from.text),
                std::slice::from_raw_parts(self.spans.add(spans), to.spans - spans),
            )
        };
        // It was a `String`, cut where records end, and so between characters.
        let text = String::from_utf8(text.to_vec())
            .unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned());
        Page::of_part(thread, from, (bytes.to_vec(), text, spans.to_vec()))
    }
}
