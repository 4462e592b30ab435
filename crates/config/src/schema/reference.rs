//! The schema as a page to read.

use super::draft::text_of;
use super::recorder::{Name, ROOT, Slot};
use super::{Schema, Shape};

const HEAD: &str = "\
# Configuration

Every name that a config may hold. This page is made from the schema, which is taken down from the readers themselves:
`tracework schema --markdown` prints it, `tracework schema` prints the same for editors.

A *size* is a number and a unit: `512KiB`, `64MiB`, `2GB`. A *time* is `500ms`, `30s`, `10m`, `1h30m` or `30d`. A *rate* is
so many in a time: `1000/s`, `50/min`, or of bytes `1MiB/s`. A *level* is
TRACE, DEBUG, INFO, WARNING (or WARN), ERROR or CRITICAL (or FATAL), and stands for everything more serious too. A *rule* is
written in [the matching language](../specs/rules.md). A *list* may be written as a single value if it has one item.
Every single value may hold `${VAR}` and `${VAR:-default}`; `$${` is `${` itself. An empty value counts as absent.
";

impl Schema {
    /// The schema as a page in Markdown: a table for each section, with the type, what holds without it, and the
    /// meaning of each name.
    ///
    /// ```
    /// use tracework_config::{Registry, Schema};
    ///
    /// let page = Schema::of(&Registry::new()).to_markdown();
    /// assert!(page.contains("| `spans` | level, `off` |"));
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut page = Page { slots: &self.slots, text: HEAD.to_owned(), told: Vec::new() };
        page.section(ROOT, "", "At the top");
        page.text
    }
}

struct Page<'a> {
    slots: &'a [Slot],
    text: String,
    /// Sections that stand on the page already.
    told: Vec<String>,
}

impl Page<'_> {
    /// The section of a slot, and those inside it.
    fn section(&mut self, slot: usize, path: &str, title: &str) {
        let base = &self.slots[slot];
        let rows = self.rows(&[base]);
        let types: Vec<(&str, Vec<String>)> =
            base.types.iter().map(|(kind, own)| (kind.as_str(), self.rows(&[&self.slots[*own], base]))).collect();
        let in_all = |row: &String| types.iter().all(|(_, rows)| rows.contains(row));
        let common: Vec<String> = match types.first() {
            Some((_, first)) => first.iter().filter(|row| in_all(row)).cloned().collect(),
            None => Vec::new(),
        };
        self.table(&format!("## {title}"), rows.iter().chain(&common));
        for (kind, rows) in &types {
            let own: Vec<&String> = rows.iter().filter(|row| !common.contains(row)).collect();
            if !own.is_empty() {
                self.table(&format!("### {title}, `type: {kind}`"), own.into_iter());
            }
        }
        self.inner(base, path, &[]);
        for (_, own) in &base.types {
            self.inner(&self.slots[*own], path, &base.types);
        }
    }

    /// The sections inside `slot`, which may be one of several types.
    fn inner(&mut self, slot: &Slot, path: &str, types: &[(String, usize)]) {
        for name in &slot.names {
            let Some(inside) = name.inside else { continue };
            let path = format!("{path}{}{}", if path.is_empty() { "" } else { "." }, name.name);
            let path = match name.shapes.iter().find(|shape| shape.has_inside()) {
                Some(Shape::Named(_)) => format!("{path}.NAME"),
                Some(Shape::Sections | Shape::List(_)) => format!("{path}[]"),
                _ => path,
            };
            let of = self.types_like(types, name);
            self.section(inside, &path, &format!("`{path}`{of}"));
        }
    }

    /// The types that have the section `name` as it is there, where most have another.
    fn types_like(&self, types: &[(String, usize)], name: &Name) -> String {
        let rows = |name: &Name| name.inside.map(|inside| self.rows(&[&self.slots[inside]]));
        let of_type = |own: usize| self.slots[own].names.iter().find(|other| other.name == name.name);
        let having = types.iter().filter_map(|(kind, own)| Some((kind, rows(of_type(*own)?)?)));
        let mine = rows(name);
        let (alike, others): (Vec<_>, Vec<_>) = having.partition(|(_, rows)| Some(rows) == mine.as_ref());
        if alike.len() > others.len() {
            return String::new();
        }
        alike.iter().map(|(kind, _)| format!(", `type: {kind}`")).collect()
    }

    fn table<'r>(&mut self, title: &str, rows: impl Iterator<Item = &'r String>) {
        let rows: Vec<&str> = rows.map(String::as_str).collect();
        let table =
            format!("\n{title}\n\n| name | type | without it | meaning |\n|---|---|---|---|\n{}", rows.concat());
        if !rows.is_empty() && !self.told.contains(&table) {
            self.text.push_str(&table);
            self.told.push(table);
        }
    }

    /// A row for each name of `slots[0]`.
    fn rows(&self, slots: &[&Slot]) -> Vec<String> {
        let shown = slots[0].names.iter().filter(|name| name.shapes != [Shape::Nothing]);
        shown.map(|name| row(self.slots, slots, name)).collect()
    }
}

fn row(all: &[Slot], slots: &[&Slot], name: &Name) -> String {
    let (text, example) = text_of(slots, &name.name).map_or(("", ""), |(_, text, example)| (text, example));
    let types: Vec<String> = name.shapes.iter().filter(|shape| **shape != Shape::Nothing).map(said).collect();
    let types = match name.inside.and_then(|inside| all[inside].others.as_ref()) {
        Some(shape) => vec![format!("{} by name", said(shape))],
        None => types,
    };
    let usual = match (&name.usual, name.needed) {
        (_, true) => "must be there".to_owned(),
        (Some(usual), _) => format!("`{usual}`"),
        (None, _) => String::new(),
    };
    let example = match example.is_empty() || types.iter().any(|kind| kind.contains(&format!("`{example}`"))) {
        true => String::new(),
        false => format!(" `{}: {example}`", name.name),
    };
    let cells = [format!("`{}`", name.name), types.join(", or "), usual, format!("{text}{example}")];
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

/// What a shape is called.
fn said(shape: &Shape) -> String {
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Bool => "`true`, `false`".to_owned(),
        Shape::Count => "whole number".to_owned(),
        Shape::Size => "size".to_owned(),
        Shape::Time => "time".to_owned(),
        Shape::Attempts => "attempts, or time".to_owned(),
        Shape::Rate => "rate".to_owned(),
        Shape::Mode => "three octal digits".to_owned(),
        Shape::Path => "path".to_owned(),
        Shape::Rule => "rule".to_owned(),
        Shape::Level { off, kinds } => {
            let off = if *off { ", `off`" } else { "" };
            let kinds = if *kinds { ", `AUDIT`, `SECURITY`, `JOB_STATUS`" } else { "" };
            format!("level{off}{kinds}")
        }
        Shape::Words(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Shape::List(item) => format!("list of {}", said(item)),
        Shape::Map => "section".to_owned(),
        Shape::Named(item) if item.has_inside() => "sections by name".to_owned(),
        Shape::Named(item) => format!("{} by name", said(item)),
        Shape::Sections => "list of sections".to_owned(),
        Shape::Nothing => "nothing yet".to_owned(),
        Shape::Anything => "map".to_owned(),
    }
}
