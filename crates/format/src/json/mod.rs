//! JSON, one object a line ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259), [JSON Lines](https://jsonlines.org)).

mod around;
mod flat;
mod fmt;
mod head;
mod metadata;
mod nested;
mod tail;
mod value;

pub(crate) use around::write_spans;
pub(crate) use head::write_tags;
pub use value::put_json_str;
pub(crate) use value::{Dialect, NotFinite, object, string, value};

use crate::shared::{Leaves, Settled, Setup, Sites};
use crate::time::Stamp;
use crate::{Names, Zone};
use std::str::FromStr;
use tracework_core::{Description, Format, Record};

/// JSON, one object a line.
///
/// Numbers beyond 64 bits are strings, and so are `NaN`, `Infinity` and `-Infinity` (`null` in [`Shape::Fmt`]). Bytes are
/// a string of hexadecimal digits. An error among the fields is its message with its causes after colons; the first
/// one stands in `error` too, as `{"message":..,"chain":[..]}`. Nested values stay nested. A record that was cut says
/// what is missing in `_truncated`: `{"keys":["message","fields.body"],"omitted":3}`.
///
/// No object holds a name twice. What a shape writes itself keeps its name, and a field that is called the same is
/// written with `fields.` before its name (`fields.level`), as is a field whose name begins with `fields.` already.
///
/// ```
/// use tracework_core::Format;
/// use tracework_format::{Json, Shape, Zone};
///
/// let json = Json::new().shape(Shape::Flat).zone(Zone::named("Europe/Berlin")?);
/// assert_eq!(json.media_type(), "application/x-ndjson");
/// # Ok::<(), tracework_format::UnknownZone>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Json {
    shape: Shape,
    setup: Setup<Kept>,
}

/// How the parts of a record are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Shape {
    /// Context, fields, spans and metadata are objects of their own.
    #[default]
    Nested,
    /// Fields, context and metadata stand at the top. Where two have the same name, a field comes before context, and
    /// context before metadata: the later one is written as `context.NAME` or `metadata.NAME`.
    Flat,
    /// The content of `tracing-subscriber`'s JSON: `timestamp`, `level` (five of them, `WARN`), `fields` with the message,
    /// `target`, `span` and `spans`. Reserved fields are among the fields, as they are there.
    Fmt,
}

impl Shape {
    /// Its name in a config file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nested => "nested",
            Self::Flat => "flat",
            Self::Fmt => "fmt",
        }
    }
}

/// A text that names no shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownShape(pub String);

impl std::fmt::Display for UnknownShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is no shape of JSON; there are nested, flat and fmt", self.0)
    }
}

impl std::error::Error for UnknownShape {}

impl FromStr for Shape {
    type Err = UnknownShape;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Nested, Self::Flat, Self::Fmt]
            .into_iter()
            .find(|shape| shape.name() == text.trim())
            .ok_or_else(|| UnknownShape(text.to_owned()))
    }
}

/// What is kept between records.
#[derive(Debug)]
struct Kept {
    stamp: Stamp,
    ranks: head::Ranks,
    sites: Sites<head::Site>,
    leaves: Leaves<around::Around>,
    settled: Settled<metadata::Settlement>,
}

impl Json {
    /// The default: nested, in UTC.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how the parts are arranged.
    #[must_use]
    pub fn shape(self, shape: Shape) -> Self {
        Self { shape, setup: self.setup.afresh() }
    }

    /// Sets the time zone of the timestamps.
    #[must_use]
    pub fn zone(self, zone: Zone) -> Self {
        Self { setup: self.setup.zone(zone), ..self }
    }

    /// Sets which fields have a place of their own.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { setup: self.setup.names(names), ..self }
    }
}

impl Format for Json {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let (names, kept) = self.setup.kept(|stamp| Kept {
            stamp,
            ranks: head::Ranks::new(),
            sites: Sites::default(),
            leaves: Leaves::default(),
            settled: Settled::default(),
        });
        match self.shape {
            Shape::Nested => nested::encode(kept, names, record, out),
            Shape::Flat => flat::encode(kept, names, record, out),
            Shape::Fmt => fmt::encode(kept, names, record, out),
        }
    }

    fn write_event_ids(&mut self) {
        self.setup.write_event_ids();
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }

    fn as_config(&self) -> Option<Description> {
        let description = Description::new("json").unless_usual("shape", self.shape.name(), Shape::default().name());
        Some(self.setup.say(description))
    }

    fn identity(&self) -> Option<String> {
        Some(format!("json {} {}", self.shape.name(), self.setup.identity()))
    }

    fn media_type(&self) -> &'static str {
        "application/x-ndjson"
    }
}
