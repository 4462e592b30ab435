//! How records are put together, delivered, tried again and kept meanwhile.

use super::top::block_limit;
use crate::place::shown;
use crate::raw::Data;
use crate::schema::Shape;
use crate::section::Section;
use crate::units;
use tracework_core::{
    BatchSettings, BreakerSettings, BufferSettings, Concurrency, GiveUp, LimitSettings, Overflow, RetrySettings,
};

pub(super) fn read_batch(batch: &mut Section<'_>, usual: BatchSettings) -> BatchSettings {
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

pub(super) fn read_retry(retry: &mut Section<'_>, usual: RetrySettings) -> RetrySettings {
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

pub(super) fn read_buffer(buffer: &mut Section<'_>, usual: BufferSettings) -> BufferSettings {
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

pub(super) fn read_breaker(breaker: &mut Section<'_>, usual: BreakerSettings) -> BreakerSettings {
    breaker.about(&[
        ("after", "It is down after so many failed attempts in a row; its failover then takes over.", "5"),
        ("probe_every", "The wait between attempts while it is down, instead of those of `retry`.", "30s"),
    ]);
    let after = breaker.take_count("after").map(|after| u32::try_from(after).unwrap_or(u32::MAX));
    if after == Some(0) {
        breaker.refuse("after", "one failed attempt at least shows that it is down");
    }
    let probe_every = breaker.take_duration("probe_every").or(usual.probe_every);
    BreakerSettings { after: after.unwrap_or(usual.after), probe_every }
}

/// `1000/s`, or `{ records: 1000/s, bytes: 1MiB/s }`.
pub(super) fn read_limit(section: &mut Section<'_>) -> Option<LimitSettings> {
    section.note("limit", Shape::Rate);
    let node = section.take("limit", Shape::Map)?;
    if !matches!(node.data, Data::Map(_)) {
        return section.take_rate("limit").map(|rate| LimitSettings { records: Some(rate), bytes: None });
    }
    section.within("limit", |limit| {
        limit.about(&[
            ("records", "So many records in a time.", "1000/s"),
            ("bytes", "So many encoded bytes in a time.", "1MiB/s"),
        ]);
        LimitSettings { records: limit.take_rate("records"), bytes: limit.take_rate("bytes") }
    })
}

/// `auto`, or a number.
pub(super) fn read_concurrency(section: &mut Section<'_>) -> Option<Concurrency> {
    section.note("concurrency", Shape::words(["auto"]));
    let node = section.take("concurrency", Shape::Count)?;
    let text = section.scalar("concurrency", node)?;
    if text.eq_ignore_ascii_case("auto") {
        return Some(Concurrency::Auto);
    }
    let width = text.parse().ok().filter(|&width: &usize| width > 0);
    if width.is_none() {
        let help = "write `auto`, or a number from 1 on: with 1, records stay in order".to_owned();
        section.refuse_at(node.place, format!("`{}` is no number of batches", shown(text)), Some(help));
    }
    width.map(Concurrency::Fixed)
}
