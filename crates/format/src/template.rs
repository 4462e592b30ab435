//! Names made of records: topics, routing keys, subjects, streams.

use crate::{Pattern, PatternError};
use std::borrow::Cow;
use std::fmt;
use tracework_core::{Format, Record};

/// What a name may be made of.
///
/// What a record holds comes from outside, so a name made of it is checked, never mended: it is of letters and digits
/// of ASCII and of the punctuation given here, no longer than the bytes given here, not empty, and neither `.` nor `..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    punctuation: &'static str,
    longest: usize,
}

impl Allowed {
    /// Names of letters, digits and `punctuation`, of at most `longest` bytes.
    #[must_use]
    pub const fn new(punctuation: &'static str, longest: usize) -> Self {
        Self { punctuation, longest }
    }

    /// What is wrong with a name; `None` if it is allowed.
    fn objection(&self, name: &str) -> Option<String> {
        let allowed = |character: char| character.is_ascii_alphanumeric() || self.punctuation.contains(character);
        if name.is_empty() {
            return Some("is empty".into());
        }
        if name == "." || name == ".." {
            return Some("is no name".into());
        }
        if name.len() > self.longest {
            return Some(format!("has {} bytes, of at most {}", name.len(), self.longest));
        }
        let wrong = name.chars().find(|character| !allowed(*character))?;
        let punctuation = self.punctuation;
        Some(format!("holds `{}`; letters, digits and `{punctuation}` are allowed", wrong.escape_debug()))
    }
}

/// A name that a record may not make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedName {
    /// The name, cut to what can be shown.
    pub name: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for RefusedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name `{}` {}", self.name.escape_debug(), self.why)
    }
}

impl std::error::Error for RefusedName {}

/// A name with places for parts of a record, such as `logs.{service}.{level}`, checked against what is [`Allowed`].
///
/// The places are those of a [`Pattern`].
///
/// ```
/// use tracework_core::{Draft, Head, Key, Kind, Limits, Page, Severity, Timestamp, Value};
/// use tracework_format::{Allowed, Template};
///
/// let mut topic = Template::new("logs.{level}.{field.tenant}", Allowed::new("._-", 249))?;
///
/// # let mut draft = Draft::new(Limits::default());
/// # draft.begin(Head { time: Timestamp(0), severity: Severity::INFO, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
/// # draft.field(Key::Name("tenant"), Value::Str("acme"));
/// # let mut page = Page::new(Default::default());
/// # let pick = page.push(&draft, None);
/// # let record = page.record(pick);
/// assert_eq!(topic.name(&record)?, "logs.INFO.acme");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Template {
    text: String,
    pattern: Option<Pattern>,
    allowed: Allowed,
    made: Vec<u8>,
}

impl Template {
    /// The template of `text`.
    ///
    /// # Errors
    ///
    /// It is no [`Pattern`], or a text without places that is not allowed as a name.
    pub fn new(text: &str, allowed: Allowed) -> Result<Self, PatternError> {
        let pattern = Pattern::new(text)?;
        let places = text.contains(['{', '}']);
        if !places && let Some(what) = allowed.objection(text) {
            return Err(PatternError { at: 0, name: text.to_owned(), what });
        }
        Ok(Self { text: text.to_owned(), pattern: places.then_some(pattern), allowed, made: Vec::new() })
    }

    /// What it was made of.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name if it is the same for every record.
    #[must_use]
    pub fn constant(&self) -> Option<&str> {
        self.pattern.is_none().then_some(&self.text)
    }

    /// The name that `record` makes.
    ///
    /// # Errors
    ///
    /// The name is not allowed: no delivery of this record will ever help.
    pub fn name(&mut self, record: &Record<'_>) -> Result<&str, RefusedName> {
        let Some(pattern) = &mut self.pattern else { return Ok(&self.text) };
        self.made.clear();
        pattern.encode(record, &mut self.made);
        let line = self.made.strip_suffix(b"\n").unwrap_or(&self.made);
        let refused = |name: Cow<'_, str>, why| RefusedName { name: name.chars().take(80).collect(), why };
        match std::str::from_utf8(line) {
            Ok(name) => match self.allowed.objection(name) {
                None => Ok(name),
                Some(why) => Err(refused(name.into(), why)),
            },
            Err(_) => Err(refused(String::from_utf8_lossy(line), "is no UTF-8".into())),
        }
    }
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.allowed == other.allowed
    }
}
