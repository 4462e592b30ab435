//! A destination under test.

use crate::{Bundle, Lines, TestRecord};
use std::fmt;
use std::time::Duration;
use tracework_core::{Destination, FailureClass, Format, OwnedRecord, Wants};

/// How often a delivery is tried again, and how long is waited between.
pub(super) const ATTEMPTS: usize = 50;
pub(super) const PAUSE: Duration = Duration::from_millis(20);

/// A destination under test, and the way to read back what arrived.
pub struct Subject {
    pub(super) destination: Box<dyn Destination>,
    /// `None` if nobody can say what arrived.
    read: Option<Box<dyn FnMut() -> Vec<String>>>,
    format: Option<Box<dyn Format>>,
    fault: Option<Fault>,
    sent: usize,
}

/// How to break what the destination needs, and mend it.
type Fault = (Box<dyn FnMut()>, Box<dyn FnMut()>);

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("destination", &self.destination.name()).finish_non_exhaustive()
    }
}

impl<D: Destination> From<D> for Subject {
    /// A destination of which nobody can say what arrived: it must do as it is told, neither refuse nor panic, but
    /// whether a record was lost on the way is not seen.
    fn from(destination: D) -> Self {
        let format = destination.usual_format();
        Self { destination: Box::new(destination), read: None, format, fault: None, sent: 0 }
    }
}

impl Subject {
    /// A destination with its usual format, and a reader: it returns what arrived, a text for each record, in order.
    /// The text need not be the record's line, but must contain its message's first word. The reader is called after
    /// a flush, and once more after the destination was closed; it may wait for what is on its way.
    #[must_use]
    pub fn new(destination: impl Destination, read: impl FnMut() -> Vec<String> + 'static) -> Self {
        Self { read: Some(Box::new(read)), ..Self::from(destination) }
    }

    /// Encodes by another format than the usual one.
    #[must_use]
    pub fn format(mut self, format: impl Format) -> Self {
        self.format = Some(Box::new(format));
        self
    }

    /// Lets the suite break what the destination needs (its folder, its server) and mend it again.
    #[must_use]
    pub fn fault(mut self, break_it: impl FnMut() + 'static, mend_it: impl FnMut() + 'static) -> Self {
        self.fault = Some((Box::new(break_it), Box::new(mend_it)));
        self
    }

    pub(super) fn break_it(&mut self) -> bool {
        self.fault.as_mut().map(|(break_it, _)| break_it()).is_some()
    }

    pub(super) fn mend_it(&mut self) {
        if let Some((_, mend_it)) = &mut self.fault {
            mend_it();
        }
    }

    pub(super) fn open(&mut self) {
        self.destination.open().expect("it opens");
    }

    /// The next records of the case, each with its own first word and `text` behind it.
    pub(super) fn next_records<T: AsRef<str>>(&mut self, texts: impl IntoIterator<Item = T>) -> Vec<OwnedRecord> {
        let records = texts.into_iter().map(|text| {
            let word = word(self.sent);
            self.sent += 1;
            let value = tracework_core::Value::Str(text.as_ref());
            TestRecord::new(format!("{word} {}", text.as_ref())).field("text", value).build()
        });
        records.collect()
    }

    pub(super) fn bundle(&mut self, records: &[OwnedRecord]) -> Bundle {
        match (self.destination.wants(), &mut self.format) {
            (Wants::Records, _) => Bundle::of_records(records.to_vec()),
            (Wants::Bytes, Some(format)) => Bundle::encoded(records.to_vec(), format.as_mut()),
            (Wants::Bytes, None) => Bundle::encoded(records.to_vec(), &mut Lines),
        }
    }

    /// Delivers as a worker would: what failed for a time is tried again, without what was delivered.
    pub(super) fn deliver(&mut self, records: &[OwnedRecord]) {
        let mut from = 0;
        for _ in 0..ATTEMPTS {
            let bundle = self.bundle(&records[from..]);
            let Err(failure) = bundle.with(|batch| self.destination.deliver(batch)) else { return };
            let left = records.len() - from;
            assert!(failure.delivered() <= left, "it says it delivered {} of {left} records", failure.delivered());
            assert_eq!(failure.class(), FailureClass::Temporary, "it refuses records: {failure}");
            from += failure.delivered();
            std::thread::sleep(PAUSE);
            _ = self.destination.open();
        }
        panic!("it does not deliver, though it was tried {ATTEMPTS} times");
    }

    /// Delivers so many ordinary records in one batch.
    pub(super) fn deliver_some(&mut self, count: usize) {
        let records = self.next_records(std::iter::repeat_n("ordinary", count));
        self.deliver(&records);
    }

    /// Everything delivered arrived, once and in order.
    pub(super) fn arrived(&mut self) {
        self.destination.flush().expect("it flushes");
        self.read_back("after the flush");
    }

    pub(super) fn close(&mut self) {
        self.destination.close().expect("it closes");
        self.read_back("after it was closed");
    }

    fn read_back(&mut self, when: &str) {
        let Some(read) = self.read.as_mut().map(|read| read()) else { return };
        for (place, text) in read.iter().enumerate().take(self.sent) {
            let word = word(place);
            assert!(text.contains(&word), "{when}, record {place} should contain {word}, and is {text:.200}");
        }
        assert_eq!(read.len(), self.sent, "{when}, so many records were read back of those delivered");
    }
}

/// The first word of the message of record `place`; none of them is part of another.
fn word(place: usize) -> String {
    format!("record{place:06}end")
}
