//! What is said in the stream about lost records.

use crate::ledger::DropReason;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracework_core::{
    Draft, Head, Key, Kind, Limits, Metadata, OwnedRecord, Page, Reserved, Severity, Timestamp, Value,
};

/// The shortest time between two notices of the same reason.
const PAUSE: Duration = Duration::from_secs(1);

/// Losses that were not yet said.
#[derive(Debug, Default)]
pub(super) struct Losses {
    unsaid: BTreeMap<DropReason, Unsaid>,
    said: BTreeMap<DropReason, Instant>,
}

#[derive(Debug)]
struct Unsaid {
    records: u64,
    since: Instant,
}

impl Losses {
    /// So many more records are lost.
    pub(super) fn add(&mut self, reason: DropReason, records: u64, now: Instant) {
        self.unsaid.entry(reason).or_insert(Unsaid { records: 0, since: now }).records += records;
    }

    /// When the next notice is due: at once if there is room again, else when the loss is a second old, and never two
    /// of one reason within a second.
    pub(super) fn due(&self, has_room: bool) -> Option<Instant> {
        self.unsaid
            .iter()
            .map(|(reason, unsaid)| {
                let first = if has_room { unsaid.since } else { unsaid.since + PAUSE };
                self.said.get(reason).map_or(first, |said| first.max(*said + PAUSE))
            })
            .min()
    }

    /// Takes a loss to say; `all` takes what is not due yet too, at the end.
    pub(super) fn take(&mut self, has_room: bool, all: bool, now: Instant) -> Option<(DropReason, u64)> {
        let due = |(reason, unsaid): (&DropReason, &Unsaid)| {
            let first = if has_room { unsaid.since } else { unsaid.since + PAUSE };
            (all || (now >= first && self.said.get(reason).is_none_or(|said| now >= *said + PAUSE))).then_some(*reason)
        };
        let reason = self.unsaid.iter().find_map(due)?;
        let unsaid = self.unsaid.remove(&reason)?;
        self.said.insert(reason, now);
        Some((reason, unsaid.records))
    }
}

/// The record that says that so many records of `destination` are lost.
pub(crate) fn record(
    destination: &str,
    (reason, count): (DropReason, u64),
    time: Timestamp,
    metadata: Option<Arc<Metadata>>,
) -> OwnedRecord {
    let mut draft = Draft::new(Limits::default());
    draft.begin(Head { time, severity: Severity::WARNING, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
    draft.mark_internal();
    let records = if count == 1 { "record" } else { "records" };
    draft.message(format_args!("{count} {records} lost: {}", reason.reason()));
    draft.reserved(Reserved::Target, Value::Str("tracework"));
    draft.field(Key::Name("destination"), Value::Str(destination));
    draft.field(Key::Name("reason"), Value::Str(reason.name()));
    draft.field(Key::Name("count"), Value::U64(count));
    let mut page = Page::new(Arc::default());
    page.set_metadata(metadata);
    let pick = page.push(&draft, None);
    OwnedRecord::from(&page.record(pick))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_notice_a_reason_and_second() {
        let start = Instant::now();
        let mut losses = Losses::default();
        losses.add(DropReason::QueueFull, 2, start);
        losses.add(DropReason::QueueFull, 3, start);
        assert_eq!(losses.take(false, false, start), None, "no room yet");
        assert_eq!(losses.take(true, false, start), Some((DropReason::QueueFull, 5)));
        losses.add(DropReason::QueueFull, 1, start);
        losses.add(DropReason::Panic, 1, start);
        assert_eq!(losses.take(true, false, start), Some((DropReason::Panic, 1)), "another reason");
        assert_eq!(losses.take(true, false, start), None);
        assert_eq!(losses.due(true), Some(start + PAUSE));
        assert_eq!(losses.take(false, false, start + PAUSE), Some((DropReason::QueueFull, 1)));
        losses.add(DropReason::Shutdown, 7, start);
        assert_eq!(losses.take(false, true, start), Some((DropReason::Shutdown, 7)), "at the end all is said");
    }

    #[test]
    fn a_notice_is_a_record_of_our_own() {
        let notice = record("app", (DropReason::QueueFull, 41), Timestamp(5), None);
        let view = notice.view();
        assert_eq!(view.message(), "41 records lost: queue full");
        assert_eq!((view.target(), view.severity(), view.internal()), ("tracework", Severity::WARNING, true));
        assert_eq!(view.field("count"), Some(Value::U64(41)));
        assert_eq!(view.field("destination"), Some(Value::Str("app")));
        assert_eq!(view.field("reason"), Some(Value::Str("queue_full")));
    }
}
