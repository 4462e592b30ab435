//! Adding metadata to a record.

use crate::{Description, Draft, Record, Value};

/// Adds metadata to a record. Runs on the engine's thread, once for each record, before routing.
///
/// An enricher should be quick and must not wait. What it panics with is caught and counted; the record goes on
/// without its metadata.
pub trait Enricher: Send + Sync + 'static {
    /// Looks at `record` and adds to `metadata`.
    fn enrich(&self, record: &Record<'_>, metadata: &mut Enrichment<'_>);

    /// What a config says to make it once more. `None` if it cannot be said; the running plan is then written down
    /// without it, and that is told.
    fn as_config(&self) -> Option<Description> {
        None
    }
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
