//! Bytes that are no records, kept apart.

use super::layout::{BAD, STATE_BAD};
use super::shared::Shared;
use super::window::Window;
use std::ops::Range;
use std::path::Path;
use tracework_disk::{Disk, DiskFile, Open, write_all_at};

/// Copies a part of the segment that begins with `first` into a `.bad` file. What cannot be kept is not: it is counted
/// either way.
pub(super) fn keep(shared: &Shared, file: &dyn DiskFile, first: u64, bytes: Range<u64>) {
    if bytes.is_empty() {
        return;
    }
    let most = {
        let index = shared.index();
        let free = shared.settings.max_bytes.saturating_sub(index.taken() - index.bad);
        shared.settings.most_of_bad().min(free)
    };
    let length = (bytes.end - bytes.start).min(most);
    let name = format!("{first:020}-{:010}{BAD}", bytes.start);
    let freed = make_room(&*shared.disk, &shared.settings.folder, &name, most - length);
    let path = shared.path(&name);
    let copied = copy(&*shared.disk, file, &path, bytes.start..bytes.start + length);
    let mut index = shared.index();
    index.bad = freed;
    match copied {
        Ok(copied) => index.bad += copied,
        Err(error) => index.note(&format!("keep {}: {error}", path.display())),
    }
}

fn copy(disk: &dyn Disk, from: &dyn DiskFile, to: &Path, bytes: Range<u64>) -> std::io::Result<u64> {
    let to = disk.open(to, Open::New)?;
    let mut window = Window::lenient();
    let mut at = bytes.start;
    while at < bytes.end {
        let piece = window.get(from, at, 1, bytes.end)?;
        if piece.is_empty() {
            break;
        }
        write_all_at(&*to, piece, at - bytes.start)?;
        at += piece.len() as u64;
    }
    Ok(at - bytes.start)
}

/// Removes the oldest `.bad` files until the rest takes `most` bytes, not counting one that is written anew; returns what
/// it takes.
fn make_room(disk: &dyn Disk, folder: &Path, anew: &str, most: u64) -> u64 {
    let mut files: Vec<_> = disk.list(folder).unwrap_or_default();
    files.retain(|file| file.is_file && file.name.ends_with(BAD) && file.name != STATE_BAD && file.name != anew);
    files.sort();
    let mut taken: u64 = files.iter().map(|file| file.bytes).sum();
    for file in files {
        if taken <= most {
            break;
        }
        if disk.remove(&folder.join(&file.name)).is_ok() {
            taken -= file.bytes;
        }
    }
    taken
}
