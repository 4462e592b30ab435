//! What stands at the top.

use super::{callsites, destinations, enrich, errors, filters, names, recorder, routes};
use crate::apply::set_rest;
use crate::config::Config;
use crate::nearest::suggest;
use crate::place::shown;
use crate::provenance::Provenance;
use crate::raw::Data;
use crate::schema::Shape;
use crate::section::{Section, off_or_level, severities};
use std::time::Duration;
use tracework_core::Limits;
use tracework_engine::{
    BufferFull, Detector, PlanSpec, RedactError, RedactSettings, Redactor, ReservedNames, SharedBufferSettings,
};
use tracework_rules::{Directives, TargetLevels, TargetPattern};

/// Sections that come with later versions.
const LATER: [&str; 7] = ["triggers", "audit", "jobs", "store", "metrics", "security", "server"];

const TEXTS: [(&str, &str, &str); 24] = [
    (
        "profile",
        "What is read under this file: development, testing, production, debug, or one of `profiles`.",
        "production",
    ),
    ("profiles", "Profiles of your own: each may hold what a file may, and `inherit: NAME` to build on another.", ""),
    ("include", "Files that are read under this one, the later over the earlier.", "[conf.d/*.yml]"),
    ("directory", "Where relative paths start; itself relative to the folder of this file.", "."),
    ("service", "The program's name in every record; without it, that of its file.", "payments"),
    ("metadata", "Pairs that every record carries.", "{ region: eu-1 }"),
    ("enrich", "What the surroundings of the process add to every record, read once at the start.", "[os, systemd]"),
    ("enrichers", "What adds metadata to each record, by name; the types are those of linked-in crates.", "{}"),
    (
        "filters",
        "Rate limits, repetitions, samples, and the types of linked-in crates, for all that would be delivered: a list, or by name.",
        "",
    ),
    ("level", "The least severity of destinations that name none; RUST_LOG replaces it.", "INFO"),
    (
        "targets",
        "The least severity that each target may emit at all: `hyper: WARNING`, `\"noisy::*\": off`; or the directives of RUST_LOG.",
        "{ hyper: WARNING }",
    ),
    (
        "callsites",
        "The least severity of single callsites, below all thresholds: `\"src/db.rs:42\": DEBUG`, `\"message ~ slow\": off`.",
        "{ \"target app::db line 42\": DEBUG }",
    ),
    ("spans", "The least severity of spans that are captured.", "TRACE"),
    ("tags", "The tags that every record must and must not have; a list asks for one of them.", "{ none: [NOISY] }"),
    ("redact", "Which secrets are masked before anything reaches a queue; false masks nothing.", "{ keys: [pin] }"),
    ("limits", "How large a record may become; what is longer is cut, and says so.", ""),
    ("buffer", "The buffer between the threads that log and the engine.", ""),
    ("names", "The names of the reserved fields, should yours be taken.", ""),
    ("destinations", "Where records go, by name.", ""),
    ("routes", "Which records go where. All that match count together; what none matches goes to `default`.", ""),
    ("recorder", "The flight recorder: keeps what leads up to an error in memory, and writes it only then.", ""),
    ("errors", "What becomes of errors that the program catches, and of panics.", ""),
    ("alerts", "Which records raise an alert, where that goes, and what it runs.", ""),
    ("default", "Where records go that no route matches; without it, to all destinations.", "[console, app]"),
];

/// The least that the shared buffer can do with.
const LEAST_BUFFER: usize = 64 << 10;

