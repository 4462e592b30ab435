//! The reading half.

use super::SpoolError;
use super::bad;
use super::chunk::{Chunk, Lost};
use super::frame;
use super::health::SpoolWatch;
use super::index::Segment;
use super::layout::{HEADER, segment as name_of};
use super::shared::Shared;
use super::walk::{Step, Walk};
use super::window::Window;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::sync::Arc;
use tracework_disk::{DiskFile, Open};

/// How often in a row a read may fail before what cannot be read is passed over.
pub(super) const TRIES: u32 = 3;

/// Does an error say nothing of the file, so that it may be read later: because something runs out, or is not allowed, or
/// is far away?
fn may_pass(error: &io::Error) -> bool {
    use ErrorKind::{
        Interrupted, OutOfMemory, PermissionDenied, ResourceBusy, StaleNetworkFileHandle, TimedOut, WouldBlock,
    };
    /// Too many open files: of the process, of the system.
    const TOO_MANY: [i32; 2] = if cfg!(windows) { [4, 4] } else { [24, 23] };
    let kinds =
        [Interrupted, OutOfMemory, PermissionDenied, ResourceBusy, StaleNetworkFileHandle, TimedOut, WouldBlock];
    kinds.contains(&error.kind()) || error.raw_os_error().is_some_and(|number| TOO_MANY.contains(&number))
}

/// Reads a spool from its cursor on, and tells what is done. There is one for each spool.
#[derive(Debug)]
pub struct SpoolReader {
    shared: Arc<Shared>,
    /// The sequence to go on with.
    next: u64,
    open: Option<Opened>,
    window: Window,
    failures: u32,
}

/// The segment that is being read.
#[derive(Debug)]
struct Opened {
    number: u64,
    first: u64,
    file: Box<dyn DiskFile>,
    walk: Walk,
}

/// Why reading a segment paused.
enum Pause {
    /// The chunk is full.
    Full,
    /// The segment has no more for now.
    End,
}

