//! Dead letters in a file: a JSON object a line, with `time`, `destination`, `reason`, `attempts`, `payload` and `record`.
//! The record is for people; the payload is all of it, as a spool has it, for [`super::letters`].

use super::dead::DeadLetter;
use super::shared::Shared;
use crate::spool::payload;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use tracework_core::{Format, Timestamp};
use tracework_format::Json;

/// A file that grew beyond this gets the ending `.old`, in the place of the one before, and a new one is begun.
const MOST: u64 = 64 << 20;

/// Appends a letter to the file that is set, if one is; else says what went wrong.
pub(super) fn keep(shared: &Shared, letter: &DeadLetter) -> Result<(), String> {
    let Some(path) = shared.lock().dead.settings().file.clone() else { return Ok(()) };
    append(&path, letter).map_err(|error| format!("cannot write the dead letter to {}: {error}", path.display()))
}

/// Brings what was appended to the disk. What somebody moved away is theirs.
pub(super) fn sync(shared: &Shared) -> Result<(), String> {
    let Some(path) = shared.lock().dead.settings().file.clone() else { return Ok(()) };
    match sync_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        synced => synced.map_err(|error| format!("cannot sync the dead letters in {}: {error}", path.display())),
    }
}

/// The file's content and, where the system has that, its name.
fn sync_file(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_data()?;
    if cfg!(unix)
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Several destinations may have one file: none may rename it while another writes.
static APPENDING: Mutex<()> = Mutex::new(());

/// Appends a letter to the file at `path`. The file is opened for each one, so that it can be moved away at any time.
fn append(path: &Path, letter: &DeadLetter) -> io::Result<()> {
    let _alone = APPENDING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::metadata(path).is_ok_and(|file| file.len() > MOST) {
        let mut old = path.as_os_str().to_owned();
        old.push(".old");
        sync_file(path)?;
        fs::rename(path, old)?;
    }
    let mut lines = Vec::new();
    if ends_within_a_line(path) {
        lines.push(b'\n');
    }
    line(letter, &mut lines);
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(&lines)?;
    file.flush()
}

/// Was the last line cut short, by a crash or a full disk? What comes next must not become part of it.
fn ends_within_a_line(path: &Path) -> bool {
    let mut last = [b'\n'];
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)
    });
    // An empty file has no last line, nor has one that is not there.
    read.is_ok() && last != [b'\n']
}

/// Appends one letter as a line.
fn line(letter: &DeadLetter, line: &mut Vec<u8>) {
    let mut head = String::from("{\"time\":\"");
    time(&mut head, letter.time);
    head.push_str("\",\"destination\":");
    quoted(&mut head, &letter.destination);
    head.push_str(",\"reason\":");
    quoted(&mut head, &letter.reason);
    _ = write!(head, ",\"attempts\":{},\"payload\":\"", letter.attempts);
    let (record, mut whole) = (letter.record.view(), Vec::new());
    payload::encode(&record, &mut whole);
    STANDARD.encode_string(&whole, &mut head);
    head.push_str("\",\"record\":");
    line.extend_from_slice(head.as_bytes());
    Json::default().encode(&record, line);
    let end = line.trim_ascii_end().len();
    line.truncate(end);
    line.extend_from_slice(b"}\n");
}

/// Writes a JSON string; all but printable ASCII is escaped, so nothing in it can break the line or a terminal.
fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(quote @ (b'"' | b'\\')) => out.extend(['\\', char::from(quote)]),
            Ok(byte @ 0x20..0x7f) => out.push(char::from(byte)),
            _ => _ = write!(out, "\\u{unit:04x}"),
        }
    }
    out.push('"');
}

/// Writes a time in UTC as RFC 3339 has it.
fn time(out: &mut String, time: Timestamp) {
    let (days, second) = (time.seconds().div_euclid(86_400), time.seconds().rem_euclid(86_400));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let micros = time.nanos() / 1000;
    _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z");
}

/// The date so many days after 1970-01-01, by counting years from March, so that the leap day is the last of a year.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        let written = |seconds: i64| {
            let mut out = String::new();
            time(&mut out, Timestamp(seconds * 1_000_000_000 + 5_000));
            out
        };
        assert_eq!(written(0), "1970-01-01T00:00:00.000005Z");
        assert_eq!(written(951_782_399), "2000-02-28T23:59:59.000005Z");
        assert_eq!(written(951_782_400), "2000-02-29T00:00:00.000005Z");
        assert_eq!(written(1_768_473_045), "2026-01-15T10:30:45.000005Z");
        assert_eq!(written(-1), "1969-12-31T23:59:59.000005Z");
    }

    #[test]
    fn a_reason_cannot_break_the_line() {
        let mut out = String::new();
        quoted(&mut out, "a\"\\\n\u{1b}\u{2028}é😀");
        assert_eq!(out, "\"a\\\"\\\\\\u000a\\u001b\\u2028\\u00e9\\ud83d\\ude00\"");
    }
}