/// Reads all of it.
pub(super) fn read(file: &str, top: &mut Section<'_>) -> Config {
    let directory = top.directory().to_owned();
    top.about(&TEXTS);
    let _ = top.take("directory", Shape::Path);
    let mut spec = PlanSpec::default();
    metadata(top, &mut spec);
    spec.enrich = enrich::enrich(top);
    spec.enrichers = enrich::enrichers(top);
    for filter in filters::filters(top) {
        match filter {
            filters::Read::Plain(name, filter) => spec.filters.push((name, filter)),
            filters::Read::Remembers(filter) => spec.stateful.push(filter),
        }
    }
    spec.level = top.take_level("level").unwrap_or(spec.level);
    spec.targets = targets(top).unwrap_or_default();
    spec.switches = callsites::callsites(top);
    spec.spans = top.take_level("spans").unwrap_or(spec.spans);
    spec.tags = top.take_tags("tags").unwrap_or_default();
    spec.redact = redact(top);
    spec.limits = top.within("limits", limits).unwrap_or_default();
    let buffer = top.within("buffer", buffer).unwrap_or_default();
    if (top.says("limits", "message") || top.says("buffer", "memory"))
        && spec.limits.message > buffer.memory.max(LEAST_BUFFER)
    {
        let place = if top.says("limits", "message") { ("limits", "message") } else { ("buffer", "memory") };
        let why = "a message could be larger than the whole buffer: `limits.message` exceeds `buffer.memory`";
        top.refuse_inside(place.0, place.1, why);
    }
    let names = top.within("names", reserved).unwrap_or_default();
    let destinations = destinations::read(top);
    let known = names::known(top);
    spec.errors = errors::errors(top, &known);
    let (alerts, actions) = errors::alerts(top, &known);
    spec.alerts = alerts;
    actions.into_iter().for_each(|action| spec.plan_action(action));
    spec.routes = routes::routes(top, &known);
    spec.default = match routes::default(top, &known) {
        Some(named) => named,
        None => destinations.iter().map(|destination| destination.name.clone()).collect(),
    };
    spec.recorder = recorder::recorder(top, &known);
    // The first stage has read these.
    _ = top.take("profile", Shape::Text);
    _ = top.take("profiles", Shape::named(Shape::Anything));
    _ = top.take("include", Shape::list(Shape::Path));
    LATER.into_iter().for_each(|name| top.later(name));
    let provenance = Provenance::none();
    Config { file: file.to_owned(), directory, spec, names, buffer, destinations, provenance }
}

fn metadata(top: &mut Section<'_>, spec: &mut PlanSpec) {
    spec.metadata.extend(top.take_str("service").map(|service| ("service".to_owned(), service)));
    let pairs = top.within("metadata", |metadata| {
        let keys: Vec<String> = metadata.take_all(Shape::Text).iter().map(|(key, _)| key.text.clone()).collect();
        keys.into_iter().filter_map(|key| Some((metadata.take_str(&key)?, key))).collect::<Vec<_>>()
    });
    for (value, key) in pairs.unwrap_or_default() {
        spec.metadata.retain(|(other, _)| *other != key);
        spec.metadata.push((key, value));
    }
}

/// `targets`: a map of patterns, or the directives of `RUST_LOG`.
fn targets(top: &mut Section<'_>) -> Option<TargetLevels> {
    top.note("targets", Shape::Text);
    let node = top.take("targets", Shape::named(Shape::level()))?;
    if let Data::Scalar { text, .. } = &node.data {
        return match text.parse() {
            Ok(Directives { default, mut targets }) => {
                let rest = default.filter(|_| targets.get("").is_none());
                rest.map(|default| set_rest(&mut targets, default));
                Some(targets)
            }
            Err(error) => {
                top.refuse_rule(node, text, &error);
                None
            }
        };
    }
    let mut levels = TargetLevels::default();
    if !matches!(node.data, Data::Map(_)) {
        let help = "write `{ hyper: WARNING }`, or directives such as `info,hyper=warn`";
        top.refuse_at(node.place, "`targets` must be a map or a text of directives", Some(help.into()));
    }
    for (key, node) in node.entries() {
        let pattern: Result<TargetPattern, _> = key.text.parse();
        let severities = top.scalar(&key.text, node).and_then(|text| {
            let found = off_or_level(text);
            if found.is_none() {
                let help = suggest(text, severities().chain(["off"]));
                top.refuse_at(node.place, format!("`{}` is no level", shown(text)), help);
            }
            found
        });
        let set = match (pattern, severities) {
            (Ok(pattern), Some(severities)) => levels.set(pattern, severities),
            (Err(error), _) => Err(error),
            (Ok(_), None) => Ok(()),
        };
        if let Err(error) = set {
            top.refuse_at(key.place, error.message(), error.hint().map(str::to_owned));
        }
    }
    Some(levels)
}

