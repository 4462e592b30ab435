//! A destination of the plan, as a config would say it.

use super::plan::{Writer, level, tags};
use super::yaml::{Line, Yaml};
use std::time::Duration;
use tracework_core::units::{show_bytes, show_duration};
use tracework_core::{
    BatchSettings, BufferSettings, DeadLetterSettings, Description, DestinationSettings, Filter, GiveUp, Kind, KindSet,
    NamedFilter, Overflow, RetrySettings, Said, Secret, Setting, Severity, SeveritySet,
};
use tracework_engine::Described;

impl Writer<'_> {
    /// The section of a destination; `None` if its type cannot be said.
    pub(super) fn destination(&mut self, name: &str, described: &Described) -> Option<Vec<Line>> {
        let path = format!("destinations.{name}");
        let description = described.destination.as_ref()?;
        let mut lines = vec![Line::entry("type", Yaml::text(description.kind()))];
        self.said(&mut lines, description, &path);
        match &described.format {
            Some(format) => lines.push(Line::entry("format", self.format(format, &path))),
            None if described.has_format => {
                self.leave(&mut lines, &format!("{path}.format"), "a format of the program's own");
            }
            None => {}
        }
        if let Some(settings) = self.spec.settings(name) {
            self.settings(&mut lines, settings, &path);
        }
        Some(lines)
    }

    /// `json`, or `{ type: json, .. }`.
    fn format(&mut self, format: &Description, path: &str) -> Yaml {
        let mut lines = vec![Line::entry("type", Yaml::text(format.kind()))];
        self.said(&mut lines, format, &format!("{path}.format"));
        if lines.len() == 1 { Yaml::text(format.kind()) } else { Yaml::Map(lines) }
    }

    /// What a description says beside its type.
    pub(super) fn said(&mut self, lines: &mut Vec<Line>, description: &Description, path: &str) {
        self.entries(lines, description.settings(), path);
        for what in description.left_out() {
            self.leave(lines, &format!("{path}.{what}"), "the program set it, and no config can say it");
        }
    }

    fn entries(&mut self, lines: &mut Vec<Line>, settings: &[Said], path: &str) {
        let all = self.everything;
        for said in settings.iter().filter(|said| !said.usual || all) {
            let name = said.name.as_str();
            let value = match &said.value {
                Setting::Bool(value) => Yaml::word(value.to_string()),
                Setting::Number(value) => Yaml::word(value.to_string()),
                Setting::Size(bytes) => Yaml::word(show_bytes(*bytes)),
                Setting::Time(time) => Yaml::word(show_duration(*time)),
                Setting::Mode(mode) => Yaml::word(format!("0{mode:o}")),
                Setting::Text(text) => Yaml::text(text),
                Setting::List(list) => Yaml::texts(list),
                Setting::Section(inner) => {
                    let mut section = Vec::new();
                    self.entries(&mut section, inner, &format!("{path}.{name}"));
                    Yaml::Map(section)
                }
                Setting::Secret(Secret::Variable(variable)) => Yaml::word(format!("\"${{{variable}}}\"")),
                Setting::Secret(Secret::File { name, path }) => {
                    lines.push(Line::entry(name, Yaml::text(path)));
                    continue;
                }
                Setting::Secret(Secret::Program) => {
                    self.leave(lines, &format!("{path}.{name}"), "a secret that the program set");
                    continue;
                }
            };
            lines.push(Line::entry(name, value));
        }
    }

    /// What every type has.
    fn settings(&mut self, lines: &mut Vec<Line>, settings: &DestinationSettings, path: &str) {
        let usual = DestinationSettings::default();
        if settings.enabled != usual.enabled || self.everything {
            lines.push(Line::entry("enabled", Yaml::word(settings.enabled.to_string())));
        }
        self.levels(lines, settings, path);
        if settings.kinds != usual.kinds || self.everything {
            lines.push(Line::entry("kinds", kinds(settings.kinds)));
        }
        let rules: Vec<_> = settings.filters.iter().map(|filter| filter.as_ref()).collect();
        self.rules(lines, &rules, path);
        self.stateful(lines, &settings.stateful, path);
        if !settings.tags.is_empty() {
            lines.push(Line::entry("tags", tags(&settings.tags)));
        }
        let all = self.everything;
        let sections = [
            ("batch", batch(settings.batch, all)),
            ("retry", retry(settings.retry, all)),
            ("buffer", buffer(settings.buffer, all)),
            ("dead_letters", dead_letters(&settings.dead_letters, all)),
        ];
        let sections = sections.into_iter().filter(|(_, section)| !section.is_empty());
        lines.extend(sections.map(|(name, section)| Line::entry(name, Yaml::Map(section))));
        if let Some(failover) = &settings.failover {
            match self.is_left_out(failover) {
                true => self.leave(lines, &format!("{path}.failover"), "it is left out itself"),
                false => lines.push(Line::entry("failover", Yaml::text(failover))),
            }
        }
    }

    fn levels(&mut self, lines: &mut Vec<Line>, settings: &DestinationSettings, path: &str) {
        let Some(levels) = settings.levels else { return };
        let threshold = levels.least().map_or(SeveritySet::NONE, SeveritySet::at_least);
        if settings.exact_levels || levels != threshold {
            lines.push(Line::entry("levels", Yaml::words(levels.iter().map(Severity::name))));
        } else {
            lines.push(Line::entry("level", level(levels)));
        }
        if !settings.exact_levels && levels != threshold {
            self.leave(lines, &format!("{path}.levels"), "here `log.level` does not widen them, as it did");
        }
    }

    /// The rules; other filters are left out.
    fn rules(&mut self, lines: &mut Vec<Line>, filters: &[&dyn Filter], path: &str) {
        let mut rules: Vec<String> = Vec::new();
        for filter in filters {
            let description = filter.as_config();
            match description.as_ref().and_then(|description| description.get("when")) {
                Some(Setting::Text(rule)) => rules.push(rule.clone()),
                _ => self.leave(lines, &format!("{path}.filter"), &filter.describe()),
            }
        }
        match rules.as_slice() {
            [] => {}
            [only] => lines.push(Line::entry("filter", Yaml::text(only))),
            several => lines.push(Line::entry("filter", Yaml::texts(several))),
        }
    }

    /// Filters with a memory.
    pub(super) fn stateful(&mut self, lines: &mut Vec<Line>, filters: &[NamedFilter], path: &str) {
        let mut sections = Vec::new();
        for filter in filters {
            let path = format!("{path}.filters.{}", filter.name());
            let path = path.trim_start_matches('.');
            let Some(description) = filter.as_config() else {
                self.leave(lines, path, filter.describe());
                continue;
            };
            let mut section = vec![Line::entry("type", Yaml::text(description.kind()))];
            self.said(&mut section, description, path);
            sections.push(Line::entry(filter.name(), Yaml::Map(section)));
        }
        if !sections.is_empty() {
            lines.push(Line::entry("filters", Yaml::Map(sections)));
        }
    }
}

