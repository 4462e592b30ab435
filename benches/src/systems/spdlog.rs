//! spdlog-rs: JSON to a file behind its thread pool, blocking when full.

use std::{num::NonZeroUsize, path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use spdlog::{
    Logger, ThreadPool,
    formatter::JsonFormatter,
    sink::{AsyncPoolSink, FileSink, OverflowPolicy, Sink},
};

use super::{Left, Subject, System};
use crate::{
    figures::Figures,
    measure::{Job, drive},
    workload::{amount, method, ok},
};

/// The asynchronous file.
pub const SYSTEMS: &[System] =
    &[System { name: "spdlog-rs", about: "spdlog-rs JSON file behind its thread pool, blocking", scale: 1, run }];

/// Records that may wait before the caller does: as many as the others get.
const WAITING: usize = 128_000;

/// A logger and the sink whose end waits for the pool's thread.
struct Spdlog {
    /// Where the events go.
    logger: Logger,
    /// Ends the thread.
    sink: Arc<AsyncPoolSink>,
    /// The file written.
    path: PathBuf,
}

impl Subject for Spdlog {
    fn emit(&self, user_id: u64) {
        spdlog::info!(logger: self.logger, "payment processed",
            kv: { user_id, amount = amount(), method = method(), ok = ok() });
    }

    fn close(self) -> Result<Left> {
        self.sink.flush_on_exit()?;
        Ok(Left::Files(vec![self.path]))
    }
}

/// One sink in a pool of one thread.
fn run(job: &Job) -> Result<Figures> {
    let path = job.dir.join("a.jsonl");
    let capacity = NonZeroUsize::new(WAITING).context("a capacity of nothing")?;
    let pool = ThreadPool::builder().capacity(capacity).build_arc()?;
    let file = FileSink::builder().path(&path).formatter(JsonFormatter::new()).build_arc()?;
    let sink =
        AsyncPoolSink::builder().sink(file).overflow_policy(OverflowPolicy::Block).thread_pool(pool).build_arc()?;
    let logger = Logger::builder().sink(Arc::<AsyncPoolSink>::clone(&sink)).build()?;
    drive(job, Spdlog { logger, sink, path })
}
