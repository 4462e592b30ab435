//! emit over emit_file. Its queue is cleared when full, so the caller flushes before that.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Result, ensure};

use super::{Left, Subject, System};
use crate::{
    figures::Figures,
    measure::{Job, drive},
    workload::{amount, method, ok},
};

/// The rolling file set.
pub const SYSTEMS: &[System] =
    &[System { name: "emit-file", about: "emit + emit_file, flushed every 9,000 events to lose none", scale: 1, run }];

/// Events after which the caller waits: the queue of 10,000 is emptied, not written, when it overflows.
const WAIT_AFTER: u64 = 9_000;
/// The longest wait for a flush.
const PATIENCE: Duration = Duration::from_secs(30);

/// A system over `emit`, already installed; the folder it writes in.
struct Emit<F> {
    /// Waits until everything is written.
    flush: F,
    /// Where the files are.
    dir: PathBuf,
}

impl<F: Fn() -> bool + Sync> Subject for Emit<F> {
    fn emit(&self, user_id: u64) {
        let (amount, method, ok) = (amount(), method(), ok());
        emit::info!("payment processed", user_id, amount, method, ok);
        if user_id % WAIT_AFTER == WAIT_AFTER - 1 {
            (self.flush)();
        }
    }

    fn close(self) -> Result<Left> {
        ensure!((self.flush)(), "the last flush did not end");
        let files = fs::read_dir(&self.dir)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        Ok(Left::Files(files))
    }
}

/// One file set that does not roll within a run.
fn run(job: &Job) -> Result<Figures> {
    let dir = job.dir.join("emit");
    let files = emit_file::set(dir.join("a.jsonl")).roll_by_day().max_file_size_bytes(usize::MAX).spawn();
    let running = emit::setup().emit_to(files).init();
    drive(job, Emit { flush: || running.blocking_flush(PATIENCE), dir })
}
