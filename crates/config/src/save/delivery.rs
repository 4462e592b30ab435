//! How a destination is delivered to, as a config says it.

use super::destination::{block, rows, size, time};
use super::plan::Says;
use super::yaml::{Line, Yaml};
use std::time::Duration;
use tracework_core::units::{show_bytes, show_duration};
use tracework_core::{
    BreakerSettings, Concurrency, Delivery, DestinationSettings, DiskSettings, Fsync, GiveUp, LimitSettings, Overflow,
    Rate, RetrySettings,
};

pub(super) fn batch(settings: &DestinationSettings, usual: &DestinationSettings, says: Says) -> Vec<Line> {
    let (mut batch, usual) = (settings.batch, usual.batch);
    // A program may ask for more than its buffer holds, which no batch ever has; a config that says so is refused.
    if batch.bytes != usual.bytes {
        batch.bytes = batch.bytes.min(settings.buffer.memory);
    }
    let number = |number: usize| Yaml::word(number.to_string());
    let table = [
        ("records", number(batch.records), number(usual.records)),
        ("bytes", size(batch.bytes), size(usual.bytes)),
        ("every", time(batch.every), time(usual.every)),
    ];
    rows(table, says)
}

pub(super) fn retry(retry: RetrySettings, usual: RetrySettings, says: Says) -> Vec<Line> {
    let give_up = |give_up| match give_up {
        GiveUp::Never => Yaml::word("never"),
        GiveUp::Attempts(attempts) => Yaml::word(format!("{attempts} attempts")),
        GiveUp::After(after) => time(after),
    };
    let table = [
        ("first", time(retry.first), time(usual.first)),
        ("max", time(retry.max), time(usual.max)),
        ("give_up", give_up(retry.give_up), give_up(usual.give_up)),
    ];
    rows(table, says)
}

pub(super) fn buffer(settings: &DestinationSettings, usual: &DestinationSettings, says: Says) -> Vec<Line> {
    let (buffer, usual) = (settings.buffer, usual.buffer);
    // With a promise, callers wait as long as it takes.
    let usual_full = match settings.delivery {
        Delivery::AtLeastOnce => Overflow::Block { limit: None },
        Delivery::BestEffort => usual.when_full,
    };
    let when_full = |overflow| match overflow {
        Overflow::Block { limit } => block(limit),
        Overflow::DropNewest => Yaml::word("drop_newest"),
        Overflow::DropOldest => Yaml::word("drop_oldest"),
        Overflow::DropLowest => Yaml::word("drop_lowest"),
    };
    let table = [
        ("memory", size(buffer.memory), size(usual.memory)),
        ("when_full", when_full(buffer.when_full), when_full(usual_full)),
    ];
    let mut lines = rows(table, says);
    if let Some(disk) = settings.disk.as_ref().filter(|_| says == Says::Set) {
        lines.extend(self::disk(disk));
    }
    lines
}

fn disk(disk: &DiskSettings) -> Vec<Line> {
    let usual = DiskSettings::default();
    let mut lines = vec![Line::entry("disk", Yaml::word(show_bytes(disk.bytes)))];
    lines.extend(disk.path.iter().map(|path| Line::entry("path", Yaml::text(path.display().to_string()))));
    if disk.fsync != usual.fsync {
        let word = match disk.fsync {
            Fsync::Always => Yaml::word("always"),
            Fsync::Never => Yaml::word("never"),
            Fsync::Every(every) => time(every),
        };
        lines.push(Line::entry("fsync", word));
    }
    let age = disk.keep_age.map(|age| Line::entry("age", time(age)));
    let records = disk.keep_records.map(|records| Line::entry("records", Yaml::word(records.to_string())));
    let keep: Vec<_> = age.into_iter().chain(records).collect();
    if !keep.is_empty() {
        lines.push(Line::entry("keep", Yaml::Map(keep)));
    }
    lines
}

/// What is promised, unless the disk buffer says it.
pub(super) fn delivery(settings: &DestinationSettings, says: Says) -> Option<Line> {
    let usual = if settings.disk.is_some() { Delivery::AtLeastOnce } else { Delivery::BestEffort };
    says.says(settings.delivery == usual).then(|| Line::entry("delivery", Yaml::word(settings.delivery.name())))
}

pub(super) fn breaker(breaker: BreakerSettings, usual: BreakerSettings, says: Says) -> Vec<Line> {
    let number = |number: u32| Yaml::word(number.to_string());
    let mut lines = rows([("after", number(breaker.after), number(usual.after))], says);
    let probe_every = breaker.probe_every.filter(|_| says.says(breaker.probe_every == usual.probe_every));
    lines.extend(probe_every.map(|every| Line::entry("probe_every", time(every))));
    lines
}

pub(super) fn limit(limit: LimitSettings, usual: LimitSettings, says: Says) -> Vec<Line> {
    if !says.says(limit == usual) {
        return Vec::new();
    }
    let records = limit.records.map(|rate| Line::entry("records", per(rate, &rate.count.to_string())));
    let bytes = limit.bytes.map(|rate| Line::entry("bytes", per(rate, &show_bytes(rate.count))));
    records.into_iter().chain(bytes).collect()
}

/// `1000/s`, `50/10m`.
fn per(rate: Rate, count: &str) -> Yaml {
    let per = show_duration(rate.per);
    let alone = [(1, "s"), (60, "m"), (3600, "h")].into_iter().find(|&(long, _)| rate.per == Duration::from_secs(long));
    Yaml::word(format!("{count}/{}", alone.map_or(per.as_str(), |(_, unit)| unit)))
}

pub(super) fn concurrency(concurrency: Concurrency, usual: Concurrency, says: Says) -> Option<Line> {
    let word = match concurrency {
        Concurrency::Auto => "auto".to_owned(),
        Concurrency::Fixed(width) => width.to_string(),
    };
    says.says(concurrency == usual).then(|| Line::entry("concurrency", Yaml::word(word)))
}
