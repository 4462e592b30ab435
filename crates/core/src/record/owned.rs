//! A record that is kept.

use super::{Page, Pick, Record};
use std::fmt;
use std::sync::Arc;

/// A record copied out of its page, to be kept for as long as one likes. Cheap to clone.
#[derive(Clone)]
pub struct OwnedRecord {
    pub(super) page: Arc<Page>,
    pub(super) pick: Pick,
}

impl OwnedRecord {
    /// Reads it.
    #[must_use]
    pub fn view(&self) -> Record<'_> {
        self.page.record(self.pick)
    }

    /// The bytes of memory that it holds.
    #[must_use]
    pub fn size(&self) -> usize {
        self.page.capacity()
    }
}

impl From<&Record<'_>> for OwnedRecord {
    fn from(record: &Record<'_>) -> Self {
        let page = record.page();
        let (bytes, text) = (record.raw().len(), record.raw_text().len());
        let mut own = Page::with_capacity(Arc::clone(page.thread()), bytes, text, 1);
        own.set_metadata(record.shared_metadata().cloned());
        let pick = own.copy(record);
        Self { page: Arc::new(own), pick }
    }
}

impl fmt::Debug for OwnedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}
