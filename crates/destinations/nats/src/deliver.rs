//! Delivering.

use crate::JetStream;
use crate::builder::objection;
use crate::link::{Link, LinkState};
use async_nats::jetstream::context::{PublishAckFuture, PublishError, PublishErrorKind};
use async_nats::jetstream::{Error as StreamError, ErrorCode, message::PublishMessage};
use bytes::Bytes;
use std::error::Error;
use std::future::IntoFuture;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use tracework_core::{
    Batch, BatchSettings, Description, Destination, Failure, FailureClass, Format, Mistake, Record, Refusal,
};
use tracework_format::Json;

/// How often a connection is asked whether it is still there, while an acknowledgement is waited for.
const LOOK: Duration = Duration::from_millis(100);

impl JetStream {
    fn ready(&mut self) -> Result<(), Failure> {
        if let Some(link) = &mut self.link {
            link.look();
        }
        if !self.link.as_ref().is_some_and(|link| link.state.is_open()) {
            self.link = None;
            self.check().map_err(Failure::permanent)?;
            self.link = Some(Link::open(self)?);
        }
        Ok(())
    }

    /// The subject of a record, or why it has none.
    fn subject_of(&mut self, record: &Record<'_>) -> Result<String, String> {
        let subject = match self.subject.name(record) {
            Ok(subject) => objection(subject).map_or(Ok(subject), |why| Err(format!("`{subject}` {why}"))),
            Err(error) => Err(error.to_string()),
        };
        subject.map(str::to_owned).map_err(|why| format!("subject: {why}"))
    }

    fn refusal(&self, at: usize, error: &PublishError) -> Refusal {
        let code = error.source().and_then(|source| source.downcast_ref::<StreamError>()).map(StreamError::error_code);
        let class = match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => FailureClass::Permanent,
            // Nobody listens to a subject of its own, which must not hold up the others (adr/0039).
            PublishErrorKind::StreamNotFound if self.subject.constant().is_none() => FailureClass::Permanent,
            _ if code == Some(ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM) => FailureClass::Permanent,
            _ => FailureClass::Temporary,
        };
        let help = match (error.kind(), class) {
            (PublishErrorKind::StreamNotFound, FailureClass::Temporary) => "; create one, or set `declare_stream`",
            _ => "",
        };
        Refusal { at, class, reason: format!("{}: {error}{help}", self.address) }
    }

    /// Publishes all records, each as soon as it is a message, then waits for their acknowledgements. Why it was cut short,
    /// if it was.
    async fn publish(&mut self, link: &Link, batch: &Batch<'_>, refused: &mut Vec<Refusal>) -> Option<String> {
        let until = Instant::now() + self.timeout;
        let mut sent = Vec::with_capacity(batch.len());
        let mut cut = None;
        for (at, (record, line)) in batch.iter().enumerate() {
            let subject = match self.subject_of(record) {
                Ok(subject) => subject,
                Err(reason) => {
                    refused.push(Refusal { at, class: FailureClass::Permanent, reason });
                    continue;
                }
            };
            let publishing = link.context.send_publish(subject, message(self.content_type, record, line));
            match timeout_at(until, publishing).await {
                Ok(Ok(acknowledgement)) => sent.push((at, Some(acknowledgement))),
                Ok(Err(error)) => refused.push(self.refusal(at, &error)),
                // It fails for all that follow in the same way, and at once.
                Err(_) => sent.push((at, None)),
            }
        }
        for (at, acknowledgement) in sent {
            let answer = match (acknowledgement, &cut) {
                (Some(acknowledgement), None) => wait(acknowledgement, (until, self.timeout), &link.state).await,
                (Some(acknowledgement), Some(_)) => {
                    // Those that are there by now count.
                    let at_once = timeout(Duration::ZERO, acknowledgement.into_future()).await;
                    at_once.map_err(|_| String::new())
                }
                (None, _) => Err(format!("no acknowledgement came within {:?}", self.timeout)),
            };
            match answer {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => refused.push(self.refusal(at, &error)),
                Err(why) => {
                    let why = cut.get_or_insert(why).clone();
                    refused.push(Refusal {
                        at,
                        class: FailureClass::Temporary,
                        reason: format!("{}: {why}", self.address),
                    });
                }
            }
        }
        cut
    }
}

type Answer = Result<async_nats::jetstream::publish::PublishAck, PublishError>;

/// Waits for an acknowledgement, as long as there is time and a connection.
async fn wait(
    sent: PublishAckFuture,
    (until, limit): (Instant, Duration),
    state: &LinkState,
) -> Result<Answer, String> {
    let mut sent = sent.into_future();
    loop {
        let next = (Instant::now() + LOOK).min(until);
        if let Ok(answer) = timeout_at(next, &mut sent).await {
            return Ok(answer);
        }
        if !state.is_open() {
            return Err("the connection ended before the acknowledgement".to_owned());
        }
        if Instant::now() >= until {
            return Err(format!("no acknowledgement came within {:?}", limit));
        }
    }
}

fn message(content_type: &str, record: &Record<'_>, line: &[u8]) -> PublishMessage {
    PublishMessage::build()
        .payload(Bytes::copy_from_slice(line.strip_suffix(b"\n").unwrap_or(line)))
        .message_id(record.event_id().to_string())
        .header("Content-Type", content_type)
        .header("level", record.severity().name())
}

impl Destination for JetStream {
    fn name(&self) -> &'static str {
        "nats"
    }

    fn mistake(&self) -> Option<Mistake> {
        self.check().err()
    }

    /// Connects, and creates the stream if it is asked for.
    fn open(&mut self) -> Result<(), Failure> {
        self.ready()
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        self.ready()?;
        let Some(mut link) = self.link.take() else { return Ok(()) };
        let mut refused = Vec::new();
        let cut = link.runtime.wait(self.publish(&link, batch, &mut refused));
        link.looked();
        // Acknowledgements that still come are nobody's.
        self.link = cut.is_none().then_some(link);
        refused.sort_by_key(|refusal| refusal.at);
        let temporary = refused.iter().filter(|refusal| refusal.class == FailureClass::Temporary).count();
        match refused.first() {
            None => Ok(()),
            Some(first) if temporary == batch.len() => Err(Failure::temporary(first.reason.clone())),
            Some(_) => Err(Failure::partial(refused)),
        }
    }

    /// Answers the server's pings.
    fn tick(&mut self) -> Result<(), Failure> {
        if let Some(link) = &self.link {
            link.runtime.breathe();
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        self.link = None;
        Ok(())
    }

    fn takes(&mut self, format: &dyn Format) {
        self.content_type = format.media_type();
    }

    fn as_config(&self) -> Option<Description> {
        Some(self.describe())
    }

    /// A MiB: publishing pauses at the end of each batch until all of it is acknowledged.
    fn usual_batch(&self) -> BatchSettings {
        BatchSettings { bytes: 1 << 20, ..BatchSettings::default() }
    }

    fn usual_format(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Json::default()))
    }
}
