//! Batches made by hand.

use tracework_core::{Batch, Format, OwnedRecord, Record};

/// Records on their way into a [`Batch`], encoded if there is a format.
///
/// ```
/// use tracework_testkit::{Bundle, Lines, TestRecord};
///
/// let bundle = Bundle::encoded(vec![TestRecord::new("a").build(), TestRecord::new("b").build()], &mut Lines);
/// bundle.with(|batch| {
///     assert_eq!(batch.len(), 2);
///     assert_eq!(batch.bytes(), b"INFO test \"a\"\nINFO test \"b\"\n");
/// });
/// ```
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    records: Vec<OwnedRecord>,
    encoded: Option<(Vec<u8>, Vec<usize>)>,
}

impl Bundle {
    /// Records without bytes.
    #[must_use]
    pub fn of_records(records: Vec<OwnedRecord>) -> Self {
        Self { records, encoded: None }
    }

    /// Records with the bytes that `format` makes of them.
    #[must_use]
    pub fn encoded(records: Vec<OwnedRecord>, format: &mut dyn Format) -> Self {
        let mut bytes = Vec::new();
        let ends = records.iter().map(|record| {
            format.encode(&record.view(), &mut bytes);
            bytes.len()
        });
        let ends = ends.collect();
        Self { records, encoded: Some((bytes, ends)) }
    }

    /// Lends the batch.
    pub fn with<T>(&self, use_it: impl FnOnce(&Batch<'_>) -> T) -> T {
        let views: Vec<Record<'_>> = self.records.iter().map(OwnedRecord::view).collect();
        match &self.encoded {
            Some((bytes, ends)) => use_it(&Batch::encoded(&views, bytes, ends)),
            None => use_it(&Batch::of_records(&views)),
        }
    }
}
