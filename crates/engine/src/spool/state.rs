//! The state: how far a spool is read, and which sequences are given out.

use super::SpoolError;
use super::bytes::Block;
use super::header::{Seen, strange};
use super::id::{LAST, SpoolId};
use super::layout::{ENDIAN, MAX_NAME, SLOT, SLOTS, STATE, STATE_BAD, STATE_BYTES, STATE_HEADER, STATE_NEW, VERSION};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracework_core::Timestamp;
use tracework_disk::{Disk, DiskFile, Open, read_full_at, write_all_at};

const MAGIC: [u8; 8] = *b"tw state";
const SLOT_MAGIC: [u8; 8] = *b"tw slot ";

/// What a slot says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// Every record before it is done.
    pub(super) cursor: u64,
    /// No sequence from here on was given out.
    pub(super) reserved: u64,
    /// Every record before it, of one segment, was synced.
    pub(super) durable: u64,
    /// The first sequence of that segment.
    pub(super) last: u64,
}

/// The open state.
#[derive(Debug)]
pub(super) struct State {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    file: Box<dyn DiskFile>,
    head: Box<[u8]>,
    pub(super) id: SpoolId,
    pub(super) facts: Facts,
    counter: u64,
    /// The slot that was synced last, which is not written to.
    synced: usize,
    /// Was the other slot written since?
    dirty: bool,
    /// Did a sync fail, so that the file must be made anew?
    broken: bool,
}

/// What was found in the place of the state.
pub(super) enum Found {
    Absent,
    Good(State),
    /// It cannot be read; the id, if at least that is known.
    Bad(Option<SpoolId>),
}

impl State {
    /// Makes a new one, in place of what is there.
    pub(super) fn make(
        disk: &Arc<dyn Disk>,
        folder: &Path,
        (id, destination, made): (SpoolId, &str, Timestamp),
        facts: Facts,
    ) -> Result<Self, SpoolError> {
        let head = head(id, destination, made);
        let file = write_new(&**disk, folder, &head, (id, 1, facts))
            .map_err(SpoolError::disk("make the state", folder.join(STATE)))?;
        let (disk, folder) = (Arc::clone(disk), folder.to_owned());
        Ok(Self { disk, folder, file, head, id, facts, counter: 1, synced: 0, dirty: false, broken: false })
    }

    /// Reads the one in `folder`, for `destination`.
    pub(super) fn read(disk: &Arc<dyn Disk>, folder: &Path, destination: &str) -> Result<Found, SpoolError> {
        let path = folder.join(STATE);
        let file = match disk.open(&path, Open::Write) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Absent),
            result => result.map_err(SpoolError::disk("open", &path))?,
        };
        let mut bytes = vec![0; usize::try_from(STATE_BYTES).unwrap_or(0)];
        let read = read_full_at(&*file, &mut bytes, 0).map_err(SpoolError::disk("read", &path))?;
        bytes.truncate(read);
        let id = match read_head(&bytes) {
            Seen::Newer(version) => return Err(SpoolError::Newer { file: path, version }),
            Seen::OtherByteOrder => return Err(SpoolError::ByteOrder { file: path }),
            Seen::Good((_, name)) if name != destination => {
                let (folder, wanted) = (folder.to_owned(), destination.to_owned());
                return Err(SpoolError::Foreign { folder, found: name, wanted });
            }
            Seen::Good((id, _)) => Some(id),
            Seen::Bad => None,
        };
        let slots = SLOTS.map(|at| read_slot(bytes.get(usize::try_from(at).unwrap_or(0)..).unwrap_or_default()));
        let newest =
            (0..SLOTS.len()).filter(|&slot| slots[slot].is_some_and(|(own, ..)| id.is_none_or(|id| own == id)));
        let newest = newest.max_by_key(|&slot| slots[slot].map(|(_, counter, _)| counter));
        let Some((slot, (own, counter, facts))) = newest.and_then(|slot| Some((slot, slots[slot]?))) else {
            return Ok(Found::Bad(id));
        };
        if id.is_none() {
            return Ok(Found::Bad(Some(own)));
        }
        // What an earlier process wrote may not be synced; only then is this slot the one to keep.
        let broken = file.sync().is_err();
        let (disk, folder, head) = (Arc::clone(disk), folder.to_owned(), bytes[..STATE_HEADER].into());
        Ok(Found::Good(Self { disk, folder, file, head, id: own, facts, counter, synced: slot, dirty: false, broken }))
    }

    /// Keeps what is in its place under another name.
    pub(super) fn put_aside(disk: &dyn Disk, folder: &Path) -> Result<(), SpoolError> {
        disk.rename(&folder.join(STATE), &folder.join(STATE_BAD))
            .map_err(SpoolError::disk("put aside", folder.join(STATE)))
    }

    /// Is something written that was not synced?
    pub(super) fn is_dirty(&self) -> bool {
        self.dirty || self.broken
    }

    /// Writes what holds from now on; with `sync`, waits until it is durable.
    pub(super) fn write(&mut self, facts: Facts, sync: bool) -> Result<(), SpoolError> {
        let path = self.folder.join(STATE);
        if self.broken {
            return self.make_anew(facts).map_err(SpoolError::disk("make the state anew", path));
        }
        if facts != self.facts {
            let slot = slot(self.id, self.counter + 1, facts);
            write_all_at(&*self.file, &slot, SLOTS[1 - self.synced]).map_err(SpoolError::disk("write", &path))?;
            (self.counter, self.facts, self.dirty) = (self.counter + 1, facts, true);
        }
        if sync && self.dirty {
            if self.file.sync().is_err() {
                self.broken = true;
                return self.make_anew(facts).map_err(SpoolError::disk("sync", path));
            }
            (self.synced, self.dirty) = (1 - self.synced, false);
        }
        Ok(())
    }

    fn make_anew(&mut self, facts: Facts) -> io::Result<()> {
        let counter = self.counter + 1;
        self.file = write_new(&*self.disk, &self.folder, &self.head, (self.id, counter, facts))?;
        (self.counter, self.facts, self.synced) = (counter, facts, 0);
        (self.dirty, self.broken) = (false, false);
        Ok(())
    }
}