fn limits(limits: &mut Section<'_>) -> Limits {
    limits.about(&[
        ("message", "Bytes of a message.", "16KiB"),
        ("value", "Bytes of a field's value.", "8KiB"),
        ("fields", "Fields of a record.", "64"),
        ("key", "Bytes of a field's name.", "256"),
    ]);
    let usual = Limits::default();
    Limits {
        message: limits.take_memory("message").unwrap_or(usual.message),
        value: limits.take_memory("value").unwrap_or(usual.value),
        fields: limits.take_count("fields").unwrap_or(usual.fields),
        key: limits.take_memory("key").unwrap_or(usual.key),
    }
    .bounded(limits)
}

/// Keeps limits where a record stays small.
trait Bounded {
    fn bounded(self, section: &mut Section<'_>) -> Self;
}

impl Bounded for Limits {
    fn bounded(self, section: &mut Section<'_>) -> Self {
        let rows = [
            ("message", self.message, 16 << 20),
            ("value", self.value, 16 << 20),
            ("fields", self.fields, 4096),
            ("key", self.key, 64 << 10),
        ];
        for (name, value, most) in rows {
            if value == 0 || value > most {
                section.refuse(name, format!("`limits.{name}` must be between 1 and {most}"));
            }
        }
        self
    }
}

fn buffer(buffer: &mut Section<'_>) -> SharedBufferSettings {
    buffer.about(&[
        ("memory", "Its bytes, 64KiB at least.", "8MiB"),
        ("when_full", "What happens when it is full; `{ block: 2s }` has callers wait so long.", "block"),
    ]);
    let usual = SharedBufferSettings::default();
    let memory = buffer.take_memory("memory").unwrap_or(usual.memory);
    if memory < LEAST_BUFFER {
        buffer.refuse("memory", "the shared buffer needs 64KiB at least");
    }
    SharedBufferSettings { memory, when_full: buffer_full(buffer).unwrap_or(usual.when_full) }
}

/// `when_full: block | drop_newest | { block: 2s }`.
fn buffer_full(buffer: &mut Section<'_>) -> Option<BufferFull> {
    if let Some(limit) = block_limit(buffer) {
        return limit.map(|limit| BufferFull::Block { limit: Some(limit) });
    }
    let words = [("block", BufferFull::Block { limit: None }), ("drop_newest", BufferFull::DropNewest)];
    buffer.take_enum("when_full", &words)
}

/// `when_full: { block: 2s }`: `None` if it is no map.
pub(super) fn block_limit(buffer: &mut Section<'_>) -> Option<Option<Duration>> {
    let node = buffer.take("when_full", Shape::Map)?;
    if !matches!(node.data, Data::Map(_)) {
        return None;
    }
    Some(
        buffer
            .within("when_full", |policy| {
                policy.about(&[("block", "How long callers wait; then the record is dropped.", "2s")]);
                policy.need("block", Section::take_duration).ok()
            })
            .flatten(),
    )
}

fn reserved(names: &mut Section<'_>) -> ReservedNames {
    names.about(&[
        ("destinations", "The field that names where its event goes.", "destinations"),
        ("tags", "The field that adds tags.", "tags"),
        ("level", "The field of a span that sets the level inside it.", "log.level"),
        ("kind", "The field that says the kind of record.", "kind"),
        ("severity", "The field that says a severity that tracing has not.", "severity"),
        ("category", "The field that says the category.", "category"),
    ]);
    let usual = ReservedNames::default();
    let mut take = |name: &str, usual: String| names.take_str(name).unwrap_or(usual);
    let read = ReservedNames {
        destinations: take("destinations", usual.destinations),
        tags: take("tags", usual.tags),
        level: take("level", usual.level),
        kind: take("kind", usual.kind),
        severity: take("severity", usual.severity),
        category: take("category", usual.category),
    };
    let all = [&read.destinations, &read.tags, &read.level, &read.kind, &read.severity, &read.category];
    if let Some(twice) = all.iter().enumerate().find_map(|(at, name)| all[..at].contains(name).then_some(*name)) {
        names.refuse("", format!("two reserved fields cannot both be called `{}`", shown(twice)));
    }
    read
}

/// What is masked: the usual, and what the config adds to it. `redact: false` masks nothing.
fn redact(top: &mut Section<'_>) -> RedactSettings {
    top.note("redact", Shape::words(["false", "off"]));
    if let Some(node) = top.take("redact", Shape::Map)
        && let Data::Scalar { text, .. } = &node.data
    {
        if text != "false" && text != "off" {
            let help = "write `{ keys: [..], patterns: [..], detect: [..], mask: .. }`, or false to mask nothing";
            top.refuse_at(node.place, "`redact` must be a map, or false", Some(help.into()));
        }
        return RedactSettings::none();
    }
    top.within("redact", |redact| {
        redact.about(&[
            ("defaults", "Whether the usual names and detectors hold beside those here.", "true"),
            ("keys", "Names whose values are secret.", "[national_id]"),
            ("patterns", "Regular expressions whose matches are secret.", "['sk_live_[A-Za-z0-9]+']"),
            ("detect", "Secrets known by their shape.", "[credit_card, email]"),
            ("mask", "What is written in place of a secret.", "***"),
        ]);
        let usual = redact.take_bool("defaults").unwrap_or(true);
        let mut settings = if usual { RedactSettings::default() } else { RedactSettings::none() };
        for (text, node) in redact.take_nodes("keys", Shape::Text).unwrap_or_default() {
            let key = RedactSettings { keys: vec![text.to_owned()], ..RedactSettings::none() };
            if Redactor::new(&key).is_err() {
                redact.refuse_at(node.place, "a key needs a letter or a digit", None);
            } else if !settings.keys.iter().any(|key| key == text) {
                settings.keys.push(text.to_owned());
            }
        }
        for (text, node) in redact.take_nodes("patterns", Shape::Text).unwrap_or_default() {
            let pattern = RedactSettings { patterns: vec![text.to_owned()], ..RedactSettings::none() };
            if let Err(error) = Redactor::new(&pattern) {
                let RedactError::Pattern { reason, .. } = error else { continue };
                let reason: String = reason.lines().last().unwrap_or_default().chars().take(200).collect();
                redact.refuse_at(node.place, format!("this is no regular expression: {}", reason.trim()), None);
            }
            settings.patterns.push(text.to_owned());
        }
        detectors(redact, &mut settings);
        if let Some(mask) = redact.take_str("mask") {
            if Redactor::new(&RedactSettings { mask: mask.clone(), ..RedactSettings::none() }).is_err() {
                let why = "a mask has 1 to 64 characters, and no quote, backslash, `<`, `>`, `&` or control character";
                redact.refuse("mask", why);
            }
            settings.mask = mask;
        }
        settings
    })
    .unwrap_or_default()
}

fn detectors(redact: &mut Section<'_>, settings: &mut RedactSettings) {
    let shape = Shape::words(Detector::ALL.iter().map(|detector| detector.name()));
    for (text, node) in redact.take_nodes("detect", shape).unwrap_or_default() {
        match text.parse::<Detector>() {
            Ok(detector) if !settings.detect.contains(&detector) => settings.detect.push(detector),
            Ok(_) => {}
            Err(_) => {
                let help = suggest(text, Detector::ALL.iter().map(|detector| detector.name()));
                redact.refuse_at(node.place, format!("`{}` is nothing that can be detected", shown(text)), help);
            }
        }
    }
}
