//! The running plan, as a config would say it.

use super::destination::block;
use super::file;
use super::yaml::{Line, Yaml, document};
use std::io;
use std::path::Path;
use tracework_core::units::{show_bytes, show_duration};
use tracework_core::{Limits, Severity, SeveritySet, TagFilter};
use tracework_engine::{
    BufferFull, Control, Detector, PlanSpec, RecorderKey, RecorderSpec, RedactSettings, Redactor, Resource, RouteSpec,
    SharedBufferSettings, process_metadata,
};

/// The running plan as a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The config.
    pub yaml: String,
    /// What it does not say, and why: a filter that is a closure, a destination of the program's own that does not
    /// [describe itself](tracework_core::Destination::as_config), a level that ends by itself, a secret. Each is a comment
    /// in the config, too.
    pub left_out: Vec<String>,
}

/// Writes down the plan that a program runs by, with every change that was made since it started. The trait stands here
/// since the engine knows no YAML; it is in the prelude of `tracework`.
///
/// ```
/// use tracework_config::{Config, Registry, SaveConfig as _};
/// use tracework_core::Severity;
/// use tracework_std::Memory;
///
/// let registry = Registry::new().destination("memory", |section| {
///     Ok(Memory::new(section.take_count("records").unwrap_or(Memory::RECORDS)))
/// });
/// let yaml = "destinations: { recent: { type: memory, records: 100 } }";
/// let control = Config::from_str("app.yml", yaml, &registry)?.into_control()?;
/// control.set_level("recent", Severity::DEBUG)?;
///
/// let saved = control.config();
/// assert!(saved.yaml.contains("level: DEBUG") && saved.left_out.is_empty());
/// let again = Config::from_str("saved.yml", &saved.yaml, &registry)?.into_control()?;
/// assert_eq!(again.config(), saved);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait SaveConfig {
    /// The plan that holds now, as a config. Read by a program that has the same types of destinations, it makes the same
    /// plan. What is as it would be without a word is left unsaid; paths are absolute.
    #[must_use]
    fn config(&self) -> Saved;

    /// Writes [`SaveConfig::config`] to the file at `path`, whole or not at all: a power cut leaves the old file or the
    /// new one. A new file has the mode 0640, an old one keeps its mode.
    ///
    /// # Errors
    ///
    /// If the file cannot be written; the one that was there is unchanged.
    fn save(&self, path: impl AsRef<Path>) -> io::Result<Saved>;
}

impl SaveConfig for Control {
    fn config(&self) -> Saved {
        let plan = self.plan();
        let mut writer = Writer::new(plan.spec());
        let lines = writer.top(self);
        Saved { yaml: document(&lines), left_out: writer.left_out }
    }

    fn save(&self, path: impl AsRef<Path>) -> io::Result<Saved> {
        let saved = self.config();
        file::replace(path.as_ref(), &saved.yaml)?;
        Ok(saved)
    }
}

/// Writes a plan down.
pub(super) struct Writer<'a> {
    pub(super) spec: &'a PlanSpec,
    left_out: Vec<String>,
    pub(super) said: Says,
}

/// What is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// What is not as it would be without a word.
    Set,
    /// What is as it would be without a word, and nothing else.
    Usual,
}

impl Says {
    /// Is it written down, if it is usual or not?
    pub(super) fn says(self, usual: bool) -> bool {
        usual == (self == Self::Usual)
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(spec: &'a PlanSpec) -> Self {
        Self { spec, left_out: Vec::new(), said: Says::Set }
    }
}

impl Writer<'_> {
    /// Notes that something is not said.
    pub(super) fn leave(&mut self, lines: &mut Vec<Line>, what: &str, why: &str) {
        let note = format!("{what} is left out: {why}");
        lines.push(Line::Note(note.clone()));
        self.left_out.push(note);
    }

    /// Can a destination not be said?
    pub(super) fn is_left_out(&self, name: &str) -> bool {
        self.spec.described(name).is_none_or(|described| described.destination.is_none())
    }

