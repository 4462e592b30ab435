//! What holds for every destination.

use super::delivery::{read_batch, read_breaker, read_buffer, read_concurrency, read_limit, read_retry};
use super::{filters, names};
use crate::nearest::suggest;
use crate::place::shown;
use crate::schema::Shape;
use crate::section::{Section, kind_names, severities};
use std::sync::Arc;
use tracework_core::{DeadLetterSettings, DestinationSettings, Kind, KindSet, Severity, SeveritySet};
use tracework_rules::Rule;

const TEXTS: [(&str, &str, &str); 17] = [
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
    ("breaker", "When it counts as down.", ""),
    ("limit", "How fast it is handed records: its worker waits, nothing is dropped.", "1000/s"),
    ("concurrency", "How many batches it gets at once, if it can take several: auto, or a number.", "auto"),
    ("buffer", "The queue in front of it.", ""),
    ("dead_letters", "Where records are kept that no delivery will ever accept.", ""),
    ("failover", "The destination that takes over while this one fails.", "emergency"),
    ("delivery", "What is promised of each record that it accepted.", "at_least_once"),
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
    settings.breaker =
        section.within("breaker", |breaker| read_breaker(breaker, settings.breaker)).unwrap_or(settings.breaker);
    settings.limit = read_limit(section).unwrap_or(settings.limit);
    // A type may have a bound of its own by this name; within it, the engine finds out how many are good.
    if !section.asked().iter().any(|name| name == "concurrency") {
        settings.concurrency = read_concurrency(section).unwrap_or(settings.concurrency);
    }
    let batch_bytes = settings.batch.bytes;
    read_buffer(section, settings);
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
}

/// `level: ERROR` and above, or `levels: [ERROR]` only. Both take AUDIT, SECURITY and JOB_STATUS for kinds.
fn levels(section: &mut Section<'_>, settings: &mut DestinationSettings) {
    if section.has("level") && section.has("levels") {
        let why = "`level` and `levels` exclude each other; keep one: `level` is this one and above, `levels` are exactly these";
        section.refuse("levels", why);
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
