//! What a spool must hold, beside the spool itself: the model of the model test.

use super::support::{Chance, number_of, payload};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use tracework_core::Timestamp;
use tracework_engine::spool::{
    Chunk, Lost, SpoolEntry, SpoolError, SpoolReader, SpoolRetention, SpoolSettings, SpoolWriter, SyncPolicy,
};
use tracework_testkit::CrashDisk;

/// A spool, and what it must hold.
pub(super) struct World {
    pub(super) disk: CrashDisk,
    pub(super) settings: SpoolSettings,
    pub(super) policy: SyncPolicy,
    pub(super) writer: SpoolWriter,
    pub(super) reader: SpoolReader,
    pub(super) log: Log,
    /// Accepted and not done, by sequence: the number of the record.
    pending: BTreeMap<u64, u64>,
    /// Offered, and refused or given up; they may come back after a crash.
    ghosts: BTreeSet<u64>,
    /// What was ever read under a sequence.
    told: BTreeMap<u64, u64>,
    /// Below it everything is durable, as the spool said.
    durable: u64,
    /// Below it everything was acknowledged, and that call succeeded.
    acknowledged: u64,
    /// The last sequence that was read in this session.
    read: u64,
    next_number: u64,
    /// Did a call fail since the spool was opened?
    pub(super) failed: bool,
    /// Read back after a sync had failed, and never told durable before: they may be in memory alone.
    doubtful: BTreeSet<u64>,
    /// Bytes of the files when it was opened: a power failure brings back files whose removal was not synced.
    opened_with: u64,
}

/// What was done, shared with whoever tells of a failure.
pub(super) type Log = std::rc::Rc<std::cell::RefCell<String>>;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Closed,
    Killed,
    PowerFailed,
}

impl World {
    pub(super) fn new(disk: CrashDisk, settings: SpoolSettings, policy: SyncPolicy, log: Log) -> Self {
        let settings = settings.sync(policy);
        let (writer, reader) = super::support::open(&disk, settings.clone()).expect("a new spool");
        Self {
            disk,
            settings,
            policy,
            writer,
            reader,
            log,
            pending: BTreeMap::new(),
            ghosts: BTreeSet::new(),
            told: BTreeMap::new(),
            durable: 0,
            acknowledged: 0,
            read: 0,
            next_number: 0,
            failed: false,
            doubtful: BTreeSet::new(),
            opened_with: 0,
        }
    }

    /// Notes what was done, for whoever reads of a failure.
    pub(super) fn say(&self, what: impl std::fmt::Display) {
        _ = writeln!(self.log.borrow_mut(), "{what}");
    }

    fn look(&mut self) {
        self.durable = self.durable.max(self.writer.watch().durable());
    }

    pub(super) fn append(&mut self, chance: &mut Chance, largest: u64) {
        let count = 1 + chance.below(5);
        let numbers: Vec<_> = (0..count).map(|at| self.next_number + at).collect();
        self.next_number += count;
        let payloads: Vec<_> =
            numbers.iter().map(|&number| payload(number, usize::try_from(chance.below(largest)).unwrap())).collect();
        let entries: Vec<_> =
            payloads.iter().zip(1..).map(|(payload, time)| SpoolEntry { time: Timestamp(time), payload }).collect();
        let result = self.writer.append(&entries);
        self.say(format_args!("append {numbers:?}: {result:?}"));
        let range = result.unwrap_or_else(|error| {
            self.failed |= !matches!(error, SpoolError::Full { .. });
            0..0
        });
        let taken = usize::try_from(range.end - range.start).unwrap();
        self.pending.extend(range.clone().zip(numbers.iter().copied()));
        self.ghosts.extend(&numbers[taken..]);
        self.look();
        if self.policy == SyncPolicy::Always && taken > 0 {
            assert!(self.durable >= range.end, "accepted and not durable");
        }
    }

    pub(super) fn sync(&mut self) {
        let result = self.writer.sync();
        self.say(format_args!("sync: {result:?}"));
        let durable = self.writer.watch().durable();
        match result {
            Ok(()) => assert!(self.pending.keys().all(|&sequence| sequence < durable), "not all is durable"),
            Err(_) => self.failed = true,
        }
        self.look();
    }

    pub(super) fn read(&mut self, chance: &mut Chance) {
        let (records, bytes) = (1 + chance.below(9), chance.below(2000));
        let mut result = self.reader.read(usize::try_from(records).unwrap(), usize::try_from(bytes).unwrap());
        if let Err(error) = &result {
            self.say(format_args!("read: {error}"));
            self.failed = true;
            self.disk.heal();
            result = self.reader.read(1, 1);
        }
        let chunk = result.expect("it can be read once the disk is well");
        self.say(format_args!("read: {:?}", chunk.iter().map(|record| record.sequence).collect::<Vec<_>>()));
        assert!(chunk.lost().is_empty(), "lost {:?}", chunk.lost());
        if chunk.is_empty() && !self.writer.watch().health().failing {
            let left = self.pending.range(self.read + 1..).next();
            assert!(left.is_none(), "{left:?} does not come");
        }
        self.take(&chunk);
    }

    /// Everything in a chunk must be what is expected next.
    fn take(&mut self, chunk: &Chunk) {
        for record in chunk.iter() {
            let number = number_of(record.payload).expect("a record that was offered");
            let expected = self.pending.range(self.read + 1..).next();
            assert_eq!(expected, Some((&record.sequence, &number)), "what comes after {}", self.read);
            self.read = record.sequence;
            let before = *self.told.entry(record.sequence).or_insert(number);
            assert_eq!(before, number, "the sequence {} was another record's", record.sequence);
        }
    }