    fn top(&mut self, control: &Control) -> Vec<Line> {
        let spec = self.spec;
        let mut lines = Vec::new();
        self.metadata(&mut lines, control.plan().redactor());
        lines.push(Line::entry("level", level(spec.level)));
        if spec.level != threshold(spec.level) {
            self.leave(&mut lines, "level", "only a threshold can be said at the top");
        }
        if !spec.targets.is_empty() {
            let rows = spec.targets.iter().map(|(pattern, levels)| Line::entry(&pattern.to_string(), level(levels)));
            lines.push(Line::entry("targets", Yaml::Map(rows.collect())));
        }
        self.switches(&mut lines);
        if spec.spans != SeveritySet::ALL {
            lines.push(Line::entry("spans", level(spec.spans)));
        }
        for temporary in &spec.temporary {
            let what = format!("{} for the target `{}`", temporary.level, temporary.target);
            self.leave(&mut lines, &what, "it ends by itself");
        }
        if !spec.tags.is_empty() {
            lines.push(Line::entry("tags", tags(&spec.tags)));
        }
        self.filters(&mut lines, &spec.filters, &spec.stateful, "");
        for raise in &spec.raises {
            self.leave(&mut lines, &format!("{} for `{}`", raise.level, raise.when), "it ends by itself");
        }
        if let Some(recorder) = &spec.recorder {
            lines.push(Line::entry("recorder", Yaml::Map(self.recorder(recorder))));
        }
        if !spec.enrich.is_empty() {
            lines.push(Line::entry("enrich", Yaml::words(spec.enrich.iter().copied().map(Resource::name))));
        }
        self.enrichers(&mut lines);
        lines.extend(redact(&spec.redact).map(|section| Line::entry("redact", section)));
        lines.extend(limits(&spec.limits).map(|section| Line::entry("limits", section)));
        lines.extend(buffer(control.hub().buffer_settings()).map(|section| Line::entry("buffer", section)));
        lines.extend(names(control).map(|section| Line::entry("names", section)));
        self.destinations(&mut lines);
        self.errors(&mut lines);
        self.alerts(&mut lines);
        self.routes(&mut lines);
        lines
    }

    /// What every record carries, but for what comes by itself.
    fn metadata(&mut self, lines: &mut Vec<Line>, redactor: &Redactor) {
        let own = process_metadata();
        let mut pairs = Vec::new();
        for (key, value) in &self.spec.metadata {
            if own.iter().any(|(other, own)| other == key && own == value) {
                continue;
            }
            if redactor.is_secret(key) || redactor.redact_text(value).is_some() {
                self.leave(&mut pairs, &format!("metadata.{key}"), "it is secret");
            } else {
                pairs.push(Line::entry(key, Yaml::text(value)));
            }
        }
        if !pairs.is_empty() {
            lines.push(Line::entry("metadata", Yaml::Map(pairs)));
        }
    }

    fn switches(&mut self, lines: &mut Vec<Line>) {
        let mut said = Vec::new();
        for switch in &self.spec.switches {
            let pattern = switch.pattern.to_string();
            let number = pattern.starts_with('#');
            match switch.until {
                None if number => self.leave(&mut said, &format!("the switch of `{pattern}`"), "numbers change"),
                Some(_) => self.leave(&mut said, &format!("the switch of `{pattern}`"), "it ends by itself"),
                None => said.push(Line::entry(&pattern, level(switch.severities))),
            }
        }
        if !said.is_empty() {
            lines.push(Line::entry("callsites", Yaml::Map(said)));
        }
    }

    fn destinations(&mut self, lines: &mut Vec<Line>) {
        let names: Vec<String> = self.spec.destinations().map(str::to_owned).collect();
        let mut sections = Vec::new();
        for name in names {
            let Some(described) = self.spec.described(&name) else { continue };
            match self.destination(&name, described) {
                Some(section) => sections.push(Line::entry(&name, Yaml::Map(section))),
                None => {
                    let why = format!("the type `{}` does not say what a config would say of it", described.kind);
                    self.leave(&mut sections, &format!("destinations.{name}"), &why);
                }
            }
        }
        lines.push(Line::entry("destinations", Yaml::Map(sections)));
    }

    fn routes(&mut self, lines: &mut Vec<Line>) {
        let routes: Vec<Yaml> = self.spec.routes.iter().enumerate().map(|(at, route)| self.route(at, route)).collect();
        if !routes.is_empty() {
            lines.push(Line::entry("routes", Yaml::List(routes)));
        }
        lines.push(Line::entry("default", self.said_names(&self.spec.default)));
    }

    fn route(&mut self, at: usize, route: &RouteSpec) -> Yaml {
        let mut lines: Vec<Line> = route.name.iter().map(|name| Line::entry("name", Yaml::text(name))).collect();
        lines.push(Line::entry("when", Yaml::text(route.when.as_str())));
        lines.push(Line::entry("to", self.said_names(&route.to)));
        self.filters(&mut lines, &[], &route.filters, &format!("routes[{at}]"));
        Yaml::Map(lines)
    }

    pub(super) fn recorder(&self, recorder: &RecorderSpec) -> Vec<Line> {
        let mut lines = vec![
            Line::entry("level", Yaml::word(recorder.level.name())),
            Line::entry("when", Yaml::text(recorder.when.as_str())),
        ];
        if !recorder.to.is_empty() {
            lines.push(Line::entry("to", self.said_names(&recorder.to)));
        }
        match &recorder.by {
            RecorderKey::Span(span) => lines.push(Line::entry("span", Yaml::text(span))),
            RecorderKey::Value(key) => lines.push(Line::entry("by", Yaml::texts(key.parts()))),
            _ => {}
        }
        let number = |number: usize| Yaml::word(number.to_string());
        lines.push(Line::entry("records", number(recorder.records)));
        lines.push(Line::entry("memory", Yaml::word(show_bytes(recorder.memory as u64))));
        lines.push(Line::entry("keys", number(recorder.keys)));
        lines.push(Line::entry("age", Yaml::word(show_duration(recorder.age))));
        lines
    }

