//! From record to record through a segment, past whatever is not one.

use super::frame::Head;
use super::layout::{FRAME, MARK};
use super::window::Window;
use std::io;
use std::ops::Range;
use tracework_core::Timestamp;
use tracework_disk::DiskFile;

/// A place in a segment, and what is expected there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    pub(super) seed: u32,
    /// Where in the file.
    pub(super) at: u64,
    /// The sequence of the record there.
    pub(super) expected: u64,
    /// The sequence behind the last record of the segment.
    pub(super) end: u64,
    /// Where its records end.
    pub(super) data_end: u64,
}

/// What stood at the place.
#[derive(Debug)]
pub(super) enum Step<'a> {
    Record {
        sequence: u64,
        time: Timestamp,
        payload: &'a [u8],
    },
    /// No records: these bytes of the file, and these sequences that are missing.
    Bad {
        bytes: Range<u64>,
        lost: Range<u64>,
    },
    /// The segment has no more.
    End,
}

impl Walk {
    /// Makes one step. The place stays where it was if it fails.
    pub(super) fn step<'a>(&mut self, file: &dyn DiskFile, window: &'a mut Window) -> io::Result<Step<'a>> {
        if self.expected >= self.end {
            return Ok(Step::End);
        }
        let bytes = window.get(file, self.at, FRAME, self.data_end)?;
        let Some(head) = self.head(bytes, self.at) else { return self.search(file, window) };
        if head.sequence > self.expected {
            let lost = self.expected..head.sequence;
            self.expected = head.sequence;
            return Ok(Step::Bad { bytes: self.at..self.at, lost });
        }
        let whole = window.get(file, self.at, FRAME + head.length, self.data_end)?;
        let payload = whole.get(FRAME..FRAME + head.length).unwrap_or_default();
        let (from, sequence) = (self.at, self.expected);
        self.at += head.whole();
        self.expected += 1;
        if head.fits(payload) {
            Ok(Step::Record { sequence, time: head.time, payload })
        } else {
            Ok(Step::Bad { bytes: from..self.at, lost: sequence..self.expected })
        }
    }

    /// The head of a record at `at` that may come next.
    fn head(&self, bytes: &[u8], at: u64) -> Option<Head> {
        let head = Head::read(bytes, self.seed)?;
        let comes = (self.expected..self.end).contains(&head.sequence) && at + head.whole() <= self.data_end;
        comes.then_some(head)
    }

    /// Goes on to the next head of a record, or to the end.
    fn search<'a>(&mut self, file: &dyn DiskFile, window: &mut Window) -> io::Result<Step<'a>> {
        let from = self.at;
        let mut at = from;
        let found = loop {
            let bytes = window.get(file, at, FRAME + MARK.len(), self.data_end)?;
            let mut marks = memchr::memmem::find_iter(bytes, &MARK).map(|place| (place, at + place as u64));
            let whole = bytes.len().saturating_sub(FRAME - 1);
            let next = marks.find_map(|(place, at)| {
                if at == from || place >= whole { None } else { Some((at, self.head(&bytes[place..], at)?)) }
            });
            if next.is_some() {
                break next;
            }
            if whole == 0 || at + bytes.len() as u64 >= self.data_end {
                break None;
            }
            at += whole as u64;
        };
        let (to, next) = found.map_or((self.data_end.max(from), self.end), |(at, head)| (at, head.sequence));
        let lost = self.expected..next;
        (self.at, self.expected) = (to, next);
        Ok(Step::Bad { bytes: from..to, lost })
    }
}
