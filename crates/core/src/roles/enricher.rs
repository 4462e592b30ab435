//! Adding metadata to a record.

use crate::{Draft, Record, Value};

/// Adds metadata to a record. Runs on the engine's thread, once for each record, before routing.
///
/// An enricher should be quick and must not wait. What it panics with is caught and counted; the record goes on
/// without its metadata.
pub trait Enricher: Send + Sync + 'static {
    /// Looks at `record` and adds to `metadata`.
    fn enrich(&self, record: &Record<'_>, metadata: &mut Enrichment<'_>);
}

impl<F: Fn(&Record<'_>, &mut Enrichment<'_>) + Send + Sync + 'static> Enricher for F {
    fn enrich(&self, record: &Record<'_>, metadata: &mut Enrichment<'_>) {
        self(record, metadata);
    }
}

/// What an enricher writes the metadata of a record into.
#[derive(Debug)]
pub struct Enrichment<'a> {
    draft: &'a mut Draft,
}

impl<'a> Enrichment<'a> {
    /// Writes into `draft`.
    #[must_use]
    pub fn new(draft: &'a mut Draft) -> Self {
        Self { draft }
    }

    /// Adds metadata to the record; it counts against the limit of fields.
    pub fn add(&mut self, key: &str, value: Value<'_>) {
        self.draft.metadata(key, value);
    }
}
