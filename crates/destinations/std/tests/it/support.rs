//! What the tests share.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tracework_core::{Batch, Destination, Draft, Failure, Head, Kind, Limits, Page, Pick, Record, Severity, Timestamp};

/// A page of as many records as there are lines, each with its line as message.
pub(crate) fn page<L: AsRef<str>>(lines: &[L]) -> (Page, Vec<Pick>) {
    let mut draft = Draft::new(Limits::default());
    let mut page = Page::new(Arc::default());
    let head =
        Head { time: Timestamp(0), severity: Severity::INFO, kind: Kind::Log, callsite: None, generation: 0, roles: 0 };
    let picks = lines.iter().map(|line| {
        draft.begin(head);
        draft.message_str(line.as_ref());
        page.push(&draft, None)
    });
    let picks = picks.collect();
    (page, picks)
}

/// Hands over the lines, from the one numbered `from` on, as one batch.
pub(crate) fn deliver_from<L: AsRef<str>>(to: &mut dyn Destination, lines: &[L], from: usize) -> Result<(), Failure> {
    let (page, picks) = page(lines);
    let records: Vec<Record<'_>> = picks.iter().map(|&pick| page.record(pick)).collect();
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    for line in lines {
        bytes.extend_from_slice(line.as_ref().as_bytes());
        bytes.push(b'\n');
        ends.push(bytes.len());
    }
    to.deliver(&Batch::encoded(&records, &bytes, &ends).slice(from..lines.len()))
}

/// Hands over the lines as one batch.
pub(crate) fn deliver<L: AsRef<str>>(to: &mut dyn Destination, lines: &[L]) -> Result<(), Failure> {
    deliver_from(to, lines, 0)
}

/// Hands over the lines as one batch, which goes well.
pub(crate) fn write<L: AsRef<str>>(to: &mut dyn Destination, lines: &[L]) {
    deliver(to, lines).expect("it is delivered");
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name().into_string();
    let mut names: Vec<_> = entries.map(|entry| name(entry).expect("a name")).collect();
    names.sort();
    names
}

pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of all files in a folder, unpacked where packed, sorted.
pub(crate) fn all_lines(folder: &Path) -> Vec<String> {
    let mut lines: Vec<String> = names(folder)
        .iter()
        .flat_map(|name| {
            let path = folder.join(name);
            let text = if name.ends_with(".gz") { unzipped(&path) } else { text(&path) };
            text.lines().map(ToOwned::to_owned).collect::<Vec<_>>()
        })
        .collect();
    lines.sort();
    lines
}

/// The content of a `.gz`, by the system's own tool.
pub(crate) fn unzipped(path: &Path) -> String {
    let out = Command::new("gzip").arg("-dc").arg(path).output().expect("gzip runs");
    assert!(out.status.success(), "{} is sound", path.display());
    String::from_utf8(out.stdout).expect("text")
}

pub(crate) fn numbered(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| format!("{number:06}")).collect()
}

/// A clock that a test sets.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(crate) fn at(time: &str) -> Self {
        let clock = Self(Arc::default());
        clock.set(time);
        clock
    }

    pub(crate) fn set(&self, time: &str) {
        let time: jiff::Timestamp = time.parse().expect("a time");
        self.0.store(time.as_second().try_into().expect("after 1970"), Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> impl Fn() -> SystemTime + Send + 'static {
        let seconds = Arc::clone(&self.0);
        move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed))
    }
}

/// The folder that a parent process gave to this one.
pub(crate) fn child_folder() -> Option<std::path::PathBuf> {
    std::env::var_os("CHILD_FOLDER").map(Into::into)
}

/// A process that runs one ignored test of this binary, after the shell did `first`.
pub(crate) fn child(test: &str, folder: &Path, first: &str) -> Command {
    let mut command = Command::new("sh");
    let binary = std::env::current_exe().expect("this binary");
    command.arg("-c").arg(format!("{first}; exec \"$0\" \"$@\"")).arg(binary);
    command.args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1", "-q"]).env("CHILD_FOLDER", folder);
    command
}
