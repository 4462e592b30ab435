//! The names of rotated files: which one the next gets, and which files are ours.

use super::opening::folder_of;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

const STAMP: &str = "%Y-%m-%dT%H-%M-%S";

/// How a rotated file is packed, by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Packed,
    /// Work in progress, or what a crash left of it.
    Partial,
}

/// The ends of names that compression makes.
const PACKED: [&str; 2] = [".gz", ".zst"];
/// What a file's name ends with while it is being compressed.
pub(crate) const PARTIAL: &str = ".part";

/// A rotated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rotated {
    pub(crate) path: PathBuf,
    /// When it was rotated.
    pub(crate) time: Timestamp,
    pub(crate) counter: u32,
    pub(crate) packing: Packing,
    pub(crate) size: u64,
}

/// The names of a file's rotated ones: `app.jsonl` becomes `app.2026-11-21T10-30-00.jsonl`, and with a clash
/// `app.2026-11-21T10-30-00.1.jsonl`; compressed, `.gz` or `.zst` follows.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    folder: PathBuf,
    stem: OsString,
    extension: Option<OsString>,
    zone: TimeZone,
}

impl Names {
    pub(crate) fn new(path: &Path, zone: TimeZone) -> Self {
        Self {
            folder: folder_of(path).to_owned(),
            stem: path.file_stem().unwrap_or_default().to_owned(),
            extension: path.extension().map(ToOwned::to_owned),
            zone,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A name that is not taken, for a file rotated now, after all others of the same second.
    pub(crate) fn next(&self, now: Timestamp) -> io::Result<PathBuf> {
        let stamp = now.to_zoned(self.zone.clone()).strftime(STAMP).to_string();
        let mut counter = None;
        self.each(|_, parts| {
            if parts.stamp == stamp {
                counter = counter.max(Some(parts.counter));
            }
        })?;
        let mut name = self.stem.clone();
        name.push(".");
        name.push(&stamp);
        if let Some(last) = counter {
            name.push(format!(".{}", last + 1));
        }
        if let Some(extension) = &self.extension {
            name.push(".");
            name.push(extension);
        }
        Ok(self.folder.join(name))
    }

    /// The rotated files that are there, the oldest first.
    pub(crate) fn list(&self) -> io::Result<Vec<Rotated>> {
        let mut found = Vec::new();
        self.each(|name, parts| {
            let path = self.folder.join(name);
            // Ours are ordinary files. One that has just gone needs nothing.
            let Ok(metadata) = fs::symlink_metadata(&path) else { return };
            if metadata.is_file() {
                let modified = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
                let Some(time) = self.time(parts.stamp, modified) else { return };
                found.push(Rotated {
                    path,
                    time,
                    counter: parts.counter,
                    packing: parts.packing,
                    size: metadata.len(),
                });
            }
        })?;
        found.sort_by(|one, other| (one.time, one.counter, &one.path).cmp(&(other.time, other.counter, &other.path)));
        Ok(found)
    }

    /// Calls `found` with each name in the folder that is exactly of our making.
    fn each(&self, mut found: impl FnMut(&OsStr, Parts<'_>)) -> io::Result<()> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let name = entry?.file_name();
            if let Some(parts) = self.parse(&name) {
                found(&name, parts);
            }
        }
        Ok(())
    }

    fn parse<'a>(&self, name: &'a OsStr) -> Option<Parts<'a>> {
        let rest = name.as_encoded_bytes().strip_prefix(self.stem.as_encoded_bytes())?.strip_prefix(b".")?;
        let (stamp, mut rest) = rest.split_at_checked(19)?;
        let stamp = std::str::from_utf8(stamp).ok()?;
        let time = DateTime::strptime(STAMP, stamp).ok()?;
        if time.strftime(STAMP).to_string() != stamp {
            return None;
        }
        let packing = [Packing::Partial, Packing::Packed].into_iter().find_map(|packing| {
            let end = if packing == Packing::Partial { PARTIAL } else { "" };
            PACKED
                .iter()
                .find_map(|packed| Some((rest.strip_suffix(end.as_bytes())?.strip_suffix(packed.as_bytes())?, packing)))
        });
        let counter_and_extension = self.counter(packing.map_or(rest, |(rest, _)| rest));
        // With the extension `gz`, what looks packed may be plain.
        let (counter, packing) = match (counter_and_extension, packing) {
            (Some(counter), packing) => (counter, packing.map_or(Packing::Plain, |(_, packing)| packing)),
            (None, Some(_)) => (self.counter(std::mem::take(&mut rest))?, Packing::Plain),
            (None, None) => return None,
        };
        Some(Parts { stamp, counter, packing })
    }

