//! The destinations.

use super::{common, names, said};
use crate::config::Prepared;
use crate::nearest::suggest;
use crate::place::{Place, shown};
use crate::raw::{Data, Key, Node};
use crate::schema::Shape;
use crate::section::Section;
use tracework_core::DestinationSettings;
use tracework_engine::Plan;

/// Types that come with later versions.
const LATER: [&str; 6] = ["syslog", "http", "sql", "amqp", "kafka", "otlp"];

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
    let (kind, _) = section.need("type", |section, name| section.take_type(name, types)).ok()?;
    let Some(factory) = top.shared().registry.destinations.factory(kind) else {
        refuse_type(&section, node.get("type").map_or(key.place, |node| node.place), kind);
        // What its own settings are nobody knows, but what all have in common is read.
        let _ = section.take_format();
        common::read(&mut section, &mut DestinationSettings::default(), known);
        return None;
    };
    let attachment = factory(&mut section);
    let source = said::source(node.entries(), section.asked(), section.paths(), section.secrets());
    let format = section.take_format();
    let mut settings = attachment.as_ref().map(|attachment| attachment.settings.clone()).unwrap_or_default();
    common::read(&mut section, &mut settings, known);
    section.finish();
    let mut attachment = attachment.ok()?;
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
    })
}

fn refuse_type(section: &Section<'_>, place: Place, kind: &str) {
    if LATER.contains(&kind) {
        let message = format!("destinations of the type `{kind}` are not in this version yet");
        section.refuse_at(place, message, None);
        return;
    }
    let help = suggest(kind, section.shared().registry.destinations());
    section.refuse_at(place, format!("`{}` is no type of destination", shown(kind)), help);
}

fn check_name(top: &Section<'_>, key: &Key) {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let name = &key.text;
    if !(1..=64).contains(&name.len()) || !name.bytes().all(good) || name.starts_with('-') {
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
