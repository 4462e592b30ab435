//! What an earlier process left behind.

use super::SpoolError;
use super::frame;
use super::header::{Header, Seen};
use super::id::{LAST, SpoolId};
use super::index::{Doomed, Index, Segment};
use super::layout::{BAD, HEADER, MAX_SEGMENT_RECORDS, first_of, segment as name_of};
use super::reader::TRIES;
use super::state::State;
use super::walk::{Step, Walk};
use super::window::Window;
use std::path::Path;
use tracework_core::Timestamp;
use tracework_disk::{Disk, DiskFile, Listed, Open, read_full_at};

/// A segment as it was found.
#[derive(Debug)]
struct Left {
    first: u64,
    bytes: u64,
    header: Option<Header>,
}

/// The segments of a folder, in order.
#[derive(Debug)]
pub(super) struct Segments(Vec<Left>);

impl Segments {
    /// Reads the headers of all segments, and changes nothing.
    pub(super) fn look(disk: &dyn Disk, folder: &Path, listed: &[Listed]) -> Result<Self, SpoolError> {
        let mut found = Vec::new();
        for entry in listed.iter().filter(|entry| entry.is_file) {
            let Some(first) = first_of(&entry.name).filter(|first| (1..=LAST).contains(first)) else { continue };
            let path = folder.join(&entry.name);
            let mut bytes = [0; HEADER];
            let file = disk.open(&path, Open::Read).map_err(SpoolError::disk("open", &path))?;
            let read = read_full_at(&*file, &mut bytes, 0).map_err(SpoolError::disk("read", &path))?;
            let header = match Header::read(&bytes[..read]) {
                Seen::Newer(version) => return Err(SpoolError::Newer { file: path, version }),
                Seen::OtherByteOrder => return Err(SpoolError::ByteOrder { file: path }),
                Seen::Good(header) => Some(header),
                Seen::Bad => None,
            };
            found.push(Left { first, bytes: entry.bytes, header });
        }
        found.sort_by_key(|left| left.first);
        Ok(Self(found))
    }

    /// The spool that they say they are of.
    pub(super) fn id(&self) -> Option<SpoolId> {
        self.0.iter().filter(|left| left.header.is_some_and(|header| header.first == left.first)).find_map(Left::id)
    }

    fn of(&self, id: SpoolId) -> impl Iterator<Item = &Left> {
        self.0.iter().filter(move |left| left.is_of(id))
    }

    /// The highest sequence that the segments of a spool may hold.
    pub(super) fn highest(&self, id: SpoolId) -> Option<u64> {
        let last = self.of(id).last()?;
        let most = last.bytes.saturating_sub(HEADER as u64) / super::layout::FRAME as u64;
        Some((last.first + most.min(MAX_SEGMENT_RECORDS)).min(LAST))
    }

    /// The lowest sequence of the segments of a spool.
    pub(super) fn lowest(&self, id: SpoolId) -> Option<u64> {
        self.of(id).next().map(|left| left.first)
    }
}

impl Left {
    fn id(&self) -> Option<SpoolId> {
        self.header.map(|header| header.id)
    }

    /// Is it of this spool, as far as one can tell?
    fn is_of(&self, id: SpoolId) -> bool {
        self.header.is_none_or(|header| header.id == id && header.first == self.first)
    }
}

/// What was found by going through a segment.
struct Scanned {
    end: u64,
    data_end: u64,
    first_time: Option<Timestamp>,
    last_time: Timestamp,
}

/// Puts the segments into the index.
pub(super) fn rebuild(
    disk: &dyn Disk,
    folder: &Path,
    state: &State,
    segments: Segments,
    (index, sync): (&mut Index, bool),
) -> Result<(), SpoolError> {
    let (own, foreign): (Vec<_>, Vec<_>) = segments.0.into_iter().partition(|left| left.is_of(state.id));
    index.counts.foreign = foreign.len() as u64;
    for (at, left) in own.iter().enumerate() {
        let next = own.get(at + 1);
        let told = next.and_then(|next| next.header).map(|next| next.before).filter(|told| told.first == left.first);
        let (first_time, lost) = (left.header.map(|header| header.time), Vec::new());
        let mut segment = Segment {
            number: 0,
            first: left.first,
            end: left.first,
            data_end: left.bytes,
            bytes: left.bytes,
            first_time: first_time.unwrap_or_default(),
            last_time: first_time.unwrap_or_default(),
            sealed: true,
            lost,
        };
        if let Some(told) = told {
            (segment.end, segment.data_end, segment.last_time) = (told.end, told.data_end, told.last_time);
        } else {
            let limit = next.map(|next| next.first);
            go_through(disk, folder, state, (&mut segment, limit), index)?;
        }
        segment.end = next.map_or(segment.end, |next| segment.end.min(next.first)).min(LAST + 1).max(left.first);
        enter(disk, folder, index, segment, left);
    }
    if sync {
        sync_all(disk, folder, index)?;
    }
    index.next = index.segments.back().map_or(0, |last| last.end).max(index.next);
    index.reserved = index.reserved.max(index.next);
    index.durable = if sync { index.next } else { index.durable.min(index.next) };
    index.counts.recovered = index.pending();
    Ok(())
}

