//! What it costs to keep each record on disk until it is delivered: a file with a spool beside one without.

use std::path::Path;

use anyhow::Result;
use tracework::core::{Attach, Attachment, DiskSettings, Fsync};
use tracework::destinations::File;

use crate::{Effort, pipeline};

/// A way to write the file, and its rate in each round.
pub struct Spooled {
    /// What is promised.
    pub name: &'static str,
    /// Bytes of a record in the file.
    pub bytes: u64,
    /// Records per second.
    pub rates: Vec<f64>,
}

/// A way to write the file in this folder.
type Way = fn(&Path) -> Attachment;

/// The ways.
const WAYS: [(&str, Way); 4] = [
    ("best_effort", |folder| file(folder)),
    ("at_least_once, fsync: never", |folder| file(folder).spool(disk(folder, Fsync::Never))),
    ("at_least_once, fsync: 100ms", |folder| file(folder).spool(disk(folder, DiskSettings::default().fsync))),
    ("at_least_once, fsync: always", |folder| file(folder).spool(disk(folder, Fsync::Always))),
];

/// The file, with its usual settings.
fn file(folder: &Path) -> Attachment {
    File::append(folder.join("app.jsonl")).into()
}

/// A disk buffer that holds the whole run.
fn disk(folder: &Path, fsync: Fsync) -> DiskSettings {
    DiskSettings { path: Some(folder.join("spool")), fsync, ..DiskSettings::default() }
}

/// Every way, round after round.
pub fn run(effort: &Effort) -> Result<Vec<Spooled>> {
    let mut rows: Vec<Spooled> = WAYS.iter().map(|&(name, _)| Spooled { name, bytes: 0, rates: Vec::new() }).collect();
    for _ in 0..effort.rounds {
        for ((_, way), row) in WAYS.iter().zip(&mut rows) {
            let folder = tempfile::tempdir()?;
            let ran = pipeline::run(way(folder.path()), effort.records, || Ok(()))?;
            row.bytes = std::fs::metadata(folder.path().join("app.jsonl"))?.len() / (effort.records + 1);
            #[expect(clippy::cast_precision_loss, reason = "a count of records is small")]
            row.rates.push(effort.records as f64 / ran.took.as_secs_f64());
        }
    }
    Ok(rows)
}
