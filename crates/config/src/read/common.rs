//! What holds for every destination.

use super::top::block_limit;
use super::{filters, names};
use crate::nearest::suggest;
use crate::place::shown;
use crate::raw::Data;
use crate::schema::Shape;
use crate::section::{Section, kind_names, severities};
use crate::units;
use std::sync::Arc;
use tracework_core::{
    BatchSettings, BufferSettings, DeadLetterSettings, DestinationSettings, GiveUp, Kind, KindSet, Overflow,
    RetrySettings, Severity, SeveritySet,
};
use tracework_rules::Rule;

const TEXTS: [(&str, &str, &str); 14] = [
    ("format", "How records are written.", "json"),
    ("enabled", "Whether it starts switched on.", "true"),
    ("level", "The least severity it takes, or a kind; without it, that of the top.", "WARNING"),
    ("levels", "Exactly these severities and kinds; excludes `level`.", "[ERROR, AUDIT]"),
    ("kinds", "The kinds of records it takes.", "[log, audit]"),
    ("filter", "A rule that a record must fit; of several, each.", "not message contains 'health check'"),
    ("filters", "Filters that remember, asked last: rate limits, repetitions, samples.", ""),
    ("tags", "The tags that a record must and must not have; a list asks for one of them.", "[PAYMENT]"),
    ("batch", "How records are put together for it.", ""),
    ("retry", "How often a failed delivery is tried again.", ""),
    ("buffer", "The queue in front of it.", ""),
    ("dead_letters", "Where records are kept that no delivery will ever accept.", ""),
    ("failover", "The destination that takes over while this one fails.", "emergency"),
    ("delivery", "What is promised: best_effort, or at_least_once once there is a spool.", "best_effort"),
];

/// Reads it over what the type's factory set.
pub(super) fn read(section: &mut Section<'_>, settings: &mut DestinationSettings, known: &[String]) {
    section.about(&TEXTS);
    settings.enabled = section.take_bool("enabled").unwrap_or(settings.enabled);
    levels(section, settings);
    if let Some(kinds) = section.take_kinds("kinds") {
        settings.kinds = kinds;
    }
    for rule in section.take_rules("filter").unwrap_or_default() {
        settings.filters.push(Arc::new(rule));
    }
    for filter in filters::filters(section) {
        match filter {
            filters::Read::Plain(_, filter) => settings.filters.push(filter),
            filters::Read::Remembers(filter) => settings.stateful.push(filter),
        }
    }
    if let Some(tags) = section.take_tags("tags") {
        settings.tags = tags;
    }
    settings.batch = section.within("batch", |batch| read_batch(batch, settings.batch)).unwrap_or(settings.batch);
    settings.retry = section.within("retry", |retry| read_retry(retry, settings.retry)).unwrap_or(settings.retry);
    let batch_bytes = settings.batch.bytes;
    settings.buffer =
        section.within("buffer", |buffer| read_buffer(buffer, settings.buffer)).unwrap_or(settings.buffer);
    if section.says("batch", "bytes") && batch_bytes > settings.buffer.memory {
        let why = "a batch can never have so many bytes: `batch.bytes` exceeds `buffer.memory`";
        section.refuse_inside("batch", "bytes", why);
    }
    let dead = settings.dead_letters.clone();
    settings.dead_letters = section.within("dead_letters", |letters| read_dead(letters, &dead)).unwrap_or(dead);
    if let Some(node) = section.take("failover", Shape::Text)
        && let Some(name) = section.scalar("failover", node)
        && names::check(section, name, node, known)
    {
        settings.failover = Some(name.to_owned());
    }
    if section.take_enum("delivery", &[("best_effort", false), ("at_least_once", true)]) == Some(true) {
        section.refuse("delivery", "`at_least_once` needs a spool on disk, which is not in this version yet");
    }
}

/// `level: ERROR` and above, or `levels: [ERROR]` only. Both take AUDIT, SECURITY and JOB_STATUS for kinds.
fn levels(section: &mut Section<'_>, settings: &mut DestinationSettings) {
    if section.has("level") && section.has("levels") {
        section.refuse("levels", "`level` and `levels` exclude each other");
    }
    if let Some(node) = section.take("level", Shape::Level { off: true, kinds: true })
        && let Some(text) = section.scalar("level", node)
    {
        if let Some(levels) = crate::section::off_or_level(text) {
            settings.levels = Some(levels);
        } else if let Some(kind) = kind_of(text) {
            settings.levels = Some(SeveritySet::ALL);
            settings.kinds = KindSet::only(kind);
        } else {
            let help = suggest(text, severities().chain(["off"]).chain(kind_names()));
            section.refuse_at(node.place, format!("`{}` is no level", shown(text)), help);
        }
    }
    let Some(nodes) = section.take_nodes("levels", Shape::Level { off: false, kinds: true }) else { return };
    let (mut severities_named, mut kinds) = (Vec::new(), Vec::new());
    for (text, node) in nodes {
        if let Ok(severity) = text.parse::<Severity>() {
            severities_named.push(severity);
        } else if let Some(kind) = kind_of(text) {
            kinds.push(kind);
        } else {
            let help = suggest(text, severities().chain(kind_names()));
            section.refuse_at(node.place, format!("`{}` is no level", shown(text)), help);
        }
    }
    take_both(settings, &severities_named, &kinds);
}

