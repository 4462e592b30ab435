//! The one way through a record's fields, for every format: quick where each name is known beforehand and comes once,
//! careful otherwise. A name that was given twice is written once, with the value given last.

use super::Fragment;
use tracework_core::{Callsite, Entry, Record, Section, SpanNode, Timestamp, Value};

/// How a format writes names and values.
pub(crate) trait Dialect {
    /// Appends `prefix` and `name` as one name, with all that stands before it and between it and its value.
    fn name(&self, out: &mut Vec<u8>, prefix: &str, name: &str);

    /// Appends a value with all that stands behind it.
    fn value(&self, out: &mut Vec<u8>, value: Value<'_>);

    /// Can a field be called so, or does the format need the name itself?
    fn is_free(&self, name: &str) -> bool {
        let _ = name;
        true
    }

    /// Is the field of this name written elsewhere?
    fn role(&self, name: &str) -> Role {
        let _ = name;
        Role::Field
    }

    /// Appends the name of a field, `fields.` before it if it is not free.
    fn key(&self, out: &mut Vec<u8>, name: &str) {
        self.name(out, if self.is_free(name) { "" } else { "fields." }, name);
    }
}

/// Is `name` one of `taken`, or does it begin as a changed one does, so that it could be equal to one?
pub(crate) fn is_taken(taken: &[&str], name: &str) -> bool {
    taken.contains(&name) || ["fields.", "context.", "metadata."].iter().any(|prefix| name.starts_with(prefix))
}

/// Where a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Among the fields.
    Field,
    /// In a place of its own.
    Lifted,
}

/// What was met among a record's entries and asks for more.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// A field that is written elsewhere.
    pub(crate) lifted: bool,
    /// Metadata of the record's own.
    pub(crate) metadata: bool,
    /// A value that was cut.
    pub(crate) cut: bool,
    /// A bit of each name, see [`name_bit`].
    pub(crate) names: u64,
}

impl Seen {
    #[inline]
    fn entry(&mut self, entry: &Entry<'_>) {
        self.cut |= entry.cut;
        self.metadata |= entry.section == Section::Metadata;
    }
}

/// A bit for a name: where no bit is common to two sets of names, no name is.
pub(crate) fn name_bit(name: &str) -> u64 {
    let mixed = name.bytes().fold(name.len() as u64, |mixed, byte| mixed.wrapping_mul(31).wrapping_add(byte.into()));
    1 << (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
}

/// The names of a callsite's fields, as a format writes them.
#[derive(Debug)]
pub(crate) struct Keys {
    keys: Box<[Key]>,
    /// Is each name there once?
    unique: bool,
}

#[derive(Debug)]
struct Key {
    text: Fragment,
    bit: u64,
    role: Role,
}

impl Keys {
    pub(crate) fn new(callsite: &Callsite, dialect: &impl Dialect) -> Self {
        let key = |&name: &&'static str| Key {
            text: Fragment::of(|out| dialect.key(out, name)),
            bit: name_bit(name),
            role: dialect.role(name),
        };
        let names = &callsite.fields;
        Self {
            keys: names.iter().map(key).collect(),
            unique: names.iter().enumerate().all(|(at, name)| !names[..at].contains(name)),
        }
    }
}

/// Appends the fields of `record`; `keys` are those of its callsite.
#[inline]
pub(crate) fn write_fields(
    out: &mut Vec<u8>,
    record: &Record<'_>,
    keys: Option<&Keys>,
    dialect: &impl Dialect,
) -> Seen {
    let start = out.len();
    if let Some(keys) = keys
        && keys.unique
        && let Some(seen) = write_known(out, record, keys, dialect)
    {
        return seen;
    }
    out.truncate(start);
    write_any(out, record, dialect)
}

/// The quick way: every field is named by its place, and the places ascend, so none comes twice. `None` where that does
/// not hold; what was written until then is to be taken back.
#[inline]
fn write_known(out: &mut Vec<u8>, record: &Record<'_>, keys: &Keys, dialect: &impl Dialect) -> Option<Seen> {
    let mut seen = Seen::default();
    let mut least = 0;
    for entry in record.entries() {
        seen.entry(&entry);
        if entry.section != Section::Field {
            continue;
        }
        let place = entry.place.filter(|&place| place >= least)?;
        let key = keys.keys.get(usize::from(place))?;
        least = place + 1;
        seen.names |= key.bit;
        if key.role == Role::Lifted {
            seen.lifted = true;
            continue;
        }
        key.text.put(out);
        dialect.value(out, entry.value);
    }
    Some(seen)
}

/// The careful way.
fn write_any(out: &mut Vec<u8>, record: &Record<'_>, dialect: &impl Dialect) -> Seen {
    let mut seen = Seen::default();
    let mut entries = record.entries();
    while let Some(entry) = entries.next() {
        seen.entry(&entry);
        if entry.section != Section::Field || is_given_again(&entry, entries) {
            continue;
        }
        seen.names |= name_bit(entry.key);
        if dialect.role(entry.key) == Role::Lifted {
            seen.lifted = true;
            continue;
        }
        dialect.key(out, entry.key);
        dialect.value(out, entry.value);
    }
    seen
}

fn is_given_again<'a>(entry: &Entry<'_>, mut later: impl Iterator<Item = Entry<'a>>) -> bool {
    later.any(|other| other.section == entry.section && other.key == entry.key)
}

/// The fields of `span` as of `time`, each name once, with the value that holds.
pub(crate) fn span_fields(span: &SpanNode, time: Timestamp) -> impl Iterator<Item = Entry<'_>> {
    let entries = span.entries(time).enumerate();
    entries.filter_map(move |(at, entry)| {
        let holds = entry.section == Section::Field && !is_given_again(&entry, span.entries(time).skip(at + 1));
        holds.then_some(entry)
    })
}

/// The entries of one section of `record`, each name once, with the value that holds.
pub(crate) fn last_of<'a>(record: &Record<'a>, section: Section) -> impl Iterator<Item = Entry<'a>> + use<'a> {
    let mut entries = record.entries();
    std::iter::from_fn(move || {
        loop {
            let entry = entries.next()?;
            if entry.section == section && !is_given_again(&entry, entries) {
                return Some(entry);
            }
        }
    })
}

/// The fields of `record`, each name once, with the value that holds.
pub(crate) fn fields_of<'a>(record: &Record<'a>) -> impl Iterator<Item = Entry<'a>> + use<'a> {
    last_of(record, Section::Field)
}

/// Appends the fields of `span` as of `time` that `keep` keeps.
pub(crate) fn write_span(
    out: &mut Vec<u8>,
    span: &SpanNode,
    time: Timestamp,
    dialect: &impl Dialect,
    mut keep: impl FnMut(&Entry<'_>) -> bool,
) {
    for entry in span_fields(span, time) {
        if keep(&entry) {
            dialect.key(out, entry.key);
            dialect.value(out, entry.value);
        }
    }
}
