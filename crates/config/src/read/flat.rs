//! Flat switches, as aliases of what they name in the sections.

use crate::error::Problems;
use crate::nearest::suggest;
use crate::place::Place;
use crate::raw::{Data, Key, Node};
use crate::schema::Shape;
use crate::section::Section;
use std::cmp::Ordering;

/// Switches of parts that come with later versions.
const LATER: [(&str, &str); 4] = [
    ("performance_enabled", "performance figures are"),
    ("security_enabled", "the detection of attacks is"),
    ("audit_enabled", "the audit log is"),
    ("alerts_enabled", "alerts are"),
];
/// What else belongs to them.
const IDLE: [(&str, &str); 2] = [("performance_interval", "performance_enabled"), ("alert_email", "alerts_enabled")];

/// What the switches mean.
const TEXTS: [(&str, &str, &str); 5] = [
    ("console_enabled", "Switches the destination `console` on or off, and makes it if it is not there.", "true"),
    ("console_colors", "`destinations.console.color`: auto or never.", "true"),
    ("file_enabled", "Switches the destination `file` on or off, and makes it if it is not there.", "true"),
    ("structured_enabled", "`destinations.file.format`: json or text.", "true"),
    ("compression_enabled", "`destinations.file.compress`: gzip.", "true"),
];

const LATER_TEXTS: [(&str, &str, &str); 6] = [
    ("performance_enabled", "Performance figures: not in this version yet; true is a warning.", "false"),
    ("performance_interval", "How often they are taken: not in this version yet; a warning.", ""),
    ("security_enabled", "The detection of attacks: not in this version yet; true is a warning.", "false"),
    ("audit_enabled", "The audit log: not in this version yet; true is a warning.", "false"),
    ("alerts_enabled", "Alerts: not in this version yet; true is a warning.", "false"),
    ("alert_email", "Whom to alert: not in this version yet; a warning.", ""),
];

/// Has them in the schema.
pub(super) fn record(top: &mut Section<'_>) {
    top.about(&TEXTS);
    TEXTS.iter().for_each(|(name, ..)| top.note(name, Shape::Bool));
    top.about(&LATER_TEXTS);
    LATER.iter().for_each(|(name, _)| top.note(name, Shape::Bool));
    IDLE.iter().for_each(|(name, _)| top.note(name, Shape::Text));
}

/// Takes the flat switches out of the top, and writes what they say into the sections.
///
/// `console_enabled` and `console_colors` are about the destination `console`, or if there is none of that name about all
/// of that type; the others likewise about `file`. `console_enabled` and `file_enabled` make one if there is none.
pub(super) fn desugar(root: &mut Node, problems: &Problems<'_>) {
    let console_on = switch(root, "console_enabled", problems);
    let colors = switch(root, "console_colors", problems);
    let file_on = switch(root, "file_enabled", problems);
    let structured = switch(root, "structured_enabled", problems);
    let compressed = switch(root, "compression_enabled", problems);
    for (name, what) in LATER {
        if let Some((true, place)) = switch(root, name, problems) {
            let help = "write false, or live without it for now".to_owned();
            problems.warn(place, format!("`{name}` does nothing: {what} not in this version yet"), Some(help));
        }
    }
    for (name, switch) in IDLE {
        if let Some((place, _)) = take(root, name) {
            let message = format!("`{name}` does nothing: nor does `{switch}` in this version yet");
            problems.warn(place, message, Some("leave it out".to_owned()));
        }
    }
    let mut flat = Flat { root, problems };
    if let Some((on, place)) = console_on {
        flat.enable("console", on, place, || vec![("type", scalar("console", place))]);
    }
    if let Some((colored, place)) = colors {
        flat.add("console_colors", "console", "color", &scalar(if colored { "auto" } else { "never" }, place));
    }
    if let Some((on, place)) = file_on {
        let path = if matches!(structured, Some((false, _))) { "app.log" } else { "app.jsonl" };
        flat.enable("file", on, place, || vec![("type", scalar("file", place)), ("path", scalar(path, place))]);
    }
    if let Some((json, place)) = structured {
        flat.add("structured_enabled", "file", "format", &scalar(if json { "json" } else { "text" }, place));
    }
    if let Some((true, place)) = compressed {
        flat.add("compression_enabled", "file", "compress", &scalar("gzip", place));
        // What is never rotated is never compressed.
        let size = (key("size", place), scalar("64MiB", place));
        flat.add_if_absent("file", "rotate", &Node { place, data: Data::Map(vec![size]) });
        let files = (key("files", place), scalar("10", place));
        flat.add_if_absent("file", "keep", &Node { place, data: Data::Map(vec![files]) });
    }
}

/// Takes an entry out of the top, with the place of its name.
fn take(root: &mut Node, name: &str) -> Option<(Place, Node)> {
    let Data::Map(entries) = &mut root.data else { return None };
    let at = entries.iter().position(|(key, _)| key.text == name)?;
    let (key, node) = entries.remove(at);
    Some((key.place, node))
}

