//! Redis, beside its client's own pipeline.

use std::time::{Duration, Instant};

use anyhow::Result;
use redis::Connection;
use tracework::core::Attachment;
use tracework::redis::RedisStream;

use super::unique;
use crate::contest::Server;
use crate::lots::Lot;

/// Where it listens.
const URL: &str = "redis://127.0.0.1:6379";

/// The server at its usual port.
struct Redis {
    /// The client.
    client: Connection,
    /// The stream of a run.
    stream: String,
}

/// The server, if it runs.
pub fn start() -> Result<Box<dyn Server>> {
    Ok(Box::new(Redis { client: redis::Client::open(URL)?.get_connection()?, stream: unique() }))
}

impl Server for Redis {
    fn about(&self) -> String {
        let info =
            || redis::cmd("INFO").arg("server").query::<String>(&mut redis::Client::open(URL)?.get_connection()?);
        let info = info().unwrap_or_default();
        let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
        format!("Redis {}, in memory", version.unwrap_or_default())
    }

    fn begin(&mut self) -> Result<()> {
        self.end()
    }

    fn destination(&self) -> Result<Attachment> {
        Ok(RedisStream::to(URL)?.stream(&self.stream)?.into())
    }

    fn rivals(&self) -> &'static [&'static str] {
        &["redis-rs, a pipeline for each batch"]
    }

    fn rival(&mut self, _: usize, lots: &[Lot]) -> Result<Duration> {
        let begun = Instant::now();
        for lot in lots {
            let mut pipe = redis::pipe();
            for (record, line) in lot.lines() {
                let id = record.event_id().to_string();
                pipe.cmd("XADD").arg(&self.stream).arg("*").arg("event_id").arg(id);
                pipe.arg("level").arg(record.severity().name()).arg("record").arg(line).ignore();
            }
            pipe.exec(&mut self.client)?;
        }
        Ok(begun.elapsed())
    }

    fn count(&mut self) -> Result<Option<u64>> {
        Ok(Some(redis::cmd("XLEN").arg(&self.stream).query(&mut self.client)?))
    }

    fn end(&mut self) -> Result<()> {
        Ok(redis::cmd("DEL").arg(&self.stream).exec(&mut self.client)?)
    }
}
