//! What is missing of a record, for formats that say so at the end of a line.

use super::said::chain;
use tracework_core::{Record, Section};

/// Is anything missing of `record` itself, or was a value around it cut?
pub(crate) fn is_whole(record: &Record<'_>, cut: bool) -> bool {
    !cut && !record.message_cut() && record.omitted() == 0 && !record.incomplete()
}

/// The names of what was cut: `message`, `fields.NAME`, `metadata.NAME`, `spans.NAME`, `tags`.
pub(crate) fn cut_names(record: &Record<'_>) -> Vec<String> {
    let mut names: Vec<String> = record.message_cut().then(|| "message".to_owned()).into_iter().collect();
    for entry in record.entries().filter(|entry| entry.cut) {
        names.push(match (entry.section, entry.reserved()) {
            (Section::Field, _) => format!("fields.{}", entry.key),
            (Section::Metadata, _) => format!("metadata.{}", entry.key),
            (Section::Reserved, Some(what)) => format!("{what:?}").to_lowercase(),
            (Section::Reserved, None) => continue,
        });
    }
    let around = record.span_node().into_iter().flat_map(|span| chain(span));
    let entries = around.flat_map(|span| span.entries(record.time()));
    names.extend(entries.filter(|entry| entry.cut).map(|entry| format!("spans.{}", entry.key)));
    names
}

/// Calls `write` with the names and values that tell what is missing: `_truncated`, `_omitted`, `_incomplete`.
pub(crate) fn write_missing(record: &Record<'_>, mut write: impl FnMut(&str, &str)) {
    let cut = cut_names(record);
    if !cut.is_empty() {
        write("_truncated", &cut.join(","));
    }
    if record.omitted() > 0 {
        write("_omitted", itoa::Buffer::new().format(record.omitted()));
    }
    if record.incomplete() {
        write("_incomplete", "true");
    }
}