    pub(super) fn acknowledge(&mut self, chance: &mut Chance) {
        let unacknowledged: Vec<_> = self.pending.range(..=self.read).map(|(&sequence, _)| sequence).collect();
        if unacknowledged.is_empty() {
            return;
        }
        let last = unacknowledged[usize::try_from(chance.below(unacknowledged.len() as u64)).unwrap()];
        let result = self.reader.acknowledge(last);
        self.say(format_args!("acknowledge {last}: {result:?}"));
        self.pending = self.pending.split_off(&(last + 1));
        match result {
            Ok(()) => self.acknowledged = last + 1,
            Err(_) => self.failed = true,
        }
    }

    pub(super) fn rewind(&mut self) {
        self.say("rewind");
        self.reader.rewind();
        self.read = self.pending.keys().next().map_or(self.read, |first| first - 1);
    }

    pub(super) fn discard(&mut self, retention: Option<SpoolRetention>) {
        let before = self.writer.watch().health().records;
        let result = match &retention {
            None => self.writer.discard_oldest().map(Option::unwrap_or_default),
            Some(retention) => self.writer.retain(Timestamp(10), retention),
        };
        self.say(format_args!("discard {retention:?}: {result:?}"));
        let Ok(discarded) = result else {
            self.failed = true;
            return;
        };
        let after = self.writer.watch().health().records;
        assert_eq!(before - after, discarded.records, "what was discarded is not pending");
        let gone: Vec<_> = self.pending.range(discarded.sequences.clone()).map(|(&sequence, _)| sequence).collect();
        assert_eq!(gone.len() as u64, discarded.records, "{discarded:?}");
        assert!(gone.first().is_none_or(|&first| first > self.read), "what was handed out is discarded");
        self.ghosts.extend(gone.into_iter().filter_map(|sequence| self.pending.remove(&sequence)));
        self.look();
    }

    /// Ends the session and begins another.
    pub(super) fn reopen(mut self, end: End) -> Self {
        self.look();
        self.say(format_args!("{end:?}"));
        let (disk, settings) = (self.disk.clone(), self.settings.clone());
        let (mut end, power) = (end, end == End::PowerFailed);
        if end == End::Closed {
            disk.heal();
            let closed = self.writer.close();
            _ = writeln!(self.log.borrow_mut(), "close: {closed:?}");
            drop(self.reader);
            closed.expect("it is closed once the disk is well");
        } else {
            let forgotten = (self.writer, self.reader);
            if end == End::PowerFailed {
                disk.crash();
            } else {
                disk.kill();
            }
            drop(forgotten);
        }
        let (failed, durable) = (self.failed, self.durable);
        if self.failed && end == End::Killed {
            // What was in memory alone, after a sync that failed, is lost with the process.
            end = End::PowerFailed;
        }
        let (writer, mut reader) = super::support::open(&disk, settings).expect("it opens again");
        let mut found = BTreeMap::new();
        let mut lost = 0;
        loop {
            let chunk = reader.read(100, 1 << 20).expect("it can be read");
            if chunk.is_empty() && chunk.lost().is_empty() {
                break;
            }
            // A power failure may tear what was not durable out of the middle.
            lost += chunk.lost().iter().map(Lost::records).sum::<u64>();
            for record in chunk.iter() {
                let number = number_of(record.payload).expect("a record that was offered");
                let last = found.last_key_value().map_or(0, |(&last, _)| last);
                assert!(record.sequence > last, "the order is kept");
                found.insert(record.sequence, number);
            }
        }
        _ = writeln!(self.log.borrow_mut(), "found: {:?}", found.keys().collect::<Vec<_>>());
        reader.rewind();
        let mut next = Self { writer, reader, pending: BTreeMap::new(), read: 0, failed: false, ..self };
        next.check(&found, (end, &self.pending), lost);
        let doubtful = found.keys().copied().filter(|&sequence| failed && sequence >= durable);
        next.doubtful.extend(doubtful);
        if power {
            next.doubtful.clear();
        }
        next.opened_with = next.disk.taken();
        // A power failure may take the cursor back.
        next.acknowledged = found.keys().next().map_or(next.acknowledged, |&first| next.acknowledged.min(first));
        next.pending = found;
        next
    }

    /// Is what was found what must be there?
    fn check(&mut self, found: &BTreeMap<u64, u64>, (end, pending): (End, &BTreeMap<u64, u64>), lost: u64) {
        for (sequence, number) in pending {
            let must = end != End::PowerFailed || (*sequence < self.durable && !self.doubtful.contains(sequence));
            assert!(!must || found.contains_key(sequence), "{sequence} (record {number}) is lost after {end:?}");
        }
        for (&sequence, &number) in found {
            let known = pending.get(&sequence) == Some(&number)
                || self.ghosts.contains(&number)
                || sequence < self.acknowledged
                || self.told.get(&sequence) == Some(&number);
            assert!(known, "{sequence} (record {number}) was never accepted");
            let before = *self.told.entry(sequence).or_insert(number);
            assert_eq!(before, number, "the sequence {sequence} was another record's");
            let twice = sequence < self.acknowledged && (end != End::PowerFailed || self.policy == SyncPolicy::Always);
            assert!(!twice, "{sequence} was acknowledged");
        }
        let health = self.writer.watch().health();
        assert_eq!(health.recovered, found.len() as u64 + lost, "recovered");
        assert_eq!(health.records, found.len() as u64, "pending");
    }

    /// Does the account of bytes hold?
    pub(super) fn check_bytes(&self) {
        let bytes = self.disk.taken();
        let health = self.writer.watch().health();
        if !self.failed && health.disk_errors == 0 {
            assert_eq!(bytes, health.bytes, "the bytes of {:?}", self.disk.files());
            assert!(bytes <= health.max_bytes.max(self.opened_with), "{bytes} bytes");
        }
    }
}
