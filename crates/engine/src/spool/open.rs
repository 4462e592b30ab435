//! Opening a spool.

use super::SpoolError;
use super::id::{LAST, SpoolId};
use super::index::Index;
use super::layout::{self, BAD, JUMP, LOCK, NEW, STATE, STATE_BAD};
use super::reader::SpoolReader;
use super::recover::{Segments, rebuild};
use super::settings::{SpoolSettings, SyncPolicy};
use super::shared::Shared;
use super::state::{Facts, Found, State};
use super::writer::SpoolWriter;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use tracework_core::Timestamp;
use tracework_disk::{Disk, DiskFile, Listed, Open, OsDisk, create_folders, read_full_at, sync_above, write_all_at};

/// Opens the spool in a folder, or makes one there, and finds out what is in it. `now` is the time, for a new one.
///
/// ```
/// use tracework_core::Timestamp;
/// use tracework_engine::spool::{self, SpoolEntry, SpoolSettings, SyncPolicy};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path().join("webhook");
/// let settings = SpoolSettings::new(&folder, "webhook").sync(SyncPolicy::Always);
/// let (mut writer, mut reader) = spool::open(settings, Timestamp(0))?;
/// writer.append(&[SpoolEntry { time: Timestamp(0), payload: b"hello" }])?;
///
/// let chunk = reader.read(100, 1 << 20)?;
/// assert_eq!(chunk.iter().next().map(|record| record.payload), Some(&b"hello"[..]));
/// if let Some(last) = chunk.last() {
///     reader.acknowledge(last)?;
/// }
/// writer.close()?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// See [`SpoolError`]: settings that contradict each other, a folder that is no spool, is in use, or is another's, and
/// what the disk says. Nothing that waits in the spool is touched then.
pub fn open(settings: SpoolSettings, now: Timestamp) -> Result<(SpoolWriter, SpoolReader), SpoolError> {
    open_on(Arc::new(OsDisk), settings, now)
}

/// [`open`] on another disk than this machine's.
///
/// # Errors
///
/// As [`open`].
pub fn open_on(
    disk: Arc<dyn Disk>,
    settings: SpoolSettings,
    now: Timestamp,
) -> Result<(SpoolWriter, SpoolReader), SpoolError> {
    settings.check()?;
    let folder = settings.folder.clone();
    refuse_others(&*disk, &folder)?;
    create_folders(&*disk, &folder).map_err(SpoolError::disk("make", &folder))?;
    let lock = lock(&*disk, &folder)?;
    let found = State::read(&disk, &folder, &settings.destination)?;
    let listed = disk.list(&folder).map_err(SpoolError::disk("list", &folder))?;
    let segments = Segments::look(&*disk, &folder, &listed)?;
    // From here on it is certain that the folder is this destination's, and of a version that is known.
    tidy(&*disk, &folder, &listed);
    let state = settle(&disk, &settings, found, &segments, now)?;
    let sync = settings.sync != SyncPolicy::Never;
    // An earlier process may have been killed, or refused, between a name and its sync.
    disk.sync_folder(&folder).map_err(SpoolError::disk("sync", &folder))?;
    let mut index = Index::new(state.facts);
    account(&mut index, &listed);
    rebuild(&*disk, &folder, &state, segments, (&mut index, sync))?;
    let shared = Arc::new(Shared::new(disk, settings, (index, state), lock));
    shared.sweep(false)?;
    Ok((SpoolWriter::new(Arc::clone(&shared)), SpoolReader::new(shared)))
}

/// Is it a file of a spool?
fn is_ours(name: &str) -> bool {
    name == LOCK
        || name == STATE
        || layout::first_of(name).is_some()
        || name.ends_with(BAD)
        || name.strip_suffix(NEW).is_some_and(|name| name == STATE || layout::first_of(name).is_some())
}

/// Refuses a folder with files of which none is a spool's.
fn refuse_others(disk: &dyn Disk, folder: &Path) -> Result<(), SpoolError> {
    let listed = match disk.list(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        result => result.map_err(SpoolError::disk("list", folder))?,
    };
    if listed.iter().any(|entry| is_ours(&entry.name)) {
        return Ok(());
    }
    match listed.into_iter().find(|entry| entry.is_file) {
        Some(entry) => Err(SpoolError::NoSpool { folder: folder.to_owned(), file: entry.name }),
        None => Ok(()),
    }
}

fn lock(disk: &dyn Disk, folder: &Path) -> Result<Box<dyn DiskFile>, SpoolError> {
    let path = folder.join(LOCK);
    let file = disk.open(&path, Open::Create).map_err(SpoolError::disk("open", &path))?;
    if !file.try_lock().map_err(SpoolError::disk("lock", &path))? {
        let mut text = [0; 16];
        let read = read_full_at(&*file, &mut text, 0).unwrap_or(0);
        let pid = std::str::from_utf8(&text[..read]).ok().and_then(|text| text.trim().parse().ok());
        return Err(SpoolError::InUse { folder: folder.to_owned(), pid });
    }
    // Only told to whoever is refused: a full disk must not keep the spool from being opened.
    _ = file.set_length(0).and_then(|()| write_all_at(&*file, format!("{}\n", std::process::id()).as_bytes(), 0));
    Ok(file)
}

/// Removes what was being made when a process ended.
fn tidy(disk: &dyn Disk, folder: &Path, listed: &[Listed]) {
    for entry in listed.iter().filter(|entry| entry.name.ends_with(NEW) && is_ours(&entry.name)) {
        _ = disk.remove(&folder.join(&entry.name));
    }
}

/// Counts the bytes of files that are no segments.
fn account(index: &mut Index, listed: &[Listed]) {
    let bad = listed.iter().filter(|entry| entry.name.ends_with(BAD) && entry.name != STATE_BAD);
    index.bad = bad.map(|entry| entry.bytes).sum();
    let aside = listed.iter().filter(|entry| entry.name == STATE_BAD || entry.name == LOCK);
    index.others += aside.map(|entry| entry.bytes).sum::<u64>();
}

/// The state as it was, or a new one where there was none or it cannot be read.
fn settle(
    disk: &Arc<dyn Disk>,
    settings: &SpoolSettings,
    found: Found,
    segments: &Segments,
    now: Timestamp,
) -> Result<State, SpoolError> {
    let folder = &settings.folder;
    let known = match found {
        Found::Good(mut state) => {
            state.facts.reserved = state.facts.reserved.max(state.facts.durable);
            state.facts.cursor = state.facts.cursor.min(state.facts.reserved);
            return Ok(state);
        }
        Found::Bad(id) => {
            State::put_aside(&**disk, folder)?;
            id
        }
        Found::Absent => {
            sync_above(&**disk, folder).map_err(SpoolError::disk("sync the folders above", folder))?;
            None
        }
    };
    let id = known.or_else(|| segments.id()).unwrap_or_else(|| SpoolId::random(now.0));
    let highest = segments.highest(id);
    let reserved = highest.map_or(1, |highest| highest.saturating_add(JUMP));
    if reserved > LAST {
        return Err(SpoolError::Exhausted { folder: folder.clone() });
    }
    let cursor = segments.lowest(id).unwrap_or(reserved);
    let facts = Facts { cursor, reserved, durable: cursor, last: 0 };
    State::make(disk, folder, (id, &settings.destination, now), facts)
}
