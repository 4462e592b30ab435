//! A record as a message.

use crate::Mistake;
use crate::settings::Settings;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, LongString, ShortString};
use tracework_core::{Batch, Description, FailureClass, Format, Record, Refusal};
use tracework_format::{Pattern, RefusedName, Template};

/// Bytes of a header that is made of a record; the frame that holds all headers is bounded.
const HEADER: usize = 1 << 10;
/// Headers that can be set.
const HEADERS: usize = 32;

/// Headers beside `level`, `kind` and `target`: each with its name and what it is made of.
#[derive(Debug, Default)]
pub(crate) struct Headers(Vec<(ShortString, String, Pattern)>);

impl Headers {
    pub(crate) fn add(&mut self, name: &str, text: &str) -> Result<(), Mistake> {
        let refuse = |why: String| Err(Mistake::new("headers", why));
        let Ok(short) = ShortString::try_new(name) else {
            return refuse(format!("`{name}` has {} bytes, of at most 255", name.len()));
        };
        if name.is_empty() || name.chars().any(char::is_control) {
            return refuse(format!(
                "`{}` is no name of a header; write one without control characters",
                name.escape_debug()
            ));
        }
        if self.0.len() == HEADERS {
            return refuse(format!("there are more than {HEADERS} headers; leave some out"));
        }
        match Pattern::new(text) {
            Ok(pattern) => {
                self.0.retain(|(known, ..)| *known != short);
                self.0.push((short, text.to_owned(), pattern));
                Ok(())
            }
            Err(error) => refuse(format!("in `{name}`, `{}` {}", error.name.escape_debug(), error.what)),
        }
    }

    pub(crate) fn describe(&self) -> Description {
        let headers = self.0.iter();
        headers.fold(Description::new("headers"), |said, (name, text, _)| said.with(name.as_str(), text.as_str()))
    }

    fn of(&mut self, record: &Record<'_>) -> FieldTable {
        let mut table = FieldTable::default();
        let mut insert = |name: ShortString, value: &[u8]| {
            table.insert(name, AMQPValue::LongString(LongString::from(value)));
        };
        insert("level".into(), record.severity().name().as_bytes());
        insert("kind".into(), record.kind().name().as_bytes());
        insert("target".into(), cut(record.target().as_bytes()));
        let mut made = Vec::new();
        for (name, _, pattern) in &mut self.0 {
            made.clear();
            pattern.encode(record, &mut made);
            insert(name.clone(), cut(made.strip_suffix(b"\n").unwrap_or(&made)));
        }
        table
    }
}

/// As much of a text as a header holds, in whole characters.
fn cut(text: &[u8]) -> &[u8] {
    if text.len() <= HEADER {
        return text;
    }
    let continues = |&&byte: &&u8| byte & 0xC0 == 0x80;
    let part = &text[..=HEADER];
    &part[..HEADER - part.iter().rev().take_while(continues).count()]
}

/// A message that is to be published.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    /// The place of its record in the batch.
    pub(crate) at: usize,
    pub(crate) exchange: ShortString,
    pub(crate) key: ShortString,
    pub(crate) properties: BasicProperties,
    pub(crate) body: &'a [u8],
}

impl Message<'_> {
    pub(crate) fn id(&self) -> Option<&ShortString> {
        self.properties.message_id().as_ref()
    }
}

/// The messages of a batch, and the records that make none.
pub(crate) fn messages<'a>(
    settings: &mut Settings,
    content_type: &str,
    batch: &Batch<'a>,
) -> (Vec<Message<'a>>, Vec<Refusal>) {
    let (mut messages, mut refused) = (Vec::with_capacity(batch.len()), Vec::new());
    for (at, (record, line)) in batch.iter().enumerate() {
        match names(settings, record) {
            Ok((exchange, key)) => {
                let properties = properties(settings, content_type, record);
                // A message is a record by itself; what parts lines in a file is not part of it.
                let body = line.strip_suffix(b"\n").unwrap_or(line);
                messages.push(Message { at, exchange, key, properties, body });
            }
            Err(why) => refused.push(Refusal { at, class: FailureClass::Permanent, reason: why }),
        }
    }
    (messages, refused)
}

fn names(settings: &mut Settings, record: &Record<'_>) -> Result<(ShortString, ShortString), String> {
    let name = |template: &mut Option<Template>, what: &str| -> Result<ShortString, String> {
        let Some(template) = template else { return Ok(ShortString::default()) };
        let name = template.name(record).map_err(|error: RefusedName| format!("{what}: {error}"))?;
        ShortString::try_new(name).map_err(|error| format!("{what}: {error}"))
    };
    let exchange = name(&mut settings.exchange, "exchange")?;
    let key = match (&settings.exchange, &mut settings.routing_key, &settings.declare_queue) {
        (None, None, queue) => queue.as_deref().unwrap_or(Settings::QUEUE).into(),
        (_, key, _) => name(key, "routing_key")?,
    };
    Ok((exchange, key))
}

fn properties(settings: &mut Settings, content_type: &str, record: &Record<'_>) -> BasicProperties {
    let seconds = u64::try_from(record.time().0 / 1_000_000_000).unwrap_or_default();
    let properties = BasicProperties::default()
        .with_message_id(record.event_id().to_string().into())
        .with_timestamp(seconds)
        .with_delivery_mode(if settings.persistent { 2 } else { 1 })
        .with_headers(settings.headers.of(record));
    let properties = match ShortString::try_new(content_type) {
        Ok(content_type) => properties.with_content_type(content_type),
        Err(_) => properties,
    };
    match record.metadata("service").and_then(|service| ShortString::try_new(service.as_str()?).ok()) {
        Some(service) => properties.with_app_id(service),
        None => properties,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_header_is_cut_between_characters() {
        assert_eq!(cut("é".repeat(600).as_bytes()).len(), HEADER);
        assert_eq!(cut(format!("a{}", "é".repeat(600)).as_bytes()).len(), HEADER - 1);
        assert_eq!(cut("🦀".repeat(300).as_bytes()).len(), HEADER);
        assert_eq!(cut(b"short"), b"short");
    }
}