/// Finds out where a segment ends of which no other tells.
fn go_through(
    disk: &dyn Disk,
    folder: &Path,
    state: &State,
    (segment, limit): (&mut Segment, Option<u64>),
    index: &mut Index,
) -> Result<(), SpoolError> {
    let path = folder.join(name_of(segment.first));
    // Not to be able to look is no reason to take it for empty.
    let file = disk.open(&path, Open::Read).map_err(SpoolError::disk("open", path))?;
    let scanned = scan(&*file, state.id, segment, limit.unwrap_or(LAST + 1));
    segment.end = scanned.end;
    segment.last_time = scanned.last_time;
    segment.first_time = scanned.first_time.unwrap_or(segment.first_time);
    let is_last = limit.is_none() && state.facts.last == segment.first;
    let durable = if is_last { state.facts.durable.min(segment.first.saturating_add(MAX_SEGMENT_RECORDS)) } else { 0 };
    if durable > segment.end {
        // Records stood here for certain: whoever reads it will find them missing.
        segment.end = durable;
        return Ok(());
    }
    segment.data_end = scanned.data_end;
    index.counts.torn_bytes += segment.bytes.saturating_sub(scanned.data_end.max(HEADER as u64));
    Ok(())
}

/// Syncs what an earlier process may have left unsynced, because it was killed or did not sync.
fn sync_all(disk: &dyn Disk, folder: &Path, index: &Index) -> Result<(), SpoolError> {
    for segment in &index.segments {
        let path = folder.join(name_of(segment.first));
        let synced = disk.open(&path, Open::Write).and_then(|file| file.sync());
        synced.map_err(SpoolError::disk("sync", path))?;
    }
    Ok(())
}

fn scan(file: &dyn DiskFile, id: SpoolId, segment: &Segment, limit: u64) -> Scanned {
    let end = limit.min(segment.first.saturating_add(MAX_SEGMENT_RECORDS));
    let seed = frame::seed(id, segment.first);
    let mut walk = Walk { seed, at: HEADER as u64, expected: segment.first, end, data_end: segment.bytes };
    let (mut window, mut failures) = (Window::default(), 0);
    let mut scanned =
        Scanned { end: segment.first, data_end: HEADER as u64, first_time: None, last_time: segment.last_time };
    loop {
        match walk.step(file, &mut window) {
            Ok(Step::Record { sequence, time, .. }) => {
                scanned.first_time = scanned.first_time.or(Some(time));
                (scanned.end, scanned.last_time) = (sequence + 1, time);
                scanned.data_end = walk.at;
            }
            Ok(Step::Bad { .. }) => {}
            Ok(Step::End) => return scanned,
            // A block that cannot be read at all must not keep the spool from being opened for ever.
            Err(_) => {
                failures += 1;
                window.lenient = failures >= TRIES;
            }
        }
    }
}

/// Enters a segment, or does away with one that holds nothing.
fn enter(disk: &dyn Disk, folder: &Path, index: &mut Index, segment: Segment, left: &Left) {
    let name = name_of(segment.first);
    if segment.end > segment.first && segment.end > index.cursor {
        index.push(segment);
    } else if left.header.is_none() && segment.end == segment.first && left.bytes > HEADER as u64 {
        // Not one record can be read: it is kept for whoever wants to look.
        let aside = folder.join(format!("{:020}{BAD}", segment.first));
        if let Err(error) = disk.rename(&folder.join(&name), &aside) {
            index.note(&SpoolError::disk("put aside", aside)(error));
        }
        index.bad += left.bytes;
        index.counts.quarantined_bytes += left.bytes;
    } else {
        index.doomed.push(Doomed { name, bytes: segment.bytes });
    }
}
