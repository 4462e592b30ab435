//! A record's metadata: what the program shares, what enrichers added, and the thread.

use super::fields::last_of;
use super::thread_label;
use tracework_core::{Record, Section, Value};

/// Calls `write` with each name and value once: the shared ones, then `thread`, then the record's own if `own`. What was
/// added later holds, and `thread` gives way to both.
pub(crate) fn metadata_of(record: &Record<'_>, own: bool, mut write: impl FnMut(&str, Value<'_>)) {
    let is_own = |name: &str| own && record.own_metadata().any(|entry| entry.key == name);
    let shared = record.shared_metadata();
    for (name, value) in shared.iter().flat_map(|metadata| metadata.iter()) {
        if !is_own(name) {
            write(name, Value::Str(value));
        }
    }
    let is_shared = shared.is_some_and(|metadata| metadata.get("thread").is_some());
    let mut scratch = String::new();
    if let Some(thread) = thread_label(record, &mut scratch)
        && !is_shared
        && !is_own("thread")
    {
        write("thread", Value::Str(thread));
    }
    if own {
        last_of(record, Section::Metadata).for_each(|entry| write(entry.key, entry.value));
    }
}
