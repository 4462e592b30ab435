//! Variables of the environment that set values: `TRACEWORK_LEVEL`, `TRACEWORK__DESTINATIONS__CONSOLE__LEVEL`.

use super::Environment;
use crate::error::Problems;
use crate::nearest::suggest;
use crate::origin::Origin;
use crate::place::{Place, TextId, shown};
use crate::raw::{self, Data, Key, Node};
use std::cell::Cell;

/// With what the names begin.
const PREFIX: &str = "TRACEWORK_";
/// How many variables may set something.
const MAX: usize = 256;
/// Bytes of one of them.
const MAX_BYTES: usize = 64 << 10;

/// The short names, without the prefix, each with the name at the top of a config that it stands for.
pub(super) const SHORT: [&str; 11] = [
    "LEVEL",
    "DIRECTORY",
    "CONSOLE_ENABLED",
    "FILE_ENABLED",
    "AUDIT_ENABLED",
    "SECURITY_ENABLED",
    "PERFORMANCE_ENABLED",
    "PERFORMANCE_INTERVAL",
    "ALERTS_ENABLED",
    "ALERT_EMAIL",
    "PROFILE",
];

/// A variable that sets something.
struct Variable {
    name: String,
    value: String,
    text: TextId,
    /// The names on the way to what it sets, each with how many characters of the variable's name stand before it.
    path: Vec<(String, usize)>,
}

impl Variable {
    fn place(&self, before: usize, length: usize) -> Place {
        Place { text: self.text, line: 1, column: before + 1, length: length.max(1) }
    }

    fn whole_name(&self) -> Place {
        self.place(0, self.name.chars().count())
    }
}

/// What the environment sets.
pub(super) struct Variables(Vec<(Variable, Node)>);

impl Variables {
    /// Reads the variables; what is wrong with them is in `problems`.
    pub(super) fn read(environment: &Environment, problems: &Problems<'_>, nodes: &Cell<usize>) -> Self {
        let mut found = variables(environment, problems);
        // What is set as a whole comes before its parts.
        found.sort_by_key(|variable| variable.path.len());
        let values = found.into_iter().filter_map(|variable| {
            let value = value(&variable, problems, nodes)?;
            Some((variable, value))
        });
        Self(values.collect())
    }

    /// The profile that they choose.
    pub(super) fn profile(&self) -> Option<&Node> {
        let profile = |path: &[(String, usize)]| matches!(path, [(name, _)] if name.eq_ignore_ascii_case("profile"));
        self.0.iter().find(|(variable, _)| profile(&variable.path)).map(|(_, value)| value)
    }

    /// What they set, to be read over `under`, whose names they take up whatever their letter case.
    pub(super) fn node(self, under: &Node, problems: &Problems<'_>) -> Option<Node> {
        let (first, _) = self.0.first()?;
        let (place, first) = (first.whole_name(), first.text);
        problems.texts().rank(first);
        let mut set = Setter { root: Node { place, data: Data::Map(Vec::new()) }, problems, owners: Vec::new() };
        for (variable, value) in self.0 {
            problems.texts().rank_like(variable.text, first);
            set.variable(&variable, under, value);
        }
        Some(set.root)
    }
}

fn variables(environment: &Environment, problems: &Problems<'_>) -> Vec<Variable> {
    let mut found = Vec::new();
    for (name, value) in environment.with_prefix(PREFIX) {
        // A variable that is set to nothing counts as one that is not set, as everywhere.
        if value.as_deref() == Some("") {
            continue;
        }
        let shown_value = value.as_deref().unwrap_or("?");
        let title = format!("environment variable {}", shown(&name));
        let text =
            problems.texts().add(&title, &format!("{name}={shown_value}"), Origin::Environment(name.clone()), false);
        let path = path(&name);
        let variable = Variable { name, value: String::new(), text, path };
        let refuse = |message: String, help| problems.add(variable.whole_name(), message, help);
        if found.len() == MAX {
            refuse(format!("{MAX} variables are the most that a config may be set by"), None);
            break;
        }
        match value {
            None => refuse("its value is not UTF-8".to_owned(), None),
            Some(value) if value.len() > MAX_BYTES => refuse("it is longer than 64 KiB".to_owned(), None),
            Some(_) if variable.path.is_empty() => {
                let short = SHORT.map(|name| format!("{PREFIX}{name}"));
                let help = suggest(&variable.name, short.iter().map(String::as_str)).map(|help| {
                    if help.starts_with("did") { help } else { format!("{help}; or `TRACEWORK__NAME__NAME`") }
                });
                refuse(format!("there is no variable `{}`", shown(&variable.name)), help);
            }
            Some(value) => found.push(Variable { value, ..variable }),
        }
    }
    found
}

