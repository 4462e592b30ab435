//! A destination of the plan, as a config would say it.

use super::delivery;
use super::parts;
use super::plan::{Says, Writer, level, tags};
use super::yaml::{Line, Yaml};
use std::sync::Arc;
use std::time::Duration;
use tracework_core::units::{show_bytes, show_duration};
use tracework_core::{
    DeadLetterSettings, Description, DestinationSettings, Filter, Kind, KindSet, Said, Secret, Setting, Severity,
    SeveritySet,
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
            let usual = DestinationSettings { batch: described.usual_batch, ..DestinationSettings::default() };
            self.settings(&mut lines, settings, &usual, &path);
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
        let says = self.said;
        let inner = |said: &Said| matches!(said.value, Setting::Section(_));
        for said in settings.iter().filter(|said| says.says(said.usual) || says == Says::Usual && inner(said)) {
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
    pub(super) fn settings(
        &mut self,
        lines: &mut Vec<Line>,
        settings: &DestinationSettings,
        usual: &DestinationSettings,
        path: &str,
    ) {
        let says = self.said;
        if says.says(settings.enabled == usual.enabled) {
            lines.push(Line::entry("enabled", Yaml::word(settings.enabled.to_string())));
        }
        if says == Says::Set || settings.levels == usual.levels {
            self.levels(lines, settings, path);
        }
        if says.says(settings.kinds == usual.kinds) {
            lines.push(Line::entry("kinds", kinds(settings.kinds)));
        }
        let sections = [
            ("batch", delivery::batch(settings, usual, says)),
            ("retry", delivery::retry(settings.retry, usual.retry, says)),
            ("breaker", delivery::breaker(settings.breaker, usual.breaker, says)),
            ("limit", delivery::limit(settings.limit, usual.limit, says)),
            ("buffer", delivery::buffer(settings, usual, says)),
            ("dead_letters", dead_letters(&settings.dead_letters, &usual.dead_letters, says)),
        ];
        if says == Says::Set {
            self.parts(lines, settings, path);
        }
        let sections = sections.into_iter().filter(|(_, section)| !section.is_empty());
        lines.extend(sections.map(|(name, section)| Line::entry(name, Yaml::Map(section))));
        lines.extend(delivery::delivery(settings, says));
        let own = lines.iter().any(|line| matches!(line, Line::Entry(name, _) if name == "concurrency"));
        if !own {
            lines.extend(delivery::concurrency(settings.concurrency, usual.concurrency, says));
        }
        if says == Says::Set
            && let Some(failover) = &settings.failover
        {
            match self.is_left_out(failover) {
                true => self.leave(lines, &format!("{path}.failover"), "it is left out itself"),
                false => lines.push(Line::entry("failover", Yaml::text(failover))),
            }
        }
    }

    /// What is never there by itself.
    fn parts(&mut self, lines: &mut Vec<Line>, settings: &DestinationSettings, path: &str) {
        let others = self.rules(lines, &settings.filters, path);
        self.filters(lines, &others, &settings.stateful, path);
        if !settings.tags.is_empty() {
            lines.push(Line::entry("tags", tags(&settings.tags)));
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

    /// The rules; gives the filters of linked-in types, each with a name.
    fn rules(
        &mut self,
        lines: &mut Vec<Line>,
        filters: &[Arc<dyn Filter>],
        path: &str,
    ) -> Vec<(String, Arc<dyn Filter>)> {
        let (mut rules, mut others): (Vec<String>, _) = (Vec::new(), Vec::new());
        for filter in filters {
            match filter.as_config() {
                None => self.leave(lines, &format!("{path}.filter"), &filter.describe()),
                Some(description) => match (description.kind(), description.get("when")) {
                    ("rule", Some(Setting::Text(rule))) => rules.push(rule.clone()),
                    _ => others.push(Arc::clone(filter)),
                },
            }
        }
        match rules.as_slice() {
            [] => {}
            [only] => lines.push(Line::entry("filter", Yaml::text(only))),
            several => lines.push(Line::entry("filter", Yaml::texts(several))),
        }
        parts::named(others)
    }
}

fn kinds(kinds: KindSet) -> Yaml {
    Yaml::words(kinds.iter().map(Kind::name))
}

/// The lines of those rows that are to be said.
pub(super) fn rows<const N: usize>(rows: [(&str, Yaml, Yaml); N], says: Says) -> Vec<Line> {
    let rows = rows.into_iter().filter(|(_, value, usual)| says.says(value == usual));
    rows.map(|(name, value, _)| Line::entry(name, value)).collect()
}

pub(super) fn size(bytes: usize) -> Yaml {
    Yaml::word(show_bytes(u64::try_from(bytes).unwrap_or(u64::MAX)))
}

pub(super) fn time(time: Duration) -> Yaml {
    Yaml::word(show_duration(time))
}

/// `block`, or `{ block: 2s }`.
pub(super) fn block(limit: Option<Duration>) -> Yaml {
    match limit {
        None => Yaml::word("block"),
        Some(limit) => Yaml::Map(vec![Line::entry("block", time(limit))]),
    }
}

fn dead_letters(dead: &DeadLetterSettings, usual: &DeadLetterSettings, says: Says) -> Vec<Line> {
    let number = |number: usize| Yaml::word(number.to_string());
    let table =
        [("records", number(dead.records), number(usual.records)), ("bytes", size(dead.bytes), size(usual.bytes))];
    let mut lines = rows(table, says);
    let file = dead.file.iter().filter(|_| says == Says::Set);
    lines.extend(file.map(|file| Line::entry("file", Yaml::text(file.display().to_string()))));
    lines
}
