//! The self-log elsewhere: on standard error or in a file.

use super::{SelfLogEntry, SelfLogSource};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Lines on standard error within a minute; more are counted, and the next line says how many.
const LINES: u32 = 60;
const MINUTE: Duration = Duration::from_secs(60);
/// Bytes of the file before it is renamed to `.old` and begun anew.
const BYTES: u64 = 1 << 20;

/// Where the self-log is written beside memory. Nowhere, unless told otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelfLogOutput {
    /// On standard error, 60 lines a minute at the most. A config that was refused is not among them: it is an ERROR in the
    /// log itself.
    pub stderr: bool,
    /// Appended to this file; at 1 MiB it is renamed to the same name with `.old` behind it.
    pub file: Option<PathBuf>,
}

/// An open output. What cannot be written is nobody's concern: there is nowhere to say so.
pub(super) struct Output {
    settings: SelfLogOutput,
    file: Option<File>,
    minute: Instant,
    lines: u32,
    left_out: u64,
}

impl Output {
    pub(super) fn new(settings: SelfLogOutput) -> Self {
        Self { settings, file: None, minute: Instant::now(), lines: 0, left_out: 0 }
    }

    pub(super) fn write(&mut self, entry: &SelfLogEntry) {
        let line = line(entry);
        if self.settings.stderr && entry.source != SelfLogSource::Config {
            self.write_stderr(&line);
        }
        if self.settings.file.is_some() {
            _ = self.write_file(&line);
        }
    }

    fn write_stderr(&mut self, line: &str) {
        if self.minute.elapsed() >= MINUTE {
            (self.minute, self.lines) = (Instant::now(), 0);
        }
        if self.lines >= LINES {
            self.left_out += 1;
            return;
        }
        self.lines += 1;
        let mut stderr = std::io::stderr().lock();
        let left_out = std::mem::take(&mut self.left_out);
        if left_out > 0 {
            _ = writeln!(stderr, "tracework: {left_out} lines of the self-log left out");
        }
        _ = stderr.write_all(line.as_bytes());
    }

    fn write_file(&mut self, line: &str) -> std::io::Result<()> {
        let Some(path) = &self.settings.file else { return Ok(()) };
        if self.file.as_ref().map(File::metadata).transpose()?.is_some_and(|file| file.len() >= BYTES) {
            self.file = None;
            let mut old = path.clone().into_os_string();
            old.push(".old");
            std::fs::rename(path, old)?;
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(OpenOptions::new().create(true).append(true).open(path)?),
        };
        file.write_all(line.as_bytes())
    }
}

/// One line, whatever the message holds.
fn line(entry: &SelfLogEntry) -> String {
    let message: String = entry.message.chars().flat_map(escaped).collect();
    format!("tracework: {}: {message}\n", entry.source)
}

fn escaped(letter: char) -> impl Iterator<Item = char> {
    let hides = letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = (!hides).then_some(letter);
    plain.into_iter().chain(hides.then(|| letter.escape_default()).into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracework_core::Timestamp;

    #[test]
    fn an_entry_is_one_line() {
        let entry = SelfLogEntry {
            source: SelfLogSource::Destination("app".into()),
            message: "refused:\n\x1b[31mno\u{202e}".into(),
            count: 1,
            first: Timestamp(0),
            last: Timestamp(0),
        };
        assert_eq!(line(&entry), "tracework: destination app: refused:\\n\\u{1b}[31mno\\u{202e}\n");
    }
}
