//! logforth: JSON to a file behind its asynchronous appender, blocking when full.

use std::{fs, path::PathBuf};

use anyhow::Result;
use log::LevelFilter;
use logforth::{
    append::{asynchronous::AsyncBuilder, file::FileBuilder},
    bridge::log::LogBridge,
    core,
    layout::JsonLayout,
};

use super::{Left, Subject, System};
use crate::{
    figures::Figures,
    measure::{Job, drive},
    workload,
};

/// The asynchronous file.
pub const SYSTEMS: &[System] =
    &[System { name: "logforth", about: "logforth JSON file behind its async appender, blocking", scale: 1, run }];

/// Records that may wait before the caller does: as many as the others get.
const WAITING: usize = 128_000;

/// A system over `log`, already installed; the folder it writes in.
struct Logforth(PathBuf);

impl Subject for Logforth {
    #[inline]
    fn emit(&self, user_id: u64) {
        workload::emit_log(user_id);
    }

    fn close(self) -> Result<Left> {
        log::logger().flush();
        let files = fs::read_dir(&self.0)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        Ok(Left::Files(files))
    }
}

/// One dispatch with one file.
fn run(job: &Job) -> Result<Figures> {
    let dir = job.dir.join("logforth");
    let file = FileBuilder::new(&dir, "a").filename_suffix("jsonl").layout(JsonLayout::default()).build()?;
    let append =
        AsyncBuilder::new("logforth").buffered_lines_limit(Some(WAITING)).overflow_block().append(file).build();
    let logger = core::builder().dispatch(|dispatch| dispatch.append(append)).build();
    log::set_boxed_logger(Box::new(LogBridge::new(logger)))?;
    log::set_max_level(LevelFilter::Info);
    drive(job, Logforth(dir))
}
