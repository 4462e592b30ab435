//! How records are put together, delivered, tried again and kept meanwhile.

use super::top::block_limit;
use crate::place::shown;
use crate::raw::Data;
use crate::schema::Shape;
use crate::section::Section;
use crate::units;
use tracework_core::{
    BatchSettings, BreakerSettings, BufferSettings, Concurrency, Delivery, DestinationSettings, DiskSettings, Fsync,
    GiveUp, LimitSettings, Overflow, RetrySettings,
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

/// The queue, what of it is on disk, and what is promised.
pub(super) fn read_buffer(section: &mut Section<'_>, settings: &mut DestinationSettings) {
    let words = Delivery::ALL.map(|delivery| (delivery.name(), delivery));
    let delivery = section.take_enum("delivery", &words);
    let mut disk = settings.disk.clone();
    let mut when_full = None;
    let (usual, before) = (settings.buffer, disk.clone());
    section.within("buffer", |buffer| {
        buffer.about(&BUFFER);
        let memory = buffer.take_memory("memory").unwrap_or(usual.memory);
        if memory < 1 << 10 {
            buffer.refuse(
                "memory",
                "a queue needs 1KiB at least; a number without a unit counts bytes: write 64KiB or 8MiB",
            );
        }
        when_full = overflow(buffer);
        settings.buffer = BufferSettings { memory, when_full: when_full.unwrap_or(usual.when_full) };
        let wanted = delivery == Some(Delivery::AtLeastOnce);
        disk = read_disk(buffer, before.or_else(|| wanted.then(DiskSettings::default)));
        if disk.is_some() && when_full == Some(Overflow::DropLowest) {
            buffer
                .refuse("when_full", "a disk buffer drops whole segments: the oldest, or the newest, or callers wait");
        }
    });
    settings.delivery = delivery.unwrap_or(match disk {
        Some(_) => Delivery::AtLeastOnce,
        None => settings.delivery,
    });
    if settings.delivery == Delivery::AtLeastOnce {
        disk.get_or_insert_default();
        if when_full.is_none() {
            // What is promised is not dropped unless somebody says so.
            settings.buffer.when_full = Overflow::Block { limit: None };
        }
    }
    settings.disk = disk;
}

const BUFFER: [(&str, &str, &str); 6] = [
    ("memory", "Bytes that waiting records may hold, 1KiB at least.", "8MiB"),
    ("when_full", "What happens when it is full; `{ block: 2s }` has callers wait so long.", "drop_oldest"),
    ("disk", "Bytes that its disk buffer may take, 128KiB at least; alone it means at_least_once.", "256MiB"),
    ("path", "The folder of its disk buffer; without it, `spool/NAME` in `directory`.", "spool/webhook"),
    ("fsync", "When the disk buffer is synced: always, never, or so long after the last time.", "100ms"),
    ("keep", "What the disk buffer keeps at the most beside its bytes.", ""),
];

fn read_disk(buffer: &mut Section<'_>, usual: Option<DiskSettings>) -> Option<DiskSettings> {
    let bytes = buffer.take_bytes("disk");
    if bytes.is_some_and(|bytes| bytes < 128 << 10) {
        buffer.refuse("disk", "a disk buffer needs 128KiB at least");
    }
    let path = buffer.take_path("path");
    let fsync = fsync(buffer);
    let keep = buffer.within("keep", |keep| {
        keep.about(&[
            ("age", "What is older is dropped and counted, a segment at a time.", "7d"),
            ("records", "Of more records, the oldest are dropped and counted, a segment at a time.", "1000000"),
        ]);
        let records = keep.take_count("records").map(|records| u64::try_from(records).unwrap_or(u64::MAX));
        (keep.take_duration("age"), records)
    });
    if bytes.is_none() && usual.is_none() {
        for name in ["path", "fsync", "keep"].into_iter().filter(|name| buffer.has(name)).collect::<Vec<_>>() {
            buffer.refuse(name, "there is no disk buffer: say how large it may be, as in `disk: 256MiB`");
        }
        return None;
    }
    let usual = usual.unwrap_or_default();
    let (age, records) = keep.unwrap_or_default();
    Some(DiskSettings {
        bytes: bytes.unwrap_or(usual.bytes),
        path: path.or(usual.path),
        fsync: fsync.unwrap_or(usual.fsync),
        keep_age: age.or(usual.keep_age),
        keep_records: records.or(usual.keep_records),
    })
}

/// `always`, `never`, or a time.
fn fsync(buffer: &mut Section<'_>) -> Option<Fsync> {
    buffer.note("fsync", Shape::words(["always", "never"]));
    let node = buffer.take("fsync", Shape::Time)?;
    let text = buffer.scalar("fsync", node)?;
    match (text, units::duration(text)) {
        ("always", _) => Some(Fsync::Always),
        ("never", _) => Some(Fsync::Never),
        (_, Ok(time)) if !time.is_zero() => Some(Fsync::Every(time)),
        _ => {
            let help = "write `always`, `never`, or a time such as 100ms";
            buffer.refuse_at(node.place, format!("`{}` says no time to sync", shown(text)), Some(help.into()));
            None
        }
    }
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
        let why = "to spill is what `disk` does with `delivery: best_effort`; `when_full` says what happens when both are full";
        buffer.refuse("when_full", why);
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
