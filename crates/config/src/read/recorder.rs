//! The flight recorder.

use super::{filters, names};
use crate::save::usual;
use crate::schema::Shape;
use crate::section::Section;
use tracework_core::Severity;
use tracework_engine::{RecorderKey, RecorderSpec};

/// `recorder: { level: DEBUG, when: "level >= ERROR" }`.
pub(super) fn recorder(top: &mut Section<'_>, known: &[String]) -> Option<RecorderSpec> {
    top.within("recorder", |section| {
        section.about(&[
            ("level", "The least severity that is kept; callsites down to it are captured.", "DEBUG"),
            ("when", "The records that have the others of their key written, as a rule.", "level >= ERROR"),
            ("to", "The destinations that get them; without it, those that the record reached.", "[errors]"),
            (
                "span",
                "Records belong together that are in the same span of this name; without it, the outermost.",
                "request",
            ),
            ("by", "Records belong together that have the same values; excludes `span`.", "[context.request_id]"),
            ("records", "How many records are kept of a key, the latest.", "200"),
            ("memory", "Bytes of memory that all of them may take.", "16MiB"),
            ("keys", "How many keys are kept; of more, the one not seen for the longest time goes.", "1024"),
            ("age", "How long a key is kept that has no new record.", "5m"),
        ]);
        let without = RecorderSpec::default();
        let read = RecorderSpec {
            level: level(section).unwrap_or(without.level),
            when: section.take_rule("when").unwrap_or(without.when),
            to: to(section, known),
            by: by(section),
            records: at_least_one(section, "records").unwrap_or(without.records),
            memory: section.take_memory("memory").unwrap_or(without.memory),
            keys: at_least_one(section, "keys").unwrap_or(without.keys),
            age: section.take_duration("age").unwrap_or(without.age),
        };
        section.note_usual(usual::of_recorder);
        read
    })
}

fn level(section: &mut Section<'_>) -> Option<Severity> {
    let levels = section.take_level("level")?;
    if levels.is_empty() {
        section.refuse("level", "a recorder that keeps nothing is none: leave it out");
    }
    levels.least()
}

fn to(section: &mut Section<'_>, known: &[String]) -> Vec<String> {
    let nodes = section.take_nodes("to", Shape::Text).unwrap_or_default();
    let found = nodes.into_iter().filter(|(name, node)| names::check(section, name, node, known));
    found.map(|(name, _)| name.to_owned()).collect()
}

fn by(section: &mut Section<'_>) -> RecorderKey {
    let (span, key) = (section.take_str("span"), filters::key(section));
    match (span, key) {
        (Some(_), Ok(Some(_))) => {
            section.refuse("by", "`span` and `by` exclude each other");
            RecorderKey::Root
        }
        (Some(span), _) => RecorderKey::Span(span),
        (None, Ok(Some(key))) => RecorderKey::Value(key),
        (None, _) => RecorderKey::Root,
    }
}

fn at_least_one(section: &mut Section<'_>, name: &str) -> Option<usize> {
    let count = section.take_count(name)?;
    if count == 0 {
        section.refuse(name, format!("`recorder.{name}` must be at least 1"));
    }
    Some(count)
}
