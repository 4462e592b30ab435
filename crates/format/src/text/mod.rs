//! Text for people, one line a record, or several for a console.

mod colors;
mod compact;
mod pretty;
mod value;

pub(crate) use value::{Words, write_spans};

use crate::Zone;
use crate::shared::{Keys, Leaves, Settled, Setup, Sites};
use crate::time::Stamp;
use colors::Colors;
use compact::Labels;
use tracework_core::{Description, Format, Record};

/// Text for people: `[2024-01-15 10:30:45] [INFO    ] auth_service: user authenticated method=password`.
///
/// Behind the message stand the fields, then the category and the tags, then the spans, the outermost first:
/// `in request{request_id=req_1}:charge{customer=7}`. A value that is not one plain word stands between quotes, where a
/// quote and a backslash have a backslash before them. Control characters, bidirectional controls and line separators
/// are written as `\n`, `\x1b`, `\u{202e}`, so one record is one line; in the message a backslash stays as it is, so
/// that paths read well. `_truncated=message,fields.body` says what was cut.
///
/// There are no colours unless [`Text::colored`] asks for them.
///
/// ```
/// use tracework_core::Format;
/// use tracework_format::{Text, Zone};
///
/// let console = Text::pretty().colored(true);
/// let file = Text::new().zone(Zone::named("Asia/Tokyo")?).metadata(true);
/// assert_ne!(console.identity(), file.identity());
/// # Ok::<(), tracework_format::UnknownZone>(())
/// ```
#[derive(Clone, Debug)]
pub struct Text {
    settings: Settings,
    setup: Setup<Kept>,
    /// Were the colours asked for, rather than those of the destination?
    chosen: bool,
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    pretty: bool,
    colors: Colors,
    spans: bool,
    metadata: bool,
}

/// What is kept between records.
#[derive(Debug)]
struct Kept {
    stamp: Stamp,
    labels: Labels,
    sites: Sites<Site>,
    leaves: Leaves<Around>,
    settled: Settled<Vec<u8>>,
}

/// What is made once for a callsite.
#[derive(Debug)]
struct Site {
    /// `target: `.
    target: Vec<u8>,
    keys: Keys,
}

/// What is made once for a span and all around it.
#[derive(Debug, Default)]
struct Around {
    /// ` category=.. tags=..`.
    said: Vec<u8>,
    /// ` in request{..}:charge{..}`.
    spans: Vec<u8>,
    /// Was a field of them cut?
    cut: bool,
}

impl Text {
    /// One line a record, in UTC, without colours.
    #[must_use]
    pub fn new() -> Self {
        let settings = Settings { pretty: false, colors: Colors { on: false }, spans: true, metadata: false };
        Self { settings, setup: Setup::default(), chosen: false }
    }

    /// Several lines a record, for a console: a field and a span a line, and where the event stands in the source.
    #[must_use]
    pub fn pretty() -> Self {
        let text = Self::new();
        Self { settings: Settings { pretty: true, ..text.settings }, ..text }
    }

    /// Colours by ANSI escape sequences. Only for what goes to a terminal.
    #[must_use]
    pub fn colored(mut self, colored: bool) -> Self {
        self.settings.colors = Colors { on: colored };
        self.chosen = true;
        self.afresh()
    }

    /// As [`Text::colored`], but because its destination is, or is not, a terminal with colours: of such a text a
    /// config says nothing of colours.
    #[must_use]
    pub fn usually_colored(self, colored: bool) -> Self {
        Self { chosen: false, ..self.colored(colored) }
    }

    /// Sets the time zone of the timestamps.
    #[must_use]
    pub fn zone(self, zone: Zone) -> Self {
        Self { setup: self.setup.zone(zone), ..self }
    }

    /// Are the spans around written? They are, unless told otherwise.
    #[must_use]
    pub fn spans(mut self, spans: bool) -> Self {
        self.settings.spans = spans;
        self.afresh()
    }

    /// Is the metadata written (service, host, thread)? It is not, unless told otherwise.
    #[must_use]
    pub fn metadata(mut self, metadata: bool) -> Self {
        self.settings.metadata = metadata;
        self.afresh()
    }

    fn afresh(self) -> Self {
        Self { setup: self.setup.afresh(), ..self }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::new()
    }
}

impl Format for Text {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let settings = self.settings;
        let (_, kept) = self.setup.kept(|stamp| Kept {
            stamp,
            labels: Labels::new(settings.colors),
            sites: Sites::default(),
            leaves: Leaves::default(),
            settled: Settled::default(),
        });
        if settings.pretty {
            pretty::encode(kept, settings, record, out);
        } else {
            compact::encode(kept, settings, record, out);
        }
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }

    fn as_config(&self) -> Option<Description> {
        let Settings { pretty, colors, spans, metadata } = self.settings;
        let description = Description::new(if pretty { "pretty" } else { "text" });
        let color = if colors.on { "always" } else { "never" };
        let color = if self.chosen { color } else { "auto" };
        let description = description.unless_usual("color", color, "auto").unless_usual("spans", spans, true);
        Some(self.setup.say_zone(description.unless_usual("metadata", metadata, false)))
    }

    fn identity(&self) -> Option<String> {
        Some(format!("text {:?} {}", self.settings, self.setup.zone_identity()))
    }
}
