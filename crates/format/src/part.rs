//! The parts of a record by name, for patterns and for the columns of CSV.

use crate::escape::{self, Style};
use crate::number;
use crate::shared::{Plain, tags_of, thread_label};
use crate::time::Stamp;
use tracework_core::Record;

/// One part of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    Time,
    Level,
    Kind,
    Category,
    Target,
    Module,
    File,
    Line,
    Thread,
    Message,
    Tags,
    Fields,
    Spans,
    Context,
    Metadata,
    /// `field.NAME`
    Field(Box<str>),
    /// `context.NAME`
    ContextOf(Box<str>),
    /// `metadata.NAME`
    MetadataOf(Box<str>),
    /// `error`: its message.
    Error,
    ErrorType,
    ErrorFingerprint,
    ErrorBacktrace,
    EventId,
}

/// The names that [`Part::named`] knows, for those who mistyped one.
pub(crate) const NAMES: &str = "time, level, kind, category, target, module, file, line, thread, message, tags, \
     fields, spans, context, metadata, error, error.type, error.fingerprint, error.backtrace, service, event_id, \
     field.NAME, context.NAME and metadata.NAME";

impl Part {
    /// The part with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if let Some((kind, rest)) = name.split_once('.') {
            return match kind {
                _ if rest.is_empty() => None,
                "field" => Some(Self::Field(rest.into())),
                "context" => Some(Self::ContextOf(rest.into())),
                "metadata" => Some(Self::MetadataOf(rest.into())),
                "error" => match rest {
                    "type" => Some(Self::ErrorType),
                    "message" => Some(Self::Error),
                    "fingerprint" => Some(Self::ErrorFingerprint),
                    "backtrace" => Some(Self::ErrorBacktrace),
                    _ => None,
                },
                _ => None,
            };
        }
        Some(match name {
            "time" | "timestamp" => Self::Time,
            "level" => Self::Level,
            "kind" => Self::Kind,
            "category" => Self::Category,
            "target" => Self::Target,
            "module" => Self::Module,
            "file" => Self::File,
            "line" => Self::Line,
            "thread" => Self::Thread,
            "message" => Self::Message,
            "tags" => Self::Tags,
            "fields" => Self::Fields,
            "spans" => Self::Spans,
            "context" => Self::Context,
            "metadata" => Self::Metadata,
            "error" => Self::Error,
            "service" => Self::MetadataOf("service".into()),
            "event_id" => Self::EventId,
            _ => return None,
        })
    }

    /// Appends a part that is one text, escaped in the style `S`; nothing where the record has none. `false` if it is one
    /// of several names and values: fields, spans, context, metadata.
    pub(crate) fn write<S: Style>(&self, out: &mut Vec<u8>, record: &Record<'_>, stamp: &mut Stamp) -> bool {
        match self {
            Self::Time => stamp.rfc3339(out, record.time()),
            Self::Level => out.extend_from_slice(record.severity().name().as_bytes()),
            Self::Kind => out.extend_from_slice(record.kind().name().as_bytes()),
            Self::Category => escape::put::<S>(out, record.category().unwrap_or_default()),
            Self::Target => escape::put::<S>(out, record.target()),
            Self::Module => escape::put::<S>(out, record.source().module.unwrap_or_default()),
            Self::File => escape::put::<S>(out, record.source().file.unwrap_or_default()),
            Self::Line => record.source().line.into_iter().for_each(|line| number::unsigned(out, line.into())),
            Self::Thread => escape::put::<S>(out, thread_label(record, &mut String::new()).unwrap_or_default()),
            Self::Message => escape::put::<S>(out, record.message()),
            Self::Tags => escape::put::<S>(out, &tags_of(record).collect::<Vec<_>>().join(",")),
            Self::Field(_) | Self::ContextOf(_) | Self::MetadataOf(_) => self.write_value::<S>(out, record),
            Self::Error | Self::ErrorType | Self::ErrorFingerprint | Self::ErrorBacktrace => {
                escape::put::<S>(out, self.of_error(record).unwrap_or_default());
            }
            Self::EventId => out.extend_from_slice(record.event_id().write(&mut [0; 36]).as_bytes()),
            Self::Fields | Self::Spans | Self::Context | Self::Metadata => return false,
        }
        true
    }

    fn of_error<'a>(&self, record: &Record<'a>) -> Option<&'a str> {
        let error = record.error()?;
        match self {
            Self::Error => Some(error.message()),
            Self::ErrorType => error.type_name(),
            Self::ErrorFingerprint => error.fingerprint(),
            _ => error.backtrace(),
        }
    }

    fn write_value<S: Style>(&self, out: &mut Vec<u8>, record: &Record<'_>) {
        let value = match self {
            Self::Field(name) => record.field(name),
            Self::ContextOf(name) => record.context(name),
            Self::MetadataOf(name) => match record.metadata(name) {
                None if **name == *"thread" => {
                    Self::Thread.write::<S>(out, record, &mut Stamp::default());
                    None
                }
                value => value,
            },
            _ => None,
        };
        if let Some(value) = value {
            escape::put::<S>(out, Plain::default().text(&value));
        }
    }

    /// Is it a number in this record, so that no spreadsheet takes it for a formula?
    pub(crate) fn is_number(&self, record: &Record<'_>) -> bool {
        match self {
            Self::Line => true,
            Self::Field(name) => record.field(name).is_some_and(|value| value.as_f64().is_some()),
            Self::ContextOf(name) => record.context(name).is_some_and(|value| value.as_f64().is_some()),
            Self::MetadataOf(name) => record.metadata(name).is_some_and(|value| value.as_f64().is_some()),
            _ => false,
        }
    }
}