    /// The counter in `.1.jsonl`; 0 in `.jsonl`.
    fn counter(&self, rest: &[u8]) -> Option<u32> {
        let rest = match &self.extension {
            Some(extension) => rest.strip_suffix(extension.as_encoded_bytes())?.strip_suffix(b".")?,
            None => rest,
        };
        if rest.is_empty() {
            return Some(0);
        }
        let digits = std::str::from_utf8(rest.strip_prefix(b".")?).ok()?;
        let plain = digits.bytes().all(|digit| digit.is_ascii_digit()) && !digits.starts_with('0');
        digits.parse().ok().filter(|_| plain)
    }

    /// The time that a stamp tells. Where the clock was set back it tells two: the one nearer to the last write.
    fn time(&self, stamp: &str, modified: Option<Timestamp>) -> Option<Timestamp> {
        let local = self.zone.to_ambiguous_timestamp(DateTime::strptime(STAMP, stamp).ok()?);
        let (earlier, later) = (local.earlier().ok()?, local.later().ok()?);
        let distance = |time: Timestamp| modified.map(|modified| modified.duration_since(time).abs());
        Some(if distance(later) < distance(earlier) { later } else { earlier })
    }
}

/// What a name says.
struct Parts<'a> {
    stamp: &'a str,
    counter: u32,
    packing: Packing,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, name: &str) -> Option<(u32, Packing)> {
        let names = Names::new(Path::new(path), TimeZone::UTC);
        names.parse(OsStr::new(name)).map(|parts| (parts.counter, parts.packing))
    }

    #[test]
    fn only_exact_names_are_ours() {
        let ours = |name| read("logs/app.jsonl", name);
        assert_eq!(ours("app.2026-11-21T10-30-00.jsonl"), Some((0, Packing::Plain)));
        assert_eq!(ours("app.2026-11-21T10-30-00.12.jsonl"), Some((12, Packing::Plain)));
        assert_eq!(ours("app.2026-11-21T10-30-00.jsonl.gz"), Some((0, Packing::Packed)));
        assert_eq!(ours("app.2026-11-21T10-30-00.3.jsonl.zst"), Some((3, Packing::Packed)));
        assert_eq!(ours("app.2026-11-21T10-30-00.jsonl.gz.part"), Some((0, Packing::Partial)));
        for foreign in [
            "app.jsonl",
            "app.backup.jsonl",
            "app.2026-11-21.jsonl",
            "app.2026-13-21T10-30-00.jsonl",
            "app.2026-11-21T10-30-00.jsonl.bak",
            "app.2026-11-21T10-30-00.jsonl.part",
            "app.2026-11-21T10-30-00.01.jsonl",
            "app.2026-11-21T10-30-00.+1.jsonl",
            "app.2026-11-21T10-30-00..jsonl",
            "app.2026-11-21T10-30-00.jsonl.gz.gz",
            "app.2026-11-21T10-30-00.old.jsonl",
            "app2.2026-11-21T10-30-00.jsonl",
            "my.app.2026-11-21T10-30-00.jsonl",
            "app.2026-11-21T10-30-00",
            "app.2026-11-21T1",
        ] {
            assert_eq!(ours(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn names_without_an_extension_or_with_that_of_a_packed_file_are_told_apart() {
        assert_eq!(read("app", "app.2026-11-21T10-30-00"), Some((0, Packing::Plain)));
        assert_eq!(read("app", "app.2026-11-21T10-30-00.2.gz"), Some((2, Packing::Packed)));
        assert_eq!(read("app", "app.2026-11-21T10-30-00.jsonl"), None);
        assert_eq!(read("app.gz", "app.2026-11-21T10-30-00.gz"), Some((0, Packing::Plain)));
        assert_eq!(read("app.gz", "app.2026-11-21T10-30-00.1.gz.gz"), Some((1, Packing::Packed)));
    }

    #[test]
    fn the_second_of_two_equal_hours_is_told_by_the_last_write() {
        let names = Names::new(Path::new("app"), TimeZone::get("Europe/Berlin").expect("a zone"));
        let time = |modified: &str| {
            let modified = modified.parse().expect("a time");
            names.time("2026-10-25T02-30-00", Some(modified)).map(|time| time.to_string())
        };
        assert_eq!(time("2026-10-25T00:29:59Z").as_deref(), Some("2026-10-25T00:30:00Z"));
        assert_eq!(time("2026-10-25T01:29:59Z").as_deref(), Some("2026-10-25T01:30:00Z"));
    }
}
