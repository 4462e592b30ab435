//! JetStream of NATS, beside its client with acknowledgements on their way.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use async_nats::jetstream::context::PublishAckFuture;
use async_nats::jetstream::{self, Context, message::PublishMessage, stream::Config};
use tokio::runtime::Runtime;
use tracework::core::{Attachment, Record};
use tracework::nats::JetStream;

use super::{runtime, unique};
use crate::contest::Server;
use crate::lots::Lot;

/// Where it listens.
const URL: &str = "nats://127.0.0.1:4222";

/// Acknowledgements that are on their way, where batches do not bound them.
const ON_THEIR_WAY: usize = 2_000;

/// The most that may be: the client waits for those before it takes another.
const MOST: usize = 4_000;

/// The server at its usual port.
struct Nats {
    /// What the client runs on.
    runtime: Runtime,
    /// The client.
    context: Context,
    /// Of which version the server is.
    version: String,
    /// The stream of a run.
    stream: String,
}

/// An error of the client's as a text: its own is no error of ours.
fn said(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{error}")
}

/// The server, if it runs.
pub fn start() -> Result<Box<dyn Server>> {
    let runtime = runtime()?;
    let client = runtime.block_on(async_nats::connect(URL))?;
    let version = client.server_info().version;
    // It starts a task.
    let context = runtime.block_on(async { jetstream::new(client) });
    Ok(Box::new(Nats { runtime, context, version, stream: unique() }))
}

/// The message that the destination makes too.
fn message(record: &Record<'_>, line: &[u8]) -> PublishMessage {
    PublishMessage::build()
        .payload(line.to_vec().into())
        .message_id(record.event_id().to_string())
        .header("Content-Type", "application/json")
        .header("level", record.severity().name())
}

impl Nats {
    /// Publishes all; once so many acknowledgements are on their way, the oldest is waited for.
    async fn publish(&self, lots: &[Lot], by_batch: bool) -> Result<()> {
        let mut sent: VecDeque<PublishAckFuture> = VecDeque::new();
        for lot in lots {
            for (record, line) in lot.lines() {
                let publishing = self.context.send_publish(self.stream.clone(), message(&record, line));
                sent.push_back(publishing.await?);
                if sent.len() > if by_batch { MOST } else { ON_THEIR_WAY } {
                    let Some(oldest) = sent.pop_front() else { continue };
                    oldest.await?;
                }
            }
            while by_batch && let Some(oldest) = sent.pop_front() {
                oldest.await?;
            }
        }
        for rest in sent {
            rest.await?;
        }
        Ok(())
    }
}

impl Server for Nats {
    fn about(&self) -> String {
        format!("NATS {}, a stream in files", self.version)
    }

    fn begin(&mut self) -> Result<()> {
        // Ids of a stream are remembered for a while: each run has a stream of its own.
        self.stream = unique();
        let config = Config { name: self.stream.clone(), subjects: vec![self.stream.clone()], ..Config::default() };
        self.runtime.block_on(self.context.create_stream(config)).map(|_| ()).map_err(said)
    }

    fn destination(&self) -> Result<Attachment> {
        Ok(JetStream::to(URL)?.subject(&self.stream)?.into())
    }

    fn rivals(&self) -> &'static [&'static str] {
        &["async-nats, batch by batch", "async-nats, 2,000 acknowledgements on their way"]
    }

    fn rival(&mut self, which: usize, lots: &[Lot]) -> Result<Duration> {
        let begun = Instant::now();
        self.runtime.block_on(self.publish(lots, which == 0))?;
        Ok(begun.elapsed())
    }

    fn count(&mut self) -> Result<Option<u64>> {
        let stream = self.runtime.block_on(self.context.get_stream(&self.stream)).map_err(said)?;
        Ok(Some(stream.cached_info().state.messages))
    }

    fn end(&mut self) -> Result<()> {
        self.runtime.block_on(self.context.delete_stream(&self.stream)).map(|_| ()).map_err(said)
    }
}
