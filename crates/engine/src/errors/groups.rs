//! The groups that errors fall into.

use std::collections::HashMap;
use std::fmt;
use tracework_core::{Draft, OwnedRecord, Page, Record, Reserved, Severity, Timestamp, Value};

/// How many groups are told apart. When there are more, the one that was not seen for the longest time is forgotten.
const GROUPS: usize = 512;
/// Bytes of a record that may be kept as a sample.
const SAMPLE: usize = 64 << 10;
/// Bytes of a message that is kept.
const MESSAGE: usize = 1 << 10;

/// Errors with one fingerprint.
#[derive(Clone)]
pub struct ErrorGroup {
    /// What they have in common.
    pub fingerprint: u64,
    /// The type of the error, where it is known.
    pub type_name: Option<String>,
    /// The target of the first.
    pub target: String,
    /// The place in the source: the file and the line in it, where they are known.
    pub site: Option<(String, u32)>,
    /// The message of the first; at most 1 KiB.
    pub message: String,
    /// The highest severity among them.
    pub severity: Severity,
    /// How many there were.
    pub count: u64,
    /// When the first came.
    pub first_seen: Timestamp,
    /// When the last came.
    pub last_seen: Timestamp,
    /// The record of the first; `None` if it was larger than 64 KiB.
    pub sample: Option<OwnedRecord>,
}

impl fmt::Debug for ErrorGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorGroup")
            .field("fingerprint", &format_args!("{:016x}", self.fingerprint))
            .field("type_name", &self.type_name)
            .field("site", &self.site)
            .field("message", &self.message)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// The groups of errors so far.
#[derive(Clone, Debug, Default)]
pub struct ErrorGroups {
    /// Each group, the one seen last first.
    pub groups: Vec<ErrorGroup>,
    /// Errors in all, also those of forgotten groups.
    pub total: u64,
    /// Groups that were forgotten since there were more than 512.
    pub forgotten: u64,
}

/// The table of groups.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    known: HashMap<u64, ErrorGroup>,
    total: u64,
    forgotten: u64,
}

impl Groups {
    /// Counts the error of `record`.
    pub(crate) fn add(&mut self, fingerprint: u64, record: &Record<'_>) {
        self.total += 1;
        if let Some(group) = self.known.get_mut(&fingerprint) {
            group.count += 1;
            group.last_seen = group.last_seen.max(record.time());
            group.severity = group.severity.max(record.severity());
            return;
        }
        if self.known.len() >= GROUPS {
            let oldest = self.known.values().min_by_key(|group| group.last_seen).map(|group| group.fingerprint);
            oldest.and_then(|oldest| self.known.remove(&oldest));
            self.forgotten += 1;
        }
        self.known.insert(fingerprint, new(fingerprint, record));
    }

    pub(crate) fn list(&self) -> ErrorGroups {
        let mut groups: Vec<_> = self.known.values().cloned().collect();
        groups.sort_by_key(|group| (std::cmp::Reverse(group.last_seen), group.fingerprint));
        ErrorGroups { groups, total: self.total, forgotten: self.forgotten }
    }
}

/// Writes the fingerprint of the error in `draft` into it.
#[cold]
pub(crate) fn mark_group(draft: &mut Draft) {
    let mut page = Page::default();
    let pick = page.push(draft, None);
    if let Some(number) = super::fingerprint(&page.record(pick)) {
        draft.reserved(Reserved::Fingerprint, Value::Str(&format!("{number:016x}")));
    }
}

/// Counts the error of a record that has its fingerprint already.
pub(crate) fn count(hub: &crate::Hub, record: &Record<'_>) {
    let fingerprint = record.error().and_then(|error| error.fingerprint());
    if let Some(number) = fingerprint.and_then(|text| u64::from_str_radix(text, 16).ok()) {
        hub.beside.groups().add(number, record);
    }
}

fn new(fingerprint: u64, record: &Record<'_>) -> ErrorGroup {
    let (source, error) = (record.source(), record.error());
    let message = error.map_or(record.message(), |error| error.message());
    ErrorGroup {
        fingerprint,
        type_name: error.and_then(|error| error.type_name()).map(str::to_owned),
        target: source.target.to_owned(),
        site: source.file.map(|file| (file.to_owned(), source.line.unwrap_or(0))),
        message: message[..message.floor_char_boundary(MESSAGE)].to_owned(),
        severity: record.severity(),
        count: 1,
        first_seen: record.time(),
        last_seen: record.time(),
        sample: (record.size() <= SAMPLE).then(|| OwnedRecord::from(record)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracework_core::{Draft, Head, Key, Kind, Limits, Page};

    fn with_record<T>(time: i64, message: &str, look: impl FnOnce(&Record<'_>) -> T) -> T {
        let mut draft = Draft::new(Limits::default());
        let severity = Severity::ERROR;
        let time = Timestamp(time);
        draft.begin(Head { time, severity, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
        draft.error(Key::Name("error"), &std::io::Error::other(message.to_owned()));
        let mut page = Page::default();
        let pick = page.push(&draft, None);
        look(&page.record(pick))
    }

    #[test]
    fn equal_errors_are_counted_together() {
        let mut groups = Groups::default();
        for (time, message) in [(5, "order 1 failed"), (9, "order 2 failed"), (7, "no such user")] {
            with_record(time, message, |record| {
                groups.add(super::super::fingerprint(record).expect("an error"), record);
            });
        }
        let list = groups.list();
        assert_eq!((list.groups.len(), list.total), (2, 3));
        let orders = &list.groups[0];
        assert_eq!((orders.count, orders.first_seen, orders.last_seen), (2, Timestamp(5), Timestamp(9)));
        assert_eq!(orders.message, "order 1 failed");
        assert!(orders.sample.as_ref().is_some_and(|sample| sample.view().has_error()));
    }

    #[test]
    fn the_table_is_bounded_and_forgets_the_oldest() {
        let mut groups = Groups::default();
        for number in 0..GROUPS as u64 + 3 {
            with_record(number as i64, "x", |record| groups.add(number, record));
        }
        let list = groups.list();
        assert_eq!((list.groups.len(), list.forgotten, list.total), (GROUPS, 3, GROUPS as u64 + 3));
        assert!(list.groups.iter().all(|group| group.fingerprint >= 3));
    }
}
