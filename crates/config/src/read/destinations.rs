//! The destinations.

use super::{common, names, said};
use crate::config::Prepared;
use crate::nearest::suggest;
use crate::place::{Place, shown};
use crate::raw::{Data, Key, Node};
use crate::save::usual::{self, Usual};
use crate::schema::Shape;
use crate::section::Section;
use tracework_core::{Attachment, DestinationSettings, nearest};
use tracework_engine::Plan;

/// Types of destinations that a build may leave out, and the feature of the program that brings each.
const BY_FEATURE: [(&str, &str); 8] = [
    ("amqp", "amqp"),
    ("http", "http"),
    ("kafka", "kafka"),
    ("nats", "nats"),
    ("otlp", "otlp"),
    ("redis", "redis"),
    ("sql", "sql"),
    ("syslog", "syslog"),
];

/// Reads them all.
pub(super) fn read(top: &mut Section<'_>) -> Vec<Prepared> {
    let Some((key, node)) = top.take_entry("destinations", Shape::named(Shape::Map)) else { return Vec::new() };
    if !matches!(node.data, Data::Map(_)) {
        let message = format!("`destinations` must be a map; this is {}", node.noun());
        top.refuse_at(node.place, message, Some("write `NAME: { type: file, .. }`, a line for each".into()));
        return Vec::new();
    }
    let entries = node.entries();
    if entries.len() > Plan::MAX_DESTINATIONS {
        top.refuse_at(key.place, format!("{} destinations are the most", Plan::MAX_DESTINATIONS), None);
    }
    let known = names::known(top);
    let destinations: Vec<Prepared> =
        entries.iter().filter_map(|(key, node)| read_one(top, key, node, &known)).collect();
    refuse_loops(top, entries);
    refuse_sharing(top, entries, &destinations);
    destinations
}

/// Reports two destinations that would write to one file, each unaware of the other.
fn refuse_sharing(top: &Section<'_>, entries: &[(Key, Node)], destinations: &[Prepared]) {
    for (number, second) in destinations.iter().enumerate() {
        let Some(path) = second.attachment.destination.writes_to() else { continue };
        let writes = |other: &&Prepared| other.attachment.destination.writes_to().as_ref() == Some(&path);
        let Some(first) = destinations[..number].iter().find(writes) else { continue };
        let Some((key, node)) = entries.iter().find(|(key, _)| key.text == second.name) else { continue };
        let place = node.get("path").map_or(key.place, |path| path.place);
        let message = format!("`{}` writes to the file of `{}`", shown(&second.name), shown(&first.name));
        let help = "give it a file of its own, or send the records of both to one destination";
        top.refuse_at(place, message, Some(help.into()));
    }
}

fn read_one(top: &Section<'_>, key: &Key, node: &Node, known: &[String]) -> Option<Prepared> {
    check_name(top, key);
    let path = format!("destinations.{}", shown(&key.text));
    let mut section = top.item("destinations", path, key.place, node)?;
    section.about(&[("type", "Which type of destination it is.", "file")]);
    let types = top.shared().registry.destinations();
    let help = without_type(top, key, node, known);
    let (kind, _) = section.need_or("type", |section, name| section.take_type(name, types), help).ok()?;
    let Some(factory) = top.shared().registry.destinations.factory(kind) else {
        refuse_type(&section, node.get("type").map_or(key.place, |node| node.place), kind);
        // What its own settings are nobody knows, but what all have in common is read.
        let _ = section.take_format();
        common::read(&mut section, &mut DestinationSettings::default(), known);
        return None;
    };
    let attachment = factory(&mut section);
    if attachment.is_err() {
        section.give_up();
    }
    let source = said::source(node.entries(), section.asked(), section.paths(), section.secrets());
    let format = section.take_format();
    let mut settings = attachment.as_ref().map(|attachment| attachment.settings.clone()).unwrap_or_default();
    let own = settings.clone();
    common::read(&mut section, &mut settings, known);
    if let Some(disk) = &mut settings.disk {
        disk.path.get_or_insert_with(|| top.shared().directory.join("spool").join(&key.text));
    }
    section.finish();
    let mut attachment = attachment.ok()?;
    section.note_usual(|| usual_of(&attachment, &own));
    attachment.settings = settings;
    attachment.format = format.or(attachment.format);
    let format = section.format_name().map(str::to_owned);
    Some(Prepared {
        name: key.text.clone(),
        kind: kind.to_owned(),
        format,
        paths: section.into_paths(),
        attachment,
        source,
        own,
    })
}

