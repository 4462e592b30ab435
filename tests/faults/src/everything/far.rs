//! The far ends, and the one config that has them all.

use super::collector;
use crate::far::Start;
use crate::{FarEnd, Level, far_ends};
use std::fmt::Write as _;
use std::path::Path;
use tempfile::TempDir;

/// A destination with its far end.
pub(super) struct One {
    pub(super) name: &'static str,
    pub(super) far: Box<dyn FarEnd>,
    _folder: TempDir,
}

impl One {
    /// What it promises: where the far end confirms nothing, nothing more than its best can be had.
    pub(super) fn level(&self) -> Level {
        if self.far.confirms() { Level::AtLeastOnce } else { Level::BestEffort }
    }
}

/// Starts each far end whose server is there.
pub(super) fn start_all() -> Vec<One> {
    let start = |&(name, start): &(&'static str, Start)| {
        let folder = tempfile::tempdir().expect("a folder");
        // A real collector stands for the server that the faults have.
        let start: Start = if name == "otlp" { collector::start } else { start };
        let far = start(folder.path())?;
        Some(One { name, far, _folder: folder })
    };
    far_ends().iter().filter_map(start).collect()
}

/// The destinations whose servers are not there.
pub(super) fn left_out(all: &[One]) -> Vec<&'static str> {
    let names = far_ends().iter().map(|(name, _)| *name);
    names.filter(|name| all.iter().all(|one| one.name != *name)).collect()
}

/// The config. Where the faults are short of time, this has the times of everyday.
pub(super) fn config(folder: &Path, all: &[One]) -> String {
    let mut text = format!("service: everything\ndirectory: {}\nlevel: INFO\ndestinations:\n", folder.display());
    for one in all {
        let keys = one.far.config();
        let is_time = |line: &&str| {
            line.trim_start().starts_with("timeout:") || line.trim_start().starts_with("connect_timeout:")
        };
        let keys: String = keys.lines().filter(|line| !is_time(line)).map(|line| format!("{line}\n")).collect();
        _ = write!(
            text,
            "  {}:\n{keys}    delivery: {}\n    buffer: {{ memory: 8MiB, disk: 4GiB }}\n",
            one.name,
            one.level()
        );
    }
    text
}
