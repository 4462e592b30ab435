//! What happens to records whose queue is full, as each [`Overflow`] says.

use super::queue::{Queue, Waste};
use super::thin;
use crate::round::{At, Parcel};
use std::time::Instant;
use tracework_core::{Overflow, Severity};

impl Queue {
    /// Takes the records of a parcel, or drops as many as its policy says.
    ///
    /// Where records are dropped, an empty queue still takes one record, however large: otherwise it would never go.
    pub(super) fn offer(&mut self, parcel: Parcel, now: Instant) -> Waste {
        let mut waste = Waste::default();
        if self.spool.is_some() {
            self.let_go(&mut waste.parcels);
        }
        match self.settings.when_full {
            Overflow::Block { limit } => {
                if self.gate.is_full() && self.gate.expire(limit, now) {
                    waste.block_timeout += parcel.picks.len() as u64;
                    waste.parcels.push(parcel);
                } else {
                    self.append(parcel, now);
                }
            }
            // What is on its way to the disk, or there already, is not dropped: the disk has bounds of its own.
            Overflow::DropNewest => self.drop_newest(parcel, now, &mut waste),
            _ if self.spool.is_some() => self.drop_newest(parcel, now, &mut waste),
            Overflow::DropOldest => self.drop_oldest(parcel, now, &mut waste),
            Overflow::DropLowest => self.drop_lowest(parcel, now, &mut waste),
        }
        self.refresh(now);
        if waste.queue_full > 0 {
            self.gate.shut(now);
        }
        waste
    }

    fn drop_newest(&mut self, parcel: Parcel, now: Instant, waste: &mut Waste) {
        let room = self.room();
        if parcel.bytes <= room {
            return self.append(parcel, now);
        }
        let least = usize::from(self.waiting.is_empty() && self.nothing_taken());
        let kept = thin::fitting(&parcel.round, parcel.picks.iter(), room).max(least).min(parcel.picks.len());
        self.keep(&parcel, 0..kept, now, waste);
        waste.parcels.push(parcel);
    }

    fn drop_oldest(&mut self, parcel: Parcel, now: Instant, waste: &mut Waste) {
        let most = self.settings.memory.saturating_sub(self.taken_bytes());
        if parcel.bytes <= most {
            self.append(parcel, now);
        } else {
            let all = parcel.picks.len();
            let kept = thin::fitting(&parcel.round, parcel.picks.iter().rev(), most).max(1).min(all);
            self.keep(&parcel, all - kept..all, now, waste);
            waste.parcels.push(parcel);
        }
        while self.excess() > 0 && !self.is_last_record() {
            self.trim_oldest(waste);
        }
    }

    /// Keeps a range of a parcel's records and drops the rest of them.
    fn keep(&mut self, parcel: &Parcel, range: std::ops::Range<usize>, now: Instant, waste: &mut Waste) {
        waste.queue_full += (parcel.picks.len() - range.len()) as u64;
        if !range.is_empty() {
            self.append(thin::copy_out(&parcel.round, &parcel.picks[range]), now);
        }
    }

    /// Drops as much of the oldest parcel as is too much, or all of it.
    fn trim_oldest(&mut self, waste: &mut Waste) {
        let excess = self.excess();
        let Some(oldest) = self.waiting.front() else { return };
        let parcel = &oldest.parcel;
        let room = parcel.bytes.saturating_sub(excess);
        let kept = thin::fitting(&parcel.round, parcel.picks.iter().rev(), room).min(parcel.picks.len() - 1);
        waste.queue_full += (parcel.picks.len() - kept) as u64;
        let kept = parcel.picks[parcel.picks.len() - kept..].to_vec();
        waste.parcels.extend(self.thin(0, &kept));
    }

    fn drop_lowest(&mut self, parcel: Parcel, now: Instant, waste: &mut Waste) {
        self.append(parcel, now);
        while self.excess() > 0 && !self.is_last_record() {
            let Some((place, severity)) = self.least_serious() else { return };
            self.trim_severity(place, severity, waste);
        }
    }

    /// Is there but one record, so that it must stay although it is too large?
    fn is_last_record(&self) -> bool {
        match self.waiting.len() {
            0 => true,
            1 => self.nothing_taken() && self.waiting[0].parcel.picks.len() == 1,
            _ => false,
        }
    }

    /// The oldest parcel that holds a record of the least severity there is.
    fn least_serious(&mut self) -> Option<(usize, Severity)> {
        let mut least = None;
        for (place, waiting) in self.waiting.iter_mut().enumerate() {
            let parcel = &waiting.parcel;
            let counts = waiting.severities.get_or_insert_with(|| count_severities(parcel));
            let own = Severity::ALL.into_iter().find(|severity| counts[severity.index()] > 0);
            if let Some(own) = own
                && least.is_none_or(|(_, other)| own < other)
            {
                least = Some((place, own));
            }
        }
        least
    }

    /// Drops records of `severity` from the parcel at `place`, the oldest of them first, as many as are too many.
    fn trim_severity(&mut self, place: usize, severity: Severity, waste: &mut Waste) {
        let excess = self.excess();
        let parcel = &self.waiting[place].parcel;
        let room = parcel.bytes.saturating_sub(excess);
        let mut held = thin::weight_of(&parcel.round, &parcel.picks);
        let mut dropped = 0;
        let kept: Vec<At> = parcel
            .picks
            .iter()
            .copied()
            .filter(|&at| {
                let record = parcel.round.record(at);
                let drop = record.severity() == severity && (held > room || dropped == 0);
                if drop {
                    held -= thin::weight(&record);
                    dropped += 1;
                }
                !drop
            })
            .collect();
        waste.queue_full += dropped;
        waste.parcels.extend(self.thin(place, &kept));
    }
}

fn count_severities(parcel: &Parcel) -> [u32; Severity::ALL.len()] {
    let mut counts = [0; Severity::ALL.len()];
    for &at in parcel.picks.iter() {
        counts[parcel.round.record(at).severity().index()] += 1;
    }
    counts
}
