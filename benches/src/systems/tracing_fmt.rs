//! tracing-subscriber's fmt layers over tracing-appender's non-blocking writer, lossless.

use std::path::{Path, PathBuf};

use anyhow::Result;
use tracing::{Subscriber, level_filters::LevelFilter, subscriber::set_global_default};
use tracing_appender::{
    non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard},
    rolling,
};
use tracing_subscriber::{fmt, prelude::*, registry};

use super::{Left, System, Traced};
use crate::{
    figures::Figures,
    measure::{Job, drive},
};

/// The combinations of fmt layers.
pub const SYSTEMS: &[System] = &[
    System {
        name: "fmt-json",
        about: "tracing-subscriber JSON + tracing-appender non-blocking, lossless",
        scale: 1,
        run: json,
    },
    System {
        name: "fmt-text",
        about: "tracing-subscriber text + tracing-appender non-blocking, lossless",
        scale: 1,
        run: text,
    },
    System { name: "fmt-three", about: "three such layers: JSON file, text file, JSON file", scale: 1, run: three },
    System {
        name: "fmt-static-level",
        about: "the JSON layer under tracing-subscriber's LevelFilter::INFO",
        scale: 1,
        run: static_level,
    },
];

/// Lines that may wait for the writer before the caller does: the crate's own default.
const WAITING: usize = 128_000;

/// A file behind a writer that blocks when its queue is full, and loses nothing.
fn writer(dir: &Path, name: &str) -> (NonBlocking, WorkerGuard, PathBuf) {
    let file = rolling::never(dir, name);
    let (writer, guard) = NonBlockingBuilder::default().lossy(false).buffered_lines_limit(WAITING).finish(file);
    (writer, guard, dir.join(name))
}

/// Installs a stack and drives it; dropping the guards writes what is pending.
fn install(
    job: &Job,
    stack: impl Subscriber + Send + Sync,
    guards: Vec<WorkerGuard>,
    files: Vec<PathBuf>,
) -> Result<Figures> {
    set_global_default(stack)?;
    let close = move || {
        drop(guards);
        Ok(Left::Files(files))
    };
    drive(job, Traced { workload: job.workload, close })
}

/// One JSON layer.
fn json(job: &Job) -> Result<Figures> {
    let (writer, guard, file) = writer(&job.dir, "a.jsonl");
    let stack = registry().with(fmt::layer().json().with_writer(writer));
    install(job, stack, vec![guard], vec![file])
}

/// The same, installed; the guard whose end writes what is pending, and the file.
pub(super) fn install_json(job: &Job) -> Result<(WorkerGuard, PathBuf)> {
    let (writer, guard, file) = writer(&job.dir, "a.jsonl");
    set_global_default(registry().with(fmt::layer().json().with_writer(writer)))?;
    Ok((guard, file))
}

/// One text layer.
fn text(job: &Job) -> Result<Figures> {
    let (writer, guard, file) = writer(&job.dir, "a.log");
    let stack = registry().with(fmt::layer().with_ansi(false).with_writer(writer));
    install(job, stack, vec![guard], vec![file])
}

/// A JSON layer, a text layer and another JSON layer, each with its own writer.
fn three(job: &Job) -> Result<Figures> {
    let (first, first_guard, first_file) = writer(&job.dir, "a.jsonl");
    let (second, second_guard, second_file) = writer(&job.dir, "b.log");
    let (third, third_guard, third_file) = writer(&job.dir, "c.jsonl");
    let stack = registry()
        .with(fmt::layer().json().with_writer(first))
        .with(fmt::layer().with_ansi(false).with_writer(second))
        .with(fmt::layer().json().with_writer(third));
    install(job, stack, vec![first_guard, second_guard, third_guard], vec![first_file, second_file, third_file])
}

/// One JSON layer under a level that never changes.
fn static_level(job: &Job) -> Result<Figures> {
    let (writer, guard, file) = writer(&job.dir, "a.jsonl");
    let stack = registry().with(LevelFilter::INFO).with(fmt::layer().json().with_writer(writer));
    install(job, stack, vec![guard], vec![file])
}
