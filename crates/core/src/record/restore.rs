//! Putting a record together again that was kept outside memory.

use super::{Draft, OwnedRecord, Page, Pick, layout};
use std::sync::Arc;

impl Draft {
    /// Adds an entry by `add`, and marks it as cut if `cut` says so.
    pub fn marked_cut(&mut self, cut: bool, add: impl FnOnce(&mut Self)) {
        let flags = self.sink.bytes.len() + 1;
        add(self);
        if cut && self.sink.bytes.len() > flags {
            self.sink.bytes[flags] |= layout::ENTRY_CUT;
        }
    }

    /// Says that the message was cut at the limit.
    pub fn mark_message_cut(&mut self) {
        self.flags |= layout::FLAG_MESSAGE_CUT;
    }

    /// Says that the limit left out so many fields.
    pub fn set_omitted(&mut self, fields: u16) {
        self.omitted = fields;
    }
}

impl OwnedRecord {
    /// The record at `pick`, with the whole page that it stands in.
    ///
    /// # Panics
    ///
    /// Panics if no record of the page stands there.
    #[must_use]
    pub fn new(page: Page, pick: Pick) -> Self {
        _ = page.record(pick);
        Self { page: Arc::new(page), pick }
    }
}
