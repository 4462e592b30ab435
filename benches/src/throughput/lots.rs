//! The records that are delivered, in the batches that a worker would make of them.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, ensure};
use tracework::core::{Attachment, Batch, BatchSettings, Destination, Failure, OwnedRecord, Record, Wants};

use crate::pipeline;

/// Records that are delivered together.
pub struct Lot {
    /// The records.
    pub records: Vec<OwnedRecord>,
    /// What the format makes of them, one after the other; empty if the destination wants records.
    bytes: Vec<u8>,
    /// Where the bytes of each end.
    ends: Vec<usize>,
}

impl Lot {
    /// Each record with its line, without the line's end.
    pub fn lines(&self) -> impl Iterator<Item = (Record<'_>, &[u8])> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        let lines = starts.zip(&self.ends).map(|(start, &end)| {
            let line = &self.bytes[start..end];
            line.strip_suffix(b"\n").unwrap_or(line)
        });
        self.records.iter().map(OwnedRecord::view).zip(lines)
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Bytes of all lines.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }
}

/// Lends all of them as batches.
pub fn with_batches<T>(lots: &[Lot], use_them: impl FnOnce(&[Batch<'_>]) -> T) -> T {
    let views: Vec<Vec<Record<'_>>> =
        lots.iter().map(|lot| lot.records.iter().map(OwnedRecord::view).collect()).collect();
    let batches: Vec<Batch<'_>> = lots
        .iter()
        .zip(&views)
        .map(|(lot, views)| match lot.ends.is_empty() {
            true => Batch::of_records(views),
            false => Batch::encoded(views, &lot.bytes, &lot.ends),
        })
        .collect();
    use_them(&batches)
}

/// Has the pipeline make so many records, and one more, which comes first and by itself: with it connections are tried.
/// The others are put together as the worker of `attachment` would do it when there are many.
pub fn harvest(attachment: Attachment, count: u64) -> Result<(Lot, Vec<Lot>)> {
    let Attachment { destination, format, settings } = attachment;
    let (wants, kept) = (destination.wants(), Arc::<Mutex<Vec<Taken>>>::default());
    let mut harvest = Attachment::from(Harvest { wants, kept: Arc::clone(&kept) });
    harvest.format = format;
    pipeline::run(harvest, count, || Ok(()))?;
    let taken = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
    ensure!(taken.len() as u64 == count + 1, "{} records of {count} were made", taken.len());
    let mut taken = taken.into_iter();
    let first = taken.by_ref().take(1).collect();
    Ok((lot(first, wants), parted(taken.collect(), wants, &settings.batch)))
}

/// A record, and its line.
type Taken = (OwnedRecord, Vec<u8>);

/// Parts the records by the bounds of a batch.
fn parted(taken: Vec<Taken>, wants: Wants, bounds: &BatchSettings) -> Vec<Lot> {
    let (mut lots, mut some, mut bytes) = (Vec::new(), Vec::new(), 0);
    for one in taken {
        let size = if wants == Wants::Bytes { one.1.len() } else { one.0.view().size() };
        if !some.is_empty() && (bytes + size > bounds.bytes || some.len() >= bounds.records) {
            lots.push(lot(std::mem::take(&mut some), wants));
            bytes = 0;
        }
        bytes += size;
        some.push(one);
    }
    if !some.is_empty() {
        lots.push(lot(some, wants));
    }
    lots
}

/// Puts records together.
fn lot(taken: Vec<Taken>, wants: Wants) -> Lot {
    let mut lot = Lot { records: Vec::with_capacity(taken.len()), bytes: Vec::new(), ends: Vec::new() };
    for (record, line) in taken {
        lot.records.push(record);
        if wants == Wants::Bytes {
            lot.bytes.extend_from_slice(&line);
            lot.ends.push(lot.bytes.len());
        }
    }
    lot
}

/// A destination that keeps what it is handed.
struct Harvest {
    /// What the one wants in whose place it stands.
    wants: Wants,
    /// What it kept.
    kept: Arc<Mutex<Vec<Taken>>>,
}

impl Destination for Harvest {
    fn name(&self) -> &'static str {
        "harvest"
    }

    fn wants(&self) -> Wants {
        self.wants
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(batch.iter().map(|(record, line)| (OwnedRecord::from(record), line.to_vec())));
        Ok(())
    }
}
