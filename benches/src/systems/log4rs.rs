//! log4rs: JSON to a file, on the caller's thread.

use std::path::PathBuf;

use anyhow::Result;
use log::LevelFilter;
use log4rs::{
    Config,
    append::file::FileAppender,
    config::{Appender, Root},
    encode::json::JsonEncoder,
};

use super::{Left, Subject, System};
use crate::{
    figures::Figures,
    measure::{Job, drive},
    workload,
};

/// The file appender.
pub const SYSTEMS: &[System] = &[System { name: "log4rs", about: "log4rs JSON to a file, synchronous", scale: 1, run }];

/// A system over `log`, already installed, which writes on the caller's thread.
struct Log4rs(PathBuf);

impl Subject for Log4rs {
    #[inline]
    fn emit(&self, user_id: u64) {
        workload::emit_log(user_id);
    }

    fn close(self) -> Result<Left> {
        log::logger().flush();
        Ok(Left::Files(vec![self.0]))
    }
}

/// One appender at INFO.
fn run(job: &Job) -> Result<Figures> {
    let path = job.dir.join("a.jsonl");
    let appender = FileAppender::builder().encoder(Box::new(JsonEncoder::new())).build(&path)?;
    let config = Config::builder()
        .appender(Appender::builder().build("file", Box::new(appender)))
        .build(Root::builder().appender("file").build(LevelFilter::Info))?;
    log4rs::init_config(config)?;
    drive(job, Log4rs(path))
}
