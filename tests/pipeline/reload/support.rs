//! A folder with a pipeline whose configs can be changed.

use std::path::{Path, PathBuf};
use std::time::Duration;
use tracework::config::{ApplyError, Config, Registry};
use tracework::engine::ReloadReport;
use tracework::prelude::*;
use tracework::registry::standard;
use tracing_subscriber::registry;

/// A folder with a pipeline.
pub(crate) struct Stage {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) control: Control,
}

impl Stage {
    /// With this config, in which `DIR` stands for the folder.
    pub(crate) fn new(yaml: &str) -> Self {
        let stage = Self { folder: tempfile::tempdir().expect("a folder"), control: Control::new() };
        stage.apply(yaml).expect("the first config is right");
        stage
    }

    fn config(&self, yaml: &str, registry: &Registry) -> Config {
        let yaml = yaml.replace("DIR", &self.folder.path().display().to_string());
        Config::from_str("app.yml", &yaml, registry).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn apply(&self, yaml: &str) -> Result<ReloadReport, ApplyError> {
        self.apply_with(yaml, &standard())
    }

    pub(crate) fn apply_with(&self, yaml: &str, registry: &Registry) -> Result<ReloadReport, ApplyError> {
        self.config(yaml, registry).apply(&self.control)
    }

    /// The same for a config that is right.
    pub(crate) fn reload(&self, yaml: &str) -> ReloadReport {
        self.apply(yaml).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The text of all files whose names begin with `name`, the oldest first.
    pub(crate) fn text(&self, name: &str) -> String {
        let files = std::fs::read_dir(self.folder.path()).expect("the folder").flatten();
        let mut files: Vec<_> = files.map(|entry| entry.path()).filter(|path| begins(path, name)).collect();
        // `app.2026-..jsonl` is older than `app.jsonl`, and comes before it.
        files.sort();
        files.iter().map(|path| std::fs::read_to_string(path).expect("a text")).collect()
    }

    pub(crate) fn dispatch(&self) -> tracing::Dispatch {
        tracing::Dispatch::new(registry().with(DestinationLayer::new(&self.control)))
    }

    pub(crate) fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        tracing::dispatcher::with_default(&self.dispatch(), work)
    }

    pub(crate) fn settle(&self) {
        let report = self.control.flush(Duration::from_secs(10));
        assert_eq!((report.pending, report.lost), (0, 0), "{:#?}", self.control.health());
    }
}

fn begins(path: &Path, name: &str) -> bool {
    path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name))
}

/// The descriptors that are open on `path`, each with its file's number.
#[cfg(target_os = "linux")]
pub(crate) fn descriptors(path: &Path) -> Vec<(String, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let entries = std::fs::read_dir("/proc/self/fd").expect("Linux tells").flatten();
    let ours = entries.filter(|entry| std::fs::read_link(entry.path()).is_ok_and(|target| target == path));
    let number = |entry: std::fs::DirEntry| std::fs::metadata(entry.path()).map_or(0, |metadata| metadata.ino());
    ours.map(|entry| (entry.file_name().to_string_lossy().into_owned(), number(entry))).collect()
}