/// What to write for a destination that has no type: the name of another one or of a key may be mistyped.
fn without_type(top: &Section<'_>, key: &Key, node: &Node, known: &[String]) -> Option<String> {
    let others = known.iter().map(String::as_str).filter(|other| *other != key.text);
    if let Some(name) = nearest(&key.text, others) {
        return Some(format!("is it about `{name}`? A destination of its own says `type: file` or the like"));
    }
    if let Some((wrong, _)) = node.entries().iter().find(|(wrong, _)| nearest(&wrong.text, ["type"]).is_some()) {
        return Some(format!("did you mean `type` by `{}`?", shown(&wrong.text)));
    }
    suggest("", top.shared().registry.destinations())
}

/// What holds for a destination of this type without a word.
fn usual_of(attachment: &Attachment, own: &DestinationSettings) -> Vec<Usual> {
    let format = attachment.destination.usual_format().and_then(|format| format.as_config());
    let format = format.map(|format| (vec!["format".to_owned()], format.kind().to_owned()));
    usual::of_destination(attachment, own, own).into_iter().chain(format).collect()
}

fn refuse_type(section: &Section<'_>, place: Place, kind: &str) {
    if let Some((_, feature)) = BY_FEATURE.iter().find(|(name, _)| *name == kind) {
        let message = format!("destinations of the type `{kind}` are left out of this program");
        section.refuse_at(place, message, Some(format!("build it with the feature `{feature}` of tracework")));
        return;
    }
    let meant = BY_OTHER_NAME.iter().find(|(names, _)| names.contains(&kind.to_lowercase().as_str()));
    let help = match meant {
        Some((_, meant)) => Some(format!("that is {meant}")),
        None => suggest(kind, section.shared().registry.destinations()),
    };
    section.refuse_at(place, format!("`{}` is no type of destination", shown(kind)), help);
}

/// What somebody may call a type, and how it is written.
const BY_OTHER_NAME: &[(&[&str], &str)] = &[
    (&["sqlite", "sqlite3"], "`type: sql` with `url: sqlite:PATH`"),
    (&["postgres", "postgresql", "pg"], "`type: sql` with `url: postgres://USER@HOST/DATABASE`"),
    (&["mysql"], "`type: sql` with `url: mysql://USER@HOST/DATABASE`"),
    (&["mariadb"], "`type: sql` with `url: mariadb://USER@HOST/DATABASE`"),
    (&["database", "db", "table"], "`type: sql`"),
    (&["rabbitmq", "rabbit", "mq"], "`type: amqp`"),
    (&["webhook", "https", "post"], "`type: http`"),
    (&["slack"], "`type: http` with `body: slack`"),
    (&["discord"], "`type: http` with `body: discord`"),
    (&["teams"], "`type: http` with `body: teams`"),
    (&["loki"], "`type: http` with `body: loki`"),
    (&["elasticsearch", "elastic", "opensearch"], "`type: http` with `body: elasticsearch`"),
    (&["splunk", "hec"], "`type: http` with `body: splunk`"),
    (&["datadog"], "`type: http` with `body: datadog`"),
    (&["seq"], "`type: http` with `body: seq`"),
    (&["opentelemetry", "otel", "collector"], "`type: otlp`"),
    (&["jetstream"], "`type: nats`"),
    (&["stream", "valkey"], "`type: redis`"),
    (&["stdout", "stderr", "terminal"], "`type: console` with `stream: stdout` or `stderr`"),
    (&["journald", "rsyslog"], "`type: syslog` with `address: unix:/dev/log`"),
];

fn check_name(top: &Section<'_>, key: &Key) {
    let name = &key.text;
    if !Section::is_name(name) {
        let help = "a name is one to 64 letters, digits, `_`, `-` and `.`, without a `-` at the start";
        top.refuse_at(key.place, format!("`{}` is no name of a destination", shown(name)), Some(help.into()));
    }
}

/// Reports failovers that lead back to where they began, once for each circle.
fn refuse_loops(top: &Section<'_>, entries: &[(Key, Node)]) {
    let next = |name: &str| {
        let (_, node) = entries.iter().find(|(key, _)| key.text == name)?;
        let failover = node.get("failover")?;
        match &failover.data {
            Data::Scalar { text, .. } if !failover.is_null() => Some((text.as_str(), failover)),
            _ => None,
        }
    };
    let mut told: Vec<&str> = Vec::new();
    for (key, _) in entries {
        let mut way = vec![key.text.as_str()];
        while let Some((name, node)) = next(way[way.len() - 1]) {
            if let Some(start) = way.iter().position(|other| *other == name) {
                let circle = &way[start..];
                if !circle.iter().any(|name| told.contains(name)) {
                    told.extend(circle);
                    let message = format!("failovers go in a circle: {} -> {name}", circle.join(" -> "));
                    top.refuse_at(node.place, message, Some("one of them must have no failover".into()));
                }
                break;
            }
            way.push(name);
        }
    }
}
