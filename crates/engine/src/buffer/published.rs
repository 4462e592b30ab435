//! How far a lane's page is filled, in one word.

use std::sync::atomic::{AtomicU64, Ordering};
use tracework_core::PageMark;

/// How far a page is filled, and with how many records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) mark: PageMark,
    pub(super) records: u64,
}

/// What a thread tells the engine of its page, in one word: 20 bits for the bytes, 20 for the text, 16 for the records
/// and 8 for the spans.
#[derive(Debug, Default)]
pub(super) struct Published(AtomicU64);

impl Published {
    /// A page whose parts or text are larger than this is not read while it is written.
    pub(super) const MOST: usize = (1 << 20) - 1;

    /// So many spans can be told of.
    pub(super) const SPANS: usize = (1 << 8) - 1;

    /// Tells how far the page is filled: everything before is written.
    #[inline]
    pub(super) fn store(&self, filled: Filled) {
        let Filled { mark, records } = filled;
        debug_assert!(mark.bytes <= Self::MOST && mark.text <= Self::MOST, "larger pages are not published");
        debug_assert!(records < 1 << 16 && mark.spans < 1 << 8, "a record takes 50 bytes, a page 255 spans");
        let word = mark.bytes as u64 | (mark.text as u64) << 20 | records << 40 | (mark.spans as u64) << 56;
        self.0.store(word, Ordering::Release);
    }

    /// How far the page is filled; everything before can be read.
    pub(super) fn load(&self) -> Filled {
        let word = self.0.load(Ordering::Acquire);
        let bits = |at: u32, width: u32| word >> at & ((1 << width) - 1);
        let size = |at, width| usize::try_from(bits(at, width)).unwrap_or_default();
        Filled { mark: PageMark { bytes: size(0, 20), text: size(20, 20), spans: size(56, 8) }, records: bits(40, 16) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Filled, PageMark, Published};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_told_is_read(bytes in 0..=Published::MOST, text in 0..=Published::MOST, spans in 0..=255_usize, records in 0..1_u64 << 16) {
            let published = Published::default();
            let filled = Filled { mark: PageMark { bytes, text, spans }, records };
            published.store(filled);
            prop_assert_eq!(published.load(), filled);
        }
    }
}