/// Takes a switch out of the top: what it says, and where its name stands.
fn switch(root: &mut Node, name: &str, problems: &Problems<'_>) -> Option<(bool, Place)> {
    let (place, node) = take(root, name)?;
    match &node.data {
        Data::Scalar { text, .. } if text.eq_ignore_ascii_case("true") => Some((true, place)),
        Data::Scalar { text, .. } if text.eq_ignore_ascii_case("false") => Some((false, place)),
        _ if node.is_null() => None,
        _ => {
            problems.add(node.place, format!("`{name}` must be a truth value"), Some("write true or false".into()));
            None
        }
    }
}

fn key(text: &str, place: Place) -> Key {
    Key { place, text: text.to_owned() }
}

fn scalar(text: &str, place: Place) -> Node {
    Node { place, data: Data::Scalar { text: text.to_owned(), plain: true } }
}

struct Flat<'a> {
    root: &'a mut Node,
    problems: &'a Problems<'a>,
}

impl Flat<'_> {
    /// The entries of `destinations`, which is made if it is not there.
    fn destinations(&mut self, place: Place) -> Option<&mut Vec<(Key, Node)>> {
        let Data::Map(entries) = &mut self.root.data else { return None };
        let at = entries.iter().position(|(key, _)| key.text == "destinations").unwrap_or_else(|| {
            entries.push((key("destinations", place), Node { place, data: Data::Map(Vec::new()) }));
            entries.len() - 1
        });
        let node = &mut entries[at].1;
        if node.is_null() {
            node.data = Data::Map(Vec::new());
        }
        match &mut node.data {
            Data::Map(destinations) => Some(destinations),
            _ => None,
        }
    }

    /// The destinations that a switch is about: the one of that name, else all of that type.
    fn meant(&self, kind: &str) -> Vec<String> {
        let all = self.root.get("destinations").map(Node::entries).unwrap_or_default();
        let of_kind = |node: &Node| matches!(node.get("type").map(|node| &node.data), Some(Data::Scalar { text, .. }) if text == kind);
        match all.iter().any(|(key, _)| key.text == kind) {
            true => vec![kind.to_owned()],
            false => all.iter().filter(|(_, node)| of_kind(node)).map(|(key, _)| key.text.clone()).collect(),
        }
    }

    fn section(&mut self, name: &str, place: Place) -> Option<&mut Vec<(Key, Node)>> {
        let found = self.destinations(place)?.iter_mut().find(|(key, _)| key.text == name)?;
        match &mut found.1.data {
            Data::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// Switches what is meant by `kind` on or off, and makes it of `parts` if there is none.
    fn enable(&mut self, kind: &str, on: bool, place: Place, parts: impl FnOnce() -> Vec<(&'static str, Node)>) {
        let switch = scalar(if on { "true" } else { "false" }, place);
        if !self.meant(kind).is_empty() {
            return self.add(&format!("{kind}_enabled"), kind, "enabled", &switch);
        }
        let Some(destinations) = self.destinations(place) else { return };
        let parts = parts().into_iter().chain([("enabled", switch)]);
        let entries = parts.map(|(text, node)| (key(text, place), node)).collect();
        destinations.push((key(kind, place), Node { place, data: Data::Map(entries) }));
    }

    /// Adds to what is meant by `kind`, which must be there, what `switch` says.
    fn add(&mut self, switch: &str, kind: &str, part: &str, node: &Node) {
        let place = node.place;
        let meant = self.meant(kind);
        if meant.is_empty() {
            let names: Vec<String> = self
                .destinations(place)
                .map(|all| all.iter().map(|(key, _)| key.text.clone()).collect())
                .unwrap_or_default();
            let help = suggest(kind, names.iter().map(String::as_str));
            let message = format!("`{switch}` is about a destination `{kind}`, which is not there");
            return self.problems.add(place, message, help);
        }
        for name in meant {
            self.add_to(&name, switch, part, node.clone());
        }
    }

    /// What is read over the other wins; one and the same file must not say both.
    fn add_to(&mut self, name: &str, switch: &str, part: &str, node: Node) {
        let (place, problems) = (node.place, self.problems);
        let Some(section) = self.section(name, place) else { return };
        let Some((other, value)) = section.iter_mut().find(|(key, _)| key.text == part) else {
            return section.push((key(part, place), node));
        };
        match problems.rank(other.place).cmp(&problems.rank(place)) {
            Ordering::Less => (*other, *value) = (key(part, place), node),
            Ordering::Greater => {}
            Ordering::Equal => {
                let message = format!("`{switch}` and `destinations.{name}.{part}` say the same thing twice");
                problems.add(place, message, Some("leave one of them out".into()));
            }
        }
    }

    fn add_if_absent(&mut self, kind: &str, part: &str, node: &Node) {
        let place = node.place;
        for name in self.meant(kind) {
            if let Some(section) = self.section(&name, place)
                && !section.iter().any(|(key, _)| key.text == part)
            {
                section.push((key(part, place), node.clone()));
            }
        }
    }
}