    /// Those of the names that can be said.
    fn said_names(&self, names: &[String]) -> Yaml {
        Yaml::texts(names.iter().filter(|name| !self.is_left_out(name)))
    }
}

fn threshold(levels: SeveritySet) -> SeveritySet {
    levels.least().map_or(SeveritySet::NONE, SeveritySet::at_least)
}

/// A threshold, or `off`.
pub(super) fn level(levels: SeveritySet) -> Yaml {
    Yaml::word(levels.least().map_or("off", Severity::name))
}

pub(super) fn tags(tags: &TagFilter) -> Yaml {
    let rows = [("any", &tags.any), ("all", &tags.all), ("none", &tags.none)];
    let rows = rows.into_iter().filter(|(_, list)| !list.is_empty());
    Yaml::Map(rows.map(|(name, list)| Line::entry(name, Yaml::texts(list))).collect())
}

/// `None` if it is the usual.
fn redact(redact: &RedactSettings) -> Option<Yaml> {
    let usual = RedactSettings::default();
    if *redact == usual {
        return None;
    }
    if *redact == RedactSettings::none() {
        return Some(Yaml::word("false"));
    }
    let mut lines = Vec::new();
    let (mut keys, mut detect) = (redact.keys.as_slice(), redact.detect.as_slice());
    match (keys.strip_prefix(usual.keys.as_slice()), detect.strip_prefix(usual.detect.as_slice())) {
        (Some(more_keys), Some(more)) => (keys, detect) = (more_keys, more),
        _ => lines.push(Line::entry("defaults", Yaml::word("false"))),
    }
    let lists = [
        ("keys", Yaml::texts(keys)),
        ("patterns", Yaml::texts(&redact.patterns)),
        ("detect", Yaml::words(detect.iter().copied().map(Detector::name))),
    ];
    let lists = lists.into_iter().filter(|(_, list)| *list != Yaml::List(Vec::new()));
    lines.extend(lists.map(|(name, list)| Line::entry(name, list)));
    if redact.mask != usual.mask {
        lines.push(Line::entry("mask", Yaml::text(&redact.mask)));
    }
    Some(Yaml::Map(lines))
}

fn limits(limits: &Limits) -> Option<Yaml> {
    let usual = Limits::default();
    let size = |bytes: usize| Yaml::word(show_bytes(u64::try_from(bytes).unwrap_or(u64::MAX)));
    let rows = [
        ("message", size(limits.message), size(usual.message)),
        ("value", size(limits.value), size(usual.value)),
        ("fields", Yaml::word(limits.fields.to_string()), Yaml::word(usual.fields.to_string())),
        ("key", size(limits.key), size(usual.key)),
    ];
    section(rows)
}

fn buffer(buffer: SharedBufferSettings) -> Option<Yaml> {
    let usual = SharedBufferSettings::default();
    let size = |bytes: usize| Yaml::word(show_bytes(u64::try_from(bytes).unwrap_or(u64::MAX)));
    let when_full = |full| match full {
        BufferFull::Block { limit } => block(limit),
        BufferFull::DropNewest => Yaml::word("drop_newest"),
    };
    let rows = [
        ("memory", size(buffer.memory), size(usual.memory)),
        ("when_full", when_full(buffer.when_full), when_full(usual.when_full)),
    ];
    section(rows)
}

fn names(control: &Control) -> Option<Yaml> {
    let (names, usual) = (control.hub().names(), tracework_engine::ReservedNames::default());
    let rows = [
        ("destinations", &names.destinations, usual.destinations),
        ("tags", &names.tags, usual.tags),
        ("level", &names.level, usual.level),
        ("kind", &names.kind, usual.kind),
        ("severity", &names.severity, usual.severity),
        ("category", &names.category, usual.category),
    ];
    section(rows.map(|(name, value, usual)| (name, Yaml::text(value), Yaml::text(usual))))
}

/// Those rows that differ from the usual; `None` if none does.
fn section<const N: usize>(rows: [(&str, Yaml, Yaml); N]) -> Option<Yaml> {
    let rows = rows.into_iter().filter(|(_, value, usual)| value != usual);
    let lines: Vec<Line> = rows.map(|(name, value, _)| Line::entry(name, value)).collect();
    (!lines.is_empty()).then_some(Yaml::Map(lines))
}
