//! Flat switches, as aliases of what they name in the sections.

use crate::error::Problems;
use crate::nearest::suggest;
use crate::place::Place;
use crate::raw::{Data, Key, Node};
use crate::schema::Shape;
use crate::section::Section;

/// Switches of parts that come with later versions.
const LATER: [&str; 4] = ["performance_enabled", "security_enabled", "audit_enabled", "alerts_enabled"];

/// What the switches mean.
const TEXTS: [(&str, &str, &str); 5] = [
    ("console_enabled", "Switches the destination `console` on or off, and makes it if it is not there.", "true"),
    ("console_colors", "`destinations.console.color`: auto or never.", "true"),
    ("file_enabled", "Switches the destination `file` on or off, and makes it if it is not there.", "true"),
    ("structured_enabled", "`destinations.file.format`: json or text.", "true"),
    ("compression_enabled", "`destinations.file.compress`: gzip.", "true"),
];

/// Has them in the schema.
pub(super) fn record(top: &mut Section<'_>) {
    top.about(&TEXTS);
    TEXTS.iter().for_each(|(name, ..)| top.note(name, Shape::Bool));
    LATER.iter().for_each(|name| top.note(name, Shape::Nothing));
}

/// Takes the flat switches out of the top, and writes what they say into the sections.
///
/// `console_enabled` and `console_colors` are about the destination `console`, the others about the destination `file`;
/// either is made if it is not there and switched on.
pub(super) fn desugar(root: &mut Node, problems: &Problems<'_>) {
    let console_on = switch(root, "console_enabled", problems);
    let colors = switch(root, "console_colors", problems);
    let file_on = switch(root, "file_enabled", problems);
    let structured = switch(root, "structured_enabled", problems);
    let compressed = switch(root, "compression_enabled", problems);
    for name in LATER {
        if let Some((true, place)) = switch(root, name, problems) {
            problems.add(place, format!("`{name}` is not in this version yet"), Some("write false for now".into()));
        }
    }
    let mut flat = Flat { root, problems };
    if let Some((on, place)) = console_on {
        flat.enable("console", on, place, || vec![("type", scalar("console", place))]);
    }
    if let Some((colored, place)) = colors {
        flat.add("console_colors", "console", "color", scalar(if colored { "auto" } else { "never" }, place));
    }
    if let Some((on, place)) = file_on {
        let path = if matches!(structured, Some((false, _))) { "app.log" } else { "app.jsonl" };
        flat.enable("file", on, place, || vec![("type", scalar("file", place)), ("path", scalar(path, place))]);
    }
    if let Some((json, place)) = structured {
        flat.add("structured_enabled", "file", "format", scalar(if json { "json" } else { "text" }, place));
    }
    if let Some((true, place)) = compressed {
        flat.add("compression_enabled", "file", "compress", scalar("gzip", place));
        // What is never rotated is never compressed.
        let size = (key("size", place), scalar("64MiB", place));
        flat.add_if_absent("file", "rotate", Node { place, data: Data::Map(vec![size]) });
        let files = (key("files", place), scalar("10", place));
        flat.add_if_absent("file", "keep", Node { place, data: Data::Map(vec![files]) });
    }
}

/// Takes a switch out of the top: what it says, and where its name stands.
fn switch(root: &mut Node, name: &str, problems: &Problems<'_>) -> Option<(bool, Place)> {
    let Data::Map(entries) = &mut root.data else { return None };
    let at = entries.iter().position(|(key, _)| key.text == name)?;
    let (key, node) = entries.remove(at);
    match &node.data {
        Data::Scalar { text, .. } if text.eq_ignore_ascii_case("true") => Some((true, key.place)),
        Data::Scalar { text, .. } if text.eq_ignore_ascii_case("false") => Some((false, key.place)),
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

    fn section(&mut self, name: &str, place: Place) -> Option<&mut Vec<(Key, Node)>> {
        let found = self.destinations(place)?.iter_mut().find(|(key, _)| key.text == name)?;
        match &mut found.1.data {
            Data::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// Switches the destination `name` on or off, and makes it of `parts` if it is not there.
    fn enable(&mut self, name: &str, on: bool, place: Place, parts: impl FnOnce() -> Vec<(&'static str, Node)>) {
        let switch = scalar(if on { "true" } else { "false" }, place);
        if self.section(name, place).is_some() {
            return self.add(&format!("{name}_enabled"), name, "enabled", switch);
        }
        let Some(destinations) = self.destinations(place) else { return };
        let parts = parts().into_iter().chain([("enabled", switch)]);
        let entries = parts.map(|(text, node)| (key(text, place), node)).collect();
        destinations.push((key(name, place), Node { place, data: Data::Map(entries) }));
    }

    /// Adds to the destination `name`, which must be there, what `switch` says.
    fn add(&mut self, switch: &str, name: &str, part: &str, node: Node) {
        let place = node.place;
        let Some(section) = self.section(name, place) else {
            let names: Vec<String> = self
                .destinations(place)
                .map(|all| all.iter().map(|(key, _)| key.text.clone()).collect())
                .unwrap_or_default();
            let help = suggest(name, names.iter().map(String::as_str));
            let message = format!("`{switch}` is about a destination `{name}`, which is not there");
            return self.problems.add(place, message, help);
        };
        if section.iter().any(|(key, _)| key.text == part) {
            let message = format!("`{switch}` and `destinations.{name}.{part}` say the same thing twice");
            return self.problems.add(place, message, Some("leave one of them out".into()));
        }
        section.push((key(part, place), node));
    }

    fn add_if_absent(&mut self, name: &str, part: &str, node: Node) {
        let place = node.place;
        if let Some(section) = self.section(name, place)
            && !section.iter().any(|(key, _)| key.text == part)
        {
            section.push((key(part, place), node));
        }
    }
}