/// Makes the file under another name, and renames it once it is synced.
fn write_new(
    disk: &dyn Disk,
    folder: &Path,
    head: &[u8],
    (id, counter, facts): (SpoolId, u64, Facts),
) -> io::Result<Box<dyn DiskFile>> {
    let new = folder.join(STATE_NEW);
    let made = fill_new(disk, folder, &new, head, (id, counter, facts));
    if made.is_err() {
        // What stays is removed at the next opening.
        _ = disk.remove(&new);
    }
    made
}

fn fill_new(
    disk: &dyn Disk,
    folder: &Path,
    new: &Path,
    head: &[u8],
    (id, counter, facts): (SpoolId, u64, Facts),
) -> io::Result<Box<dyn DiskFile>> {
    let file = disk.open(new, Open::New)?;
    let mut bytes = head.to_vec();
    bytes.resize(usize::try_from(STATE_BYTES).unwrap_or(0), 0);
    let first = usize::try_from(SLOTS[0]).unwrap_or(0);
    bytes[first..first + SLOT].copy_from_slice(&slot(id, counter, facts));
    write_all_at(&*file, &bytes, 0)?;
    file.sync()?;
    disk.rename(new, &folder.join(STATE))?;
    disk.sync_folder(folder)?;
    Ok(file)
}

#[expect(clippy::cast_possible_truncation, reason = "settings allow names of 1024 bytes")]
fn head(id: SpoolId, destination: &str, made: Timestamp) -> Box<[u8]> {
    let mut block = Block::<STATE_HEADER>::zero();
    block.put(0, &MAGIC);
    block.put(8, &VERSION.to_le_bytes());
    block.put(12, &ENDIAN.to_le_bytes());
    block.put(16, &id.0);
    block.put(32, &made.0.to_le_bytes());
    block.put(40, &(destination.len() as u16).to_le_bytes());
    block.put(42, destination.as_bytes());
    block.seal();
    Box::new(block.0)
}

fn read_head(bytes: &[u8]) -> Seen<(SpoolId, String)> {
    let Some(block) = bytes.first_chunk::<STATE_HEADER>().map(|bytes| Block(*bytes)) else { return Seen::Bad };
    if block.run::<8>(0) != MAGIC {
        return Seen::Bad;
    }
    if block.u32(12) == ENDIAN.swap_bytes() {
        return Seen::OtherByteOrder;
    }
    if !block.is_sealed() {
        return Seen::Bad;
    }
    strange(&block).unwrap_or_else(|| {
        let length = usize::from(block.u16(40)).min(MAX_NAME);
        let name = String::from_utf8_lossy(&block.0[42..42 + length]).into_owned();
        Seen::Good((SpoolId(block.run(16)), name))
    })
}

fn slot(id: SpoolId, counter: u64, facts: Facts) -> [u8; SLOT] {
    let mut block = Block::<SLOT>::zero();
    block.put(0, &SLOT_MAGIC);
    block.put(8, &counter.to_le_bytes());
    block.put(16, &id.0);
    block.put(32, &facts.cursor.to_le_bytes());
    block.put(40, &facts.reserved.to_le_bytes());
    block.put(48, &facts.durable.to_le_bytes());
    block.put(56, &facts.last.to_le_bytes());
    block.seal();
    block.0
}

/// The id, the counter and what the slot says, if it is right and makes sense.
fn read_slot(bytes: &[u8]) -> Option<(SpoolId, u64, Facts)> {
    let block = Block(*bytes.first_chunk::<SLOT>()?);
    let (cursor, reserved, durable) = (block.u64(32), block.u64(40), block.u64(48));
    let facts = Facts { cursor, reserved, durable, last: block.u64(56) };
    let most = LAST + 1;
    let right = block.run::<8>(0) == SLOT_MAGIC
        && block.is_sealed()
        && block.u64(8) < u64::MAX
        && facts.cursor <= most
        && facts.durable <= most
        && facts.reserved <= most;
    right.then(|| (SpoolId(block.run(16)), block.u64(8), facts))
}