impl SpoolReader {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let next = shared.index().cursor;
        Self { shared, next, open: None, window: Window::default(), failures: 0 }
    }

    /// Reads what comes next, in order: at most `records`, and as many as have `bytes` of payload together, but one
    /// at least. An empty chunk means that everything was read.
    ///
    /// # Errors
    ///
    /// Fails as the disk says, and may be called again. What fails three times in a row is passed over and counted as
    /// lost, unless the error says nothing of the file itself, such as too many open files.
    pub fn read(&mut self, records: usize, bytes: usize) -> Result<Chunk, SpoolError> {
        loop {
            let mut chunk = Chunk::default();
            let mut from = Vec::new();
            let result = self.fill(&mut chunk, &mut from, (records.max(1), bytes));
            if !self.commit(&chunk, &from) {
                continue;
            }
            return match result {
                Err(error) if chunk.is_empty() && chunk.lost().is_empty() => Err(error),
                _ => Ok(chunk),
            };
        }
    }

    /// Says that every record up to this sequence is done. Segments that are done are removed. A sequence that was not
    /// handed out yet counts as the last that was.
    ///
    /// # Errors
    ///
    /// Fails if the disk refuses the state. It is done all the same, and told to the disk with the next one.
    pub fn acknowledge(&mut self, up_to: u64) -> Result<(), SpoolError> {
        {
            let mut index = self.shared.index();
            let cursor = up_to.saturating_add(1).min(index.handed);
            if cursor <= index.cursor && index.doomed.is_empty() {
                return Ok(());
            }
            index.cursor = index.cursor.max(cursor);
        }
        self.shared.sweep(false)
    }

    /// Goes back to the first record that is not done.
    pub fn rewind(&mut self) {
        let mut index = self.shared.index();
        self.next = index.cursor;
        index.handed = index.cursor;
        drop(index);
        self.open = None;
        self.window.clear();
    }

    /// Goes on from this sequence, or from the first record that is not done if that is later. What is before it counts
    /// as handed out: whoever asks has it from elsewhere. What is from there on does not.
    pub fn seek(&mut self, sequence: u64) {
        let mut index = self.shared.index();
        let sequence = sequence.max(index.cursor);
        index.handed = sequence;
        drop(index);
        if sequence != self.next {
            self.next = sequence;
            self.open = None;
            self.window.clear();
        }
    }

    /// The sequence that it goes on from.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.next
    }

    /// Looks at the spool from anywhere.
    #[must_use]
    pub fn watch(&self) -> SpoolWatch {
        SpoolWatch(Arc::clone(&self.shared))
    }

    /// Makes what was read count as handed out; `false` if a segment that it came from was discarded meanwhile.
    fn commit(&mut self, chunk: &Chunk, from: &[u64]) -> bool {
        let mut index = self.shared.index();
        if from.iter().any(|&number| index.get(number).is_none()) {
            self.next = index.handed;
            drop(index);
            self.open = None;
            self.window.clear();
            return false;
        }
        index.handed = index.handed.max(self.next);
        for lost in chunk.lost() {
            index.counts.quarantined_records += lost.records();
            index.counts.quarantined_bytes += lost.bytes;
            let number = lost.segment;
            if let Some(segment) = index.get_mut(number) {
                segment.lost.push(lost.sequences.clone());
            }
        }
        true
    }

    /// Reads from segment after segment, noting their numbers.
    fn fill(&mut self, chunk: &mut Chunk, from: &mut Vec<u64>, most: (usize, usize)) -> Result<(), SpoolError> {
        loop {
            let Some(segment) = self.shared.index().from(self.next).cloned() else { return Ok(()) };
            let before = self.next;
            let result = self.enter(&segment).and_then(|()| self.fill_from(chunk, most));
            if self.next > before {
                from.push(segment.number);
            }
            match result {
                Ok(Pause::Full) => return Ok(()),
                Ok(Pause::End) => {
                    self.next = self.next.max(segment.first);
                    if self.next < segment.end {
                        self.lose(chunk, from, &segment, self.next..segment.end);
                    }
                }
                Err(error) => return self.failed(chunk, from, &segment, error),
            }
        }
    }

    /// Notes that these sequences of a segment are not to be had.
    fn lose(&mut self, chunk: &mut Chunk, from: &mut Vec<u64>, segment: &Segment, sequences: Range<u64>) {
        self.next = sequences.end;
        if !self.shared.is_known(segment.number, &sequences) {
            chunk.lose(Lost { segment: segment.number, sequences, bytes: 0 });
        }
        from.push(segment.number);
    }

    /// Counts a failed read. A file that is gone is given up at once, after `TRIES` one that cannot be opened for a reason
    /// of its own.
    fn failed(
        &mut self,
        chunk: &mut Chunk,
        from: &mut Vec<u64>,
        segment: &Segment,
        error: io::Error,
    ) -> Result<(), SpoolError> {
        self.failures = self.failures.saturating_add(1);
        let hopeless = error.kind() == ErrorKind::NotFound || (self.failures >= TRIES && !may_pass(&error));
        if hopeless && self.open.is_none() {
            self.lose(chunk, from, segment, self.next.max(segment.first)..segment.end);
            self.failures = 0;
        } else if self.failures >= TRIES && self.open.is_some() {
            self.window.lenient = true;
        }
        let error = SpoolError::disk("read", self.shared.path(&name_of(segment.first)))(error);
        Err(self.shared.note(error))
    }

    /// Opens the segment, or goes on in the one that is open.
    fn enter(&mut self, segment: &Segment) -> io::Result<()> {
        if let Some(open) = self.open.as_mut().filter(|open| open.number == segment.number) {
            (open.walk.end, open.walk.data_end) = (segment.end, segment.data_end);
            return Ok(());
        }
        self.open = None;
        self.window.clear();
        self.window.lenient = false;
        let file = self.shared.disk.open(&self.shared.path(&name_of(segment.first)), Open::Read)?;
        let walk = Walk {
            seed: frame::seed(self.shared.id, segment.first),
            at: HEADER as u64,
            expected: segment.first,
            end: segment.end,
            data_end: segment.data_end,
        };
        self.open = Some(Opened { number: segment.number, first: segment.first, file, walk });
        Ok(())
    }

    /// Reads from the open segment.
    fn fill_from(&mut self, chunk: &mut Chunk, (records, bytes): (usize, usize)) -> io::Result<Pause> {
        let Some(open) = &mut self.open else { return Ok(Pause::End) };
        loop {
            if chunk.len() >= records {
                return Ok(Pause::Full);
            }
            let back = open.walk;
            match open.walk.step(&*open.file, &mut self.window)? {
                Step::Record { sequence, .. } if sequence < self.next => {}
                Step::Record { sequence, time, payload } => {
                    if !chunk.is_empty() && chunk.bytes() + payload.len() > bytes {
                        open.walk = back;
                        return Ok(Pause::Full);
                    }
                    chunk.push(sequence, time, payload);
                    self.next = sequence + 1;
                }
                Step::Bad { bytes, lost } => {
                    let sequences = lost.start.max(self.next)..lost.end;
                    self.next = self.next.max(lost.end);
                    if !sequences.is_empty() && !self.shared.is_known(open.number, &sequences) {
                        bad::keep(&self.shared, &*open.file, open.first, bytes.clone());
                        chunk.lose(Lost { segment: open.number, sequences, bytes: bytes.end - bytes.start });
                    }
                }
                Step::End => return Ok(Pause::End),
            }
            self.failures = 0;
        }
    }
}