/// The names that a variable stands for; none if it is none of ours.
fn path(name: &str) -> Vec<(String, usize)> {
    let rest = name.strip_prefix(PREFIX).unwrap_or_default();
    if let Some(nested) = rest.strip_prefix('_') {
        let mut before = PREFIX.len() + 1;
        let mut path = Vec::new();
        for part in nested.split("__") {
            path.push((part.to_owned(), before));
            before += part.chars().count() + 2;
        }
        return if path.iter().any(|(part, _)| part.is_empty()) { Vec::new() } else { path };
    }
    match SHORT.contains(&rest) {
        true => vec![(rest.to_owned(), PREFIX.len())],
        false => Vec::new(),
    }
}

/// The value: a list, a map or a text in quotes as YAML, everything else as it stands.
fn value(variable: &Variable, problems: &Problems<'_>, nodes: &Cell<usize>) -> Option<Node> {
    let text = variable.value.as_str();
    let before = variable.name.chars().count() + 1;
    let quoted = ['"', '\''].iter().any(|&quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote));
    if text.starts_with(['[', '{']) || quoted {
        let read = raw::read(problems, variable.text, text, before, nodes);
        return read.ok().flatten();
    }
    let place = variable.place(before, text.chars().count());
    Some(Node { place, data: Data::Scalar { text: text.to_owned(), plain: true } })
}

struct Setter<'a> {
    root: Node,
    problems: &'a Problems<'a>,
    /// Which variable set what, by its path.
    owners: Vec<(Vec<String>, String)>,
}

impl Setter<'_> {
    fn variable(&mut self, variable: &Variable, under: &Node, value: Node) {
        let mut names = Vec::new();
        let mut lower = Some(under);
        let mut here = &mut self.root;
        let last = variable.path.len() - 1;
        for (number, (part, before)) in variable.path.iter().enumerate() {
            let place = variable.place(*before, part.chars().count());
            if let Some(Node { data: Data::List(_), .. }) = lower {
                let whole = variable.name.chars().take(before - 2).collect::<String>();
                let help = format!("set the list as a whole: {whole}='[..]'");
                let message = format!("`{}` is a list, whose parts have no names", names.join("."));
                return self.problems.add(place, message, Some(help));
            }
            let name = match known(lower, part) {
                Ok(name) => name,
                Err(names) => {
                    let message = format!("`{}` may be {}", shown(part), names.join(" or "));
                    return self.problems.add(place, message, Some("set it in the file".to_owned()));
                }
            };
            names.push(name.clone());
            lower = lower.and_then(|lower| lower.get(&name));
            let Data::Map(entries) = &mut here.data else { return };
            let at = entries.iter().position(|(key, _)| key.text == name);
            if number == last || at.is_some_and(|at| !matches!(entries[at].1.data, Data::Map(_))) {
                if at.is_some() {
                    let owner = self.owners.iter().rev().find(|(path, _)| names.starts_with(path));
                    let other = owner.map_or("", |(_, owner)| owner);
                    let message = format!("`{other}` and `{}` both set `{}`", variable.name, names.join("."));
                    return self.problems.add(place, message, Some("leave one of them out".to_owned()));
                }
                entries.push((Key { place, text: name }, value));
                return self.owners.push((names, variable.name.clone()));
            }
            let at = at.unwrap_or_else(|| {
                let node = Node { place, data: Data::Map(Vec::new()) };
                entries.push((Key { place, text: name }, node));
                entries.len() - 1
            });
            here = &mut entries[at].1;
        }
    }
}

/// The name of a config that a part of a variable's name means: one that is there, whatever its letter case, and with `_`
/// for `-` and `.`; else the part in small letters.
///
/// # Errors
///
/// If it may be several: these.
fn known(lower: Option<&Node>, part: &str) -> Result<String, Vec<String>> {
    let fold = |name: &str| name.to_lowercase().replace(['-', '.'], "_");
    let entries = lower.map(Node::entries).unwrap_or_default();
    let fitting: Vec<&str> =
        entries.iter().map(|(key, _)| key.text.as_str()).filter(|name| fold(name) == fold(part)).collect();
    match fitting.as_slice() {
        [] => Ok(part.to_lowercase()),
        [only] => Ok((*only).to_owned()),
        several => match several.iter().find(|name| name.to_lowercase() == part.to_lowercase()) {
            Some(exact) if several.iter().filter(|name| name.to_lowercase() == part.to_lowercase()).count() == 1 => {
                Ok((*exact).to_owned())
            }
            _ => Err(several.iter().map(|name| format!("`{name}`")).collect()),
        },
    }
}