/// A record is taken for its severity or for its kind.
fn take_both(settings: &mut DestinationSettings, severities: &[Severity], kinds: &[Kind]) {
    if kinds.is_empty() {
        settings.levels = Some(severities.iter().copied().collect());
        settings.exact_levels = true;
        return;
    }
    settings.levels = Some(SeveritySet::ALL);
    if severities.is_empty() {
        settings.kinds = kinds.iter().copied().collect();
        return;
    }
    let levels: Vec<_> = severities.iter().map(|severity| severity.name()).collect();
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
    let rule = format!("level in ({}) or kind in ({})", levels.join(", "), kinds.join(", "));
    if let Ok(rule) = Rule::parse(&rule) {
        settings.filters.push(Arc::new(rule));
    }
}

/// The kind that a word means where a level is accepted.
fn kind_of(text: &str) -> Option<Kind> {
    let named = kind_names().any(|name| name.eq_ignore_ascii_case(text));
    if named { text.parse().ok() } else { None }
}

fn read_batch(batch: &mut Section<'_>, usual: BatchSettings) -> BatchSettings {
    batch.about(&[
        ("records", "A batch is delivered when it has this many records.", "100"),
        ("bytes", "A batch is delivered when it has this many bytes.", "256KiB"),
        ("every", "A batch is delivered this long after its first record.", "2s"),
    ]);
    let read = BatchSettings {
        records: batch.take_count("records").unwrap_or(usual.records),
        bytes: batch.take_memory("bytes").unwrap_or(usual.bytes),
        every: batch.take_duration("every").unwrap_or(usual.every),
    };
    if read.records == 0 {
        batch.refuse("records", "a batch has one record at least");
    }
    if read.bytes == 0 {
        batch.refuse("bytes", "a batch has one byte at least");
    }
    read
}

fn read_retry(retry: &mut Section<'_>, usual: RetrySettings) -> RetrySettings {
    retry.about(&[
        ("first", "The wait before the second attempt; it doubles with each further one.", "500ms"),
        ("max", "The longest wait.", "60s"),
        ("give_up", "When records become dead letters: never, after `5 attempts`, or after a time.", "never"),
    ]);
    let read = RetrySettings {
        first: retry.take_duration("first").unwrap_or(usual.first),
        max: retry.take_duration("max").unwrap_or(usual.max),
        give_up: give_up(retry).unwrap_or(usual.give_up),
    };
    if read.first > read.max {
        let name = if retry.has("max") { "max" } else { "first" };
        retry.refuse(name, "the first wait is longer than the longest: `first` must not exceed `max`");
    }
    read
}

/// `never`, `5`, `5 attempts`, or a time.
fn give_up(retry: &mut Section<'_>) -> Option<GiveUp> {
    retry.note("give_up", Shape::words(["never"]));
    let node = retry.take("give_up", Shape::Attempts)?;
    let text = retry.scalar("give_up", node)?;
    let number = text.strip_suffix("attempts").or_else(|| text.strip_suffix("attempt")).unwrap_or(text).trim();
    if text == "never" {
        Some(GiveUp::Never)
    } else if let Some(attempts) = number.parse().ok().filter(|&attempts: &u32| attempts > 0) {
        Some(GiveUp::Attempts(attempts))
    } else if let Ok(time) = units::duration(text) {
        Some(GiveUp::After(time))
    } else {
        let help = "write `never`, `5 attempts`, or a time such as 10m";
        retry.refuse_at(node.place, format!("`{}` says no end of trying", shown(text)), Some(help.into()));
        None
    }
}

fn read_buffer(buffer: &mut Section<'_>, usual: BufferSettings) -> BufferSettings {
    buffer.about(&[
        ("memory", "Bytes that waiting records may hold, 1KiB at least.", "8MiB"),
        ("when_full", "What happens when it is full; `{ block: 2s }` has callers wait so long.", "drop_oldest"),
    ]);
    buffer.later("disk");
    buffer.later("path");
    let memory = buffer.take_memory("memory").unwrap_or(usual.memory);
    if memory < 1 << 10 {
        buffer.refuse("memory", "a queue needs 1KiB at least");
    }
    BufferSettings { memory, when_full: overflow(buffer).unwrap_or(usual.when_full) }
}

fn overflow(buffer: &mut Section<'_>) -> Option<Overflow> {
    if let Some(limit) = block_limit(buffer) {
        return limit.map(|limit| Overflow::Block { limit: Some(limit) });
    }
    let words = [
        ("block", Overflow::Block { limit: None }),
        ("drop_newest", Overflow::DropNewest),
        ("drop_oldest", Overflow::DropOldest),
        ("drop_lowest", Overflow::DropLowest),
    ];
    if let Some(node) = buffer.take("when_full", Shape::Map)
        && matches!(&node.data, Data::Scalar { text, .. } if text == "spill")
    {
        buffer.refuse("when_full", "`spill` needs a spool on disk, which is not in this version yet");
        return None;
    }
    buffer.take_enum("when_full", &words)
}

fn read_dead(letters: &mut Section<'_>, usual: &DeadLetterSettings) -> DeadLetterSettings {
    letters.about(&[
        ("records", "How many are kept in memory; the oldest make room.", "1000"),
        ("bytes", "Bytes of memory that they may hold.", "1MiB"),
        ("file", "A file that they are also appended to, from which they can be replayed.", "logs/dead.jsonl"),
    ]);
    DeadLetterSettings {
        records: letters.take_count("records").unwrap_or(usual.records),
        bytes: letters.take_memory("bytes").unwrap_or(usual.bytes),
        file: letters.take_path("file").or_else(|| usual.file.clone()),
    }
}
