//! Delivering.

use crate::RedisStream;
use redis::{Client, Connection, ConnectionLike, ErrorKind, RedisError, ServerErrorKind, Value, cmd};
use std::time::{Duration, Instant};
use tracework_core::{Batch, Description, Destination, Failure, FailureClass, Format, Refusal};
use tracework_format::Json;

/// Bytes of commands that are sent before their answers are read, and not more than one command above it.
const PORTION: usize = 1 << 20;

/// Commands that are sent together, and the places of their records.
#[derive(Default)]
struct Portion {
    commands: Vec<u8>,
    places: Vec<usize>,
}

/// Why no answers came.
enum Cut {
    Late(Duration),
    Lost(RedisError),
}

impl RedisStream {
    fn connect(&self) -> Result<Connection, Failure> {
        let wrong = |error: &RedisError| Failure::temporary(format!("connecting to {}: {error}", self.server));
        let client = Client::open(self.server.info.clone()).map_err(|error| wrong(&error))?;
        let connection = client.get_connection_with_timeout(self.connect_timeout).map_err(|error| wrong(&error))?;
        let limits =
            [connection.set_read_timeout(Some(self.timeout)), connection.set_write_timeout(Some(self.timeout))];
        limits.into_iter().collect::<Result<(), _>>().map_err(|error| wrong(&error))?;
        Ok(connection)
    }

    fn ready(&mut self) -> Result<(), Failure> {
        if self.connection.as_ref().is_none_or(|connection| !connection.is_open()) {
            self.connection = None;
            self.connection = Some(self.connect()?);
        }
        Ok(())
    }

    /// The commands of a batch, in portions, and the records that make none.
    fn portions(&mut self, batch: &Batch<'_>) -> (Vec<Portion>, Vec<Refusal>) {
        let (mut portions, mut refused) = (vec![Portion::default()], Vec::new());
        for (at, (record, line)) in batch.iter().enumerate() {
            let stream = match self.stream.name(record) {
                Ok(stream) => stream,
                Err(error) => {
                    refused.push(Refusal { at, class: FailureClass::Permanent, reason: format!("stream: {error}") });
                    continue;
                }
            };
            let mut add = cmd("XADD");
            add.arg(stream);
            if let Some(most) = self.max_length {
                add.arg("MAXLEN").arg("~").arg(most);
            }
            add.arg("*").arg("event_id").arg(record.event_id().to_string());
            add.arg("level").arg(record.severity().name());
            add.arg("record").arg(line.strip_suffix(b"\n").unwrap_or(line));
            if portions.last().is_none_or(|portion| portion.commands.len() >= PORTION) {
                portions.push(Portion::default());
            }
            if let Some(portion) = portions.last_mut() {
                add.write_packed_command(&mut portion.commands);
                portion.places.push(at);
            }
        }
        (portions, refused)
    }

    /// Sends a portion and reads its answers, those that came before it was cut short included.
    fn exchange(&mut self, portion: &Portion, until: Instant, refused: &mut Vec<Refusal>) -> Result<(), (usize, Cut)> {
        let timeout = self.timeout;
        let Some(connection) = &mut self.connection else { return Ok(()) };
        if Instant::now() >= until {
            return Err((0, Cut::Late(timeout)));
        }
        let cut = |error: RedisError| if error.is_timeout() { Cut::Late(timeout) } else { Cut::Lost(error) };
        connection.send_packed_command(&portion.commands).map_err(|error| (0, cut(error)))?;
        for (answered, &at) in portion.places.iter().enumerate() {
            match connection.recv_response() {
                Ok(Value::ServerError(error)) => refuse(&self.stream, at, &RedisError::from(error), refused),
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension) => {
                    refuse(&self.stream, at, &error, refused);
                }
                Err(error) => return Err((answered, cut(error))),
            }
            if Instant::now() >= until && answered + 1 < portion.places.len() {
                return Err((answered + 1, Cut::Late(timeout)));
            }
        }
        Ok(())
    }

    fn result(&self, mut refused: Vec<Refusal>, records: usize) -> Result<(), Failure> {
        refused.iter_mut().for_each(|refusal| refusal.reason = format!("{}: {}", self.server, refusal.reason));
        refused.sort_by_key(|refusal| refusal.at);
        let temporary = refused.iter().filter(|refusal| refusal.class == FailureClass::Temporary).count();
        match refused.first() {
            None => Ok(()),
            Some(first) if temporary == records => Err(Failure::temporary(first.reason.clone())),
            Some(_) => Err(Failure::partial(refused)),
        }
    }
}

/// An entry that Redis refused. Where each record goes to the same stream it is the stream that is wrong, and somebody can
/// mend it; where records name their own, that one must not hold up the others (adr/0039).
fn refuse(stream: &tracework_format::Template, at: usize, error: &RedisError, refused: &mut Vec<Refusal>) {
    let reason = match (error.code(), error.detail()) {
        (Some(code), Some(detail)) => format!("{code} {detail}"),
        _ => error.to_string(),
    };
    let own = stream.constant().is_none()
        && (error.code() == Some("WRONGTYPE") || error.kind() == ErrorKind::Server(ServerErrorKind::NoPerm));
    let class = if own { FailureClass::Permanent } else { FailureClass::Temporary };
    refused.push(Refusal { at, class, reason });
}

impl Destination for RedisStream {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn open(&mut self) -> Result<(), Failure> {
        self.ready()
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        self.ready()?;
        let until = Instant::now() + self.timeout;
        let (portions, mut refused) = self.portions(batch);
        let mut unanswered: Option<String> = None;
        for portion in &portions {
            let mut from = 0;
            if unanswered.is_none()
                && let Err((answered, cut)) = self.exchange(portion, until, &mut refused)
            {
                // Answers that still come would be taken for those of the next batch.
                self.connection = None;
                from = answered;
                unanswered = Some(match cut {
                    Cut::Late(limit) => format!("no answer came within {limit:?}"),
                    Cut::Lost(error) => format!("the connection ended before the answer: {error}"),
                });
            }
            if let Some(why) = &unanswered {
                let lost = |&at: &usize| Refusal { at, class: FailureClass::Temporary, reason: why.clone() };
                refused.extend(portion.places[from..].iter().map(lost));
            }
        }
        self.result(refused, batch.len())
    }

    fn close(&mut self) -> Result<(), Failure> {
        self.connection = None;
        Ok(())
    }

    fn as_config(&self) -> Option<Description> {
        Some(self.describe())
    }

    fn usual_format(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Json::default()))
    }
}
