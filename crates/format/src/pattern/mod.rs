//! Lines by a pattern.

mod compile;
mod escaping;
mod write;

pub use compile::PatternError;
pub use escaping::Escape;

use crate::shared::{Keys, Setup, Sites};
use crate::time::Stamp;
use crate::{Names, Zone, escape};
use compile::Piece;
use std::sync::Arc;
use tracework_core::{Description, Format, Record};

/// Lines by a pattern: text with places for the parts of a record.
///
/// ```
/// use tracework_format::Pattern;
///
/// Pattern::new("[{time:%Y-%m-%d %H:%M:%S}] [{level:<8}] {target}: {message} {fields}")?;
/// let error = Pattern::new("{level} {massage}").unwrap_err();
/// assert_eq!((error.at, error.name.as_str()), (9, "massage"));
/// # Ok::<(), tracework_format::PatternError>(())
/// ```
///
/// | place | is |
/// |---|---|
/// | `{time}`, `{time:%H:%M:%S%.3f}` | the time as RFC 3339, or in the directives of [`strftime`](https://docs.rs/jiff/0.2/jiff/fmt/strtime) |
/// | `{level}` `{kind}` `{category}` `{target}` `{module}` `{file}` `{line}` `{thread}` `{message}` | that part, empty where there is none |
/// | `{tags}` | `PAYMENT,USER_123` |
/// | `{service}` `{event_id}` | the metadata `service`; the id of the event |
/// | `{fields}` `{context}` `{metadata}` | `name=value name=value` |
/// | `{spans}` | `request{method=POST}:charge{customer=7}`, the outermost first |
/// | `{field.x}` `{context.x}` `{metadata.x}` | one value |
///
/// `{level:<8}`, `{level:>8}`, `{level:^8}` fill up to eight characters, at the right, the left or both sides; `{level:8}` is
/// `{level:<8}`. `{{` and `}}` are braces. What stands in a place is escaped as in [`Text`](crate::Text), or as
/// [`Pattern::escape`] says, and blanks at the end of a line are left out.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: Arc<str>,
    pieces: Arc<[Piece]>,
    escape: Escape,
    setup: Setup<Kept>,
}

/// What is kept between records.
#[derive(Debug)]
struct Kept {
    stamp: Stamp,
    sites: Sites<Keys>,
    /// Of each piece that is a time the text of the last second.
    times: Vec<Option<(i64, Vec<u8>)>>,
}

impl Pattern {
    /// The format of `pattern`.
    ///
    /// # Errors
    ///
    /// It names no part of a record, a brace has no partner, a width is none or a directive of time does not exist, or it
    /// holds a control character; the error says where.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        let pieces = compile::compile(pattern)?.into();
        Ok(Self { text: pattern.into(), pieces, escape: Escape::Text, setup: Setup::default() })
    }

    /// Sets how what stands in a place is escaped.
    ///
    /// ```
    /// use tracework_format::{Escape, Pattern};
    ///
    /// let json = Pattern::new(r#"{{"text": "{level}: {message}", "team": "payments"}}"#)?.escape(Escape::Json);
    /// # let _ = json;
    /// # Ok::<(), tracework_format::PatternError>(())
    /// ```
    #[must_use]
    pub fn escape(self, escape: Escape) -> Self {
        Self { escape, setup: self.setup.afresh(), ..self }
    }

    /// Sets the time zone of the timestamps.
    #[must_use]
    pub fn zone(self, zone: Zone) -> Self {
        Self { setup: self.setup.zone(zone), ..self }
    }

    /// Sets which fields are context.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { setup: self.setup.names(names), ..self }
    }
}

impl Format for Pattern {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let Self { pieces, escape, setup, .. } = self;
        let (names, kept) =
            setup.kept(|stamp| Kept { stamp, sites: Sites::default(), times: vec![None; pieces.len()] });
        match escape {
            Escape::Text => write::encode::<escape::Text>(kept, pieces, names, record, out),
            Escape::Json => write::encode::<escape::Json>(kept, pieces, names, record, out),
        }
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }

    fn as_config(&self) -> Option<Description> {
        let description = Description::new("pattern").with("pattern", &*self.text);
        Some(self.setup.say(description.unless_usual("escape", self.escape.name(), Escape::Text.name())))
    }

    fn identity(&self) -> Option<String> {
        Some(format!("pattern {:?} {} {}", self.text, self.escape.name(), self.setup.identity()))
    }

    fn media_type(&self) -> &'static str {
        match self.escape {
            Escape::Text => "text/plain; charset=utf-8",
            Escape::Json => "application/x-ndjson",
        }
    }
}
