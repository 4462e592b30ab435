//! Where the surroundings are read.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// No file of the surroundings is read further than this.
const LONGEST: u64 = 64 * 1024;

/// The value of a variable.
type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Where the surroundings of a process are read: its root folder, and its environment.
pub struct Around<'a> {
    root: PathBuf,
    environment: Box<Environment<'a>>,
}

impl<'a> Around<'a> {
    /// Those of this process.
    #[must_use]
    pub fn this_process() -> Self {
        Self::new("/", |name| std::env::var(name).ok())
    }

    /// Others: files are looked for below `root`, variables are asked of `environment`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>, environment: impl Fn(&str) -> Option<String> + 'a) -> Self {
        Self { root: root.into(), environment: Box::new(environment) }
    }

    /// The first of the variables that is set to something.
    pub(super) fn variable(&self, names: &[&str]) -> Option<String> {
        names.iter().filter_map(|name| (self.environment)(name)).find(|value| !value.trim().is_empty())
    }

    /// The text of the file at `path` (from the root, without a slash before it), up to 64 KiB of it. What is no UTF-8
    /// or cannot be read is not there.
    pub(super) fn file(&self, path: &str) -> Option<String> {
        let mut text = String::new();
        let file = File::open(self.root.join(Path::new(path))).ok()?;
        file.take(LONGEST).read_to_string(&mut text).ok()?;
        Some(text)
    }
}

impl fmt::Debug for Around<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Around").field("root", &self.root).finish_non_exhaustive()
    }
}