fn kinds(kinds: KindSet) -> Yaml {
    Yaml::words(kinds.iter().map(Kind::name))
}

/// The lines of those rows that differ from the usual.
fn rows<const N: usize>(rows: [(&str, Yaml, Yaml); N], all: bool) -> Vec<Line> {
    let rows = rows.into_iter().filter(|(_, value, usual)| all || value != usual);
    rows.map(|(name, value, _)| Line::entry(name, value)).collect()
}

fn size(bytes: usize) -> Yaml {
    Yaml::word(show_bytes(u64::try_from(bytes).unwrap_or(u64::MAX)))
}

fn time(time: Duration) -> Yaml {
    Yaml::word(show_duration(time))
}

fn batch(batch: BatchSettings, all: bool) -> Vec<Line> {
    let usual = BatchSettings::default();
    let number = |number: usize| Yaml::word(number.to_string());
    let table = [
        ("records", number(batch.records), number(usual.records)),
        ("bytes", size(batch.bytes), size(usual.bytes)),
        ("every", time(batch.every), time(usual.every)),
    ];
    rows(table, all)
}

fn retry(retry: RetrySettings, all: bool) -> Vec<Line> {
    let usual = RetrySettings::default();
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
    rows(table, all)
}

fn buffer(buffer: BufferSettings, all: bool) -> Vec<Line> {
    let usual = BufferSettings::default();
    let when_full = |overflow| match overflow {
        Overflow::Block { limit } => block(limit),
        Overflow::DropNewest => Yaml::word("drop_newest"),
        Overflow::DropOldest => Yaml::word("drop_oldest"),
        Overflow::DropLowest => Yaml::word("drop_lowest"),
    };
    let table = [
        ("memory", size(buffer.memory), size(usual.memory)),
        ("when_full", when_full(buffer.when_full), when_full(usual.when_full)),
    ];
    rows(table, all)
}

/// `block`, or `{ block: 2s }`.
pub(super) fn block(limit: Option<Duration>) -> Yaml {
    match limit {
        None => Yaml::word("block"),
        Some(limit) => Yaml::Map(vec![Line::entry("block", time(limit))]),
    }
}

fn dead_letters(dead: &DeadLetterSettings, all: bool) -> Vec<Line> {
    let usual = DeadLetterSettings::default();
    let number = |number: usize| Yaml::word(number.to_string());
    let table =
        [("records", number(dead.records), number(usual.records)), ("bytes", size(dead.bytes), size(usual.bytes))];
    let mut lines = rows(table, all);
    lines.extend(dead.file.iter().map(|file| Line::entry("file", Yaml::text(file.display().to_string()))));
    lines
}
