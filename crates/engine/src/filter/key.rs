//! What a filter tells records apart by.

use std::fmt::{self, Write};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::str::FromStr;
use tracework_core::{Record, Reserved, Value};
use tracework_rules::{RuleError, Subject};

/// What a filter tells records apart by: where they come from, what they say, or any subject of the matching language.
///
/// ```
/// use tracework_engine::FilterKey;
///
/// let key: FilterKey = "callsite, context.user_id".parse()?;
/// assert_eq!(key.to_string(), "callsite, context.user_id");
/// assert!("contxt.user_id".parse::<FilterKey>().is_err());
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
///
/// Keys are compared by a hash of 64 bits that differs from process to process, so two of them are taken for one with a
/// chance of one in 2^40 among thousands, and nobody can bring that about on purpose.
#[derive(Clone, Debug)]
pub struct FilterKey {
    parts: Vec<Part>,
    state: RandomState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// The place in the program.
    Callsite,
    /// All fields of the event itself.
    Fields,
    Subject(Subject),
}

impl FilterKey {
    /// Every record is of one key.
    #[must_use]
    pub fn everything() -> Self {
        Self::of(Vec::new())
    }

    /// The place in the program that emits.
    #[must_use]
    pub fn callsite() -> Self {
        Self::of(vec![Part::Callsite])
    }

    /// The place in the program, the message and all fields: records of one key say the same.
    #[must_use]
    pub fn content() -> Self {
        Self::of(vec![Part::Callsite, Part::Subject(Subject::Message), Part::Fields])
    }

    /// Reads a list of parts: `callsite`, `fields`, and the subjects of the matching language.
    ///
    /// # Errors
    ///
    /// If one of them is none.
    pub fn parse<T: AsRef<str>>(parts: impl IntoIterator<Item = T>) -> Result<Self, RuleError> {
        parts.into_iter().map(|part| Part::from_str(part.as_ref())).collect::<Result<_, _>>().map(Self::of)
    }

    /// Its parts, as they are written.
    #[must_use]
    pub fn parts(&self) -> Vec<String> {
        self.parts.iter().map(Part::to_string).collect()
    }

    fn of(parts: Vec<Part>) -> Self {
        Self { parts, state: RandomState::new() }
    }

    /// The key of `record`, to compare with those of others in this process.
    pub(crate) fn of_record(&self, record: &Record<'_>) -> u64 {
        if let [Part::Callsite] = &self.parts[..]
            && let Some(number) = callsite(record)
        {
            return mixed(u64::from(number) + 1);
        }
        let mut hasher = self.state.build_hasher();
        for part in &self.parts {
            part.hash(record, false, &mut hasher);
        }
        hasher.finish()
    }

    /// The key of `record`, equal in every process; `None` if it has none of the parts.
    pub(crate) fn everywhere(&self, record: &Record<'_>) -> Option<u64> {
        let mut hasher = Stable(0xcbf2_9ce4_8422_2325);
        let had = self.parts.iter().fold(false, |had, part| had | part.hash(record, true, &mut hasher));
        had.then(|| hasher.finish())
    }
}

impl FilterKey {
    /// The key of `record` if it has all of the parts.
    pub(crate) fn complete(&self, record: &Record<'_>) -> Option<u64> {
        let mut hasher = self.state.build_hasher();
        let all = self.parts.iter().all(|part| part.hash(record, false, &mut hasher));
        all.then(|| hasher.finish())
    }
}

impl PartialEq for FilterKey {
    /// Do both look at the same?
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl FromStr for FilterKey {
    type Err = RuleError;

    /// Reads parts with commas between.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text.split(',').map(str::trim).filter(|part| !part.is_empty()))
    }
}

impl fmt::Display for FilterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts().join(", "))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Callsite => f.write_str("callsite"),
            Self::Fields => f.write_str("fields"),
            Self::Subject(subject) => subject.fmt(f),
        }
    }
}

impl FromStr for Part {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        match text {
            "callsite" => Ok(Self::Callsite),
            "fields" => Ok(Self::Fields),
            text => Ok(Self::Subject(text.parse()?)),
        }
    }
}

impl Part {
    /// Adds what `record` has of it, byte by byte: in the same way in every process if `stable`. `false` if that is nothing.
    fn hash(&self, record: &Record<'_>, stable: bool, hasher: &mut impl Hasher) -> bool {
        match self {
            Self::Callsite => match callsite(record) {
                Some(number) if !stable => hasher.write(&number.to_le_bytes()),
                _ => {
                    let source = record.source();
                    hash_text(Some(source.target), hasher);
                    hash_text(source.file, hasher);
                    hasher.write(&source.line.unwrap_or(0).to_le_bytes());
                }
            },
            Self::Fields => {
                for field in record.fields() {
                    hash_text(Some(field.key), hasher);
                    hash_value(field.value, hasher);
                }
            }
            Self::Subject(subject) => return hash_subject(subject, record, hasher),
        }
        true
    }
}

fn hash_text(text: Option<&str>, hasher: &mut impl Hasher) -> bool {
    hasher.write(&[u8::from(text.is_some())]);
    hasher.write(text.unwrap_or_default().as_bytes());
    hasher.write(&[0xff]);
    text.is_some()
}

fn hash_subject(subject: &Subject, record: &Record<'_>, hasher: &mut impl Hasher) -> bool {
    let mut one = |text: Option<&str>| hash_text(text, hasher);
    match subject {
        Subject::Severity => one(Some(record.severity().name())),
        Subject::Kind => one(Some(record.kind().name())),
        Subject::Target => one(Some(record.target())),
        Subject::Message => one(Some(record.message())),
        Subject::Module => one(record.source().module),
        Subject::Category => one(record.category()),
        Subject::Thread => one(record.thread_name()),
        Subject::Tag => record.tags().fold(false, |_, tag| one(Some(tag))),
        Subject::Span => record.spans().filter(|span| span.is_named()).fold(false, |_, span| one(Some(span.name()))),
        Subject::Field(name) => hash_given(record.field(name), hasher),
        Subject::Context(name) => hash_given(record.context(name), hasher),
        Subject::Metadata(name) => hash_given(record.metadata(name), hasher),
    }
}

fn hash_given(value: Option<Value<'_>>, hasher: &mut impl Hasher) -> bool {
    let given = value.filter(|value| *value != Value::Null);
    hasher.write(&[u8::from(given.is_some())]);
    if let Some(value) = given {
        hash_value(value, hasher);
    }
    given.is_some()
}

/// Values are equal whose plain texts are, as in a rule.
fn hash_value(value: Value<'_>, hasher: &mut impl Hasher) {
    struct Into<'a, H>(&'a mut H);
    impl<H: Hasher> Write for Into<'_, H> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    match value {
        Value::Str(text) | Value::Text(text) | Value::Json(text) => hasher.write(text.as_bytes()),
        // Writing into a hasher cannot fail.
        other => _ = write!(Into(hasher), "{other}"),
    }
    hasher.write(&[0xff]);
}

/// The number of the record's callsite, unless many places share it, as those do that log through `log`.
fn callsite(record: &Record<'_>) -> Option<u32> {
    if record.has_reserved() && record.reserved(Reserved::Target).is_some() {
        return None;
    }
    record.callsite().map(|callsite| callsite.id().number())
}

/// Spreads a number over all bits.
fn mixed(number: u64) -> u64 {
    let number = (number ^ number >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let number = (number ^ number >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ number >> 33
}

/// FNV-1a, spread over all bits: equal in every process and version.
struct Stable(u64);

impl Hasher for Stable {
    fn finish(&self) -> u64 {
        mixed(self.0)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
