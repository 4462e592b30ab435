//! slog-async over slog-json, blocking when its channel is full.

use std::{fs::File, io::BufWriter, path::PathBuf, sync::Mutex};

use anyhow::Result;
use slog::{Drain, Logger, o};
use slog_async::{Async, AsyncGuard, OverflowStrategy};
use slog_json::Json;

use super::{Left, Subject, System};
use crate::{
    figures::Figures,
    measure::{Job, drive},
    workload::{amount, method, ok},
};

/// The usual pair.
pub const SYSTEMS: &[System] =
    &[System { name: "slog-async", about: "slog-async + slog-json, blocking", scale: 1, run }];

/// Records that may wait before the caller does: as many as the others get.
const WAITING: usize = 128_000;

/// A logger and the guard that waits for its thread.
struct Slog {
    /// Where the events go.
    logger: Logger,
    /// Ends the thread.
    guard: AsyncGuard,
    /// The file written.
    path: PathBuf,
}

impl Subject for Slog {
    fn emit(&self, user_id: u64) {
        slog::info!(self.logger, "payment processed";
            "user_id" => user_id, "amount" => amount(), "method" => method(), "ok" => ok());
    }

    fn close(self) -> Result<Left> {
        drop(self.logger);
        drop(self.guard);
        Ok(Left::Files(vec![self.path]))
    }
}

/// JSON through a buffered file, since the drain writes many small pieces.
fn run(job: &Job) -> Result<Figures> {
    let path = job.dir.join("a.jsonl");
    let json = Mutex::new(Json::default(BufWriter::new(File::create(&path)?))).fuse();
    let (drain, guard) =
        Async::new(json).chan_size(WAITING).overflow_strategy(OverflowStrategy::Block).build_with_guard();
    drive(job, Slog { logger: Logger::root(drain.fuse(), o!()), guard, path })
}
