//! What files hold, so that a change is seen.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hasher as _};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A file whose time is nearer than this may change once more without another time: some file systems count in seconds.
const COARSE: Duration = Duration::from_secs(3);

/// So much of a file is looked at, more than a config may have.
const MOST: u64 = 2 << 20;

/// What files hold, and what is in folders. Two are equal if every file has the same content; one that is not there has none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prints(BTreeMap<PathBuf, Print>);

#[derive(Clone, Debug)]
struct Print {
    /// What the system tells of it, as of the last reading, if that is to be trusted.
    stat: Option<Stat>,
    /// Of what it holds; `None` if it cannot be read.
    hash: Option<u64>,
}

/// What the system tells of a file: which it is, how long, how old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    file: (u64, u64),
    length: u64,
    modified: Option<SystemTime>,
}

impl PartialEq for Prints {
    fn eq(&self, other: &Self) -> bool {
        let hashes =
            |prints: &Self| -> Vec<_> { prints.0.iter().map(|(path, print)| (path.clone(), print.hash)).collect() };
        hashes(self) == hashes(other)
    }
}

impl Prints {
    /// Of these files. One that is as the system told `before` is not read again.
    pub(super) fn of(files: &[PathBuf], before: &Self) -> Self {
        Self(files.iter().map(|file| (file.clone(), Print::of(file, before.0.get(file)))).collect())
    }

    /// Adds this file or folder as it is now, unless it is there.
    pub(crate) fn note(&mut self, path: &Path) {
        if !self.0.contains_key(path) {
            self.0.insert(path.to_owned(), Print::of(path, None));
        }
    }

    /// Adds what `before` knew beside.
    pub(crate) fn and(mut self, before: Self) -> Self {
        for (path, print) in before.0 {
            self.0.entry(path).or_insert(print);
        }
        self
    }

    /// What it knows.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.0.keys().cloned().collect()
    }

    /// Is a file not there that `before` had?
    pub(super) fn lacks(&self, before: &Self) -> bool {
        self.0
            .iter()
            .any(|(file, print)| print.hash.is_none() && before.0.get(file).is_some_and(|before| before.hash.is_some()))
    }
}

impl Print {
    fn of(path: &Path, before: Option<&Self>) -> Self {
        let stat = fs::metadata(path).ok().map(|metadata| Stat::of(&metadata));
        if let (Some(before), Some(stat)) = (before, stat)
            && before.stat == Some(stat)
        {
            return before.clone();
        }
        let content = if path.is_dir() { Some(listing(path)) } else { beginning(path) };
        let hash = content.map(|content| {
            let mut hasher = DefaultHasher::new();
            hasher.write(&content);
            hasher.finish()
        });
        Self { stat: stat.filter(Stat::is_old), hash }
    }
}

/// What a file begins with: all that is ever read of one. Of a pipe, which would never end, there is nothing.
fn beginning(path: &Path) -> Option<Vec<u8>> {
    // Opening one would wait for somebody to write to it.
    let file = path.is_file().then(|| fs::File::open(path).ok()).flatten()?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).ok().map(|_| bytes)
}

/// The names in a folder in which a new file would be included, but for what editors put there for a moment.
fn listing(folder: &Path) -> Vec<u8> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let lasting =
        |name: &String| !name.starts_with('.') && ![".swp", ".tmp", "~"].iter().any(|end| name.ends_with(end));
    let mut names: Vec<_> = names.filter(lasting).collect();
    names.sort_unstable();
    names.join("\n").into_bytes()
}

impl Stat {
    fn of(metadata: &Metadata) -> Self {
        Self { file: identity(metadata), length: metadata.len(), modified: metadata.modified().ok() }
    }

    /// Is it so old that a later change has another time?
    fn is_old(&self) -> bool {
        let age = self.modified.and_then(|modified| SystemTime::now().duration_since(modified).ok());
        age.is_some_and(|age| age >= COARSE)
    }
}

/// Which file it is, where the system tells.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_content_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.yml");
        let files = [file.clone()];
        fs::write(&file, "one").expect("written");
        let first = Prints::of(&files, &Prints::default());
        // The same length, within the resolution of any clock.
        fs::write(&file, "two").expect("written");
        let second = Prints::of(&files, &first);
        assert!(first != second && !second.lacks(&first));
        fs::rename(&file, folder.path().join("b.yml")).expect("renamed");
        let gone = Prints::of(&files, &second);
        assert!(gone != second && gone.lacks(&second));
        fs::write(&file, "two").expect("written");
        assert!(Prints::of(&files, &gone) == second, "another file with the same content");
    }

    #[test]
    fn a_file_that_the_system_says_is_the_same_is_not_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.yml");
        fs::write(&file, "one").expect("written");
        let old = SystemTime::now() - 2 * COARSE;
        let opened = fs::File::options().write(true).open(&file).expect("opened");
        opened.set_modified(old).expect("made older");
        let first = Prints::of(std::slice::from_ref(&file), &Prints::default());
        fs::write(&file, "two").expect("written");
        opened.set_modified(old).expect("made older");
        assert!(Prints::of(std::slice::from_ref(&file), &first) == first, "nobody could tell without reading");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("it runs");
        assert!(made.success());
        let print = Print::of(&pipe, None);
        assert!(print.hash.is_none());
    }
}
