//! Metadata in JSON.

use super::value::{Dialect, NotFinite, object};
use crate::shared::{Dialect as _, Pairs, metadata_of};
use tracework_core::Record;

/// What is made once for a plan's metadata and a thread.
#[derive(Debug, Default)]
pub(super) struct Settlement {
    /// `,"metadata":{..}`.
    pub(super) object: Vec<u8>,
    /// The same, each by itself, for the top of the object.
    pub(super) pairs: Pairs,
}

/// Any name will do in an object of its own.
const FREE: Dialect<'static> = Dialect { names: None, taken: &[], not_finite: NotFinite::Text };

impl Settlement {
    /// That of `record`, without its own.
    pub(super) fn nested(record: &Record<'_>) -> Self {
        let mut object = Vec::new();
        write(&mut object, record, false);
        Self { object, pairs: Pairs::default() }
    }

    /// The same for the top of the object, where `top` says which names are taken.
    pub(super) fn flat(record: &Record<'_>, own: bool, top: &Dialect<'_>) -> Self {
        let mut pairs = Pairs::default();
        metadata_of(record, own, |name, value| pairs.push(name, value, "metadata.", top));
        Self { object: Vec::new(), pairs }
    }
}

/// Appends `,"metadata":{..}`, nothing if there is none.
pub(super) fn write(out: &mut Vec<u8>, record: &Record<'_>, own: bool) {
    object(out, ",\"metadata\":", |out| {
        metadata_of(record, own, |name, value| {
            FREE.key(out, name);
            FREE.value(out, value);
        });
    });
}
