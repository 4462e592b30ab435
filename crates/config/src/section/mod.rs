//! A typed view of a part of the config.

mod format;
mod take;
mod values;

pub(crate) use values::{kind_names, off_or_level, severities};

use crate::error::Problems;
use crate::nearest::suggest;
use crate::place::{Place, shown};
use crate::raw::{Data, Key, Node};
use crate::registry::Registry;
use std::path::{Path, PathBuf};
use tracework_core::Format;

/// Says that a problem was reported, so nothing can be made of this part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported;

/// What all sections of a config share.
pub(crate) struct Shared<'a> {
    pub(crate) problems: &'a Problems<'a>,
    pub(crate) registry: &'a Registry,
    pub(crate) directory: &'a Path,
}

/// A typed view of a map in the config: what a factory of a [`Registry`] reads its settings from.
///
/// Every `take_` call gives the value of one name, or `None` if the name is absent; a value of the wrong type is reported
/// with its place, and is `None` too. What nobody takes is reported as an unknown name in the end, with the nearest of
/// the names that were asked for. So a factory just takes what it knows, and all that is wrong is told at once.
///
/// ```
/// use tracework_config::{Config, Registry};
/// use tracework_core::{Batch, Destination, Failure};
///
/// struct Pager { number: String, loud: bool }
/// impl Destination for Pager {
///     fn name(&self) -> &'static str { "pager" }
///     fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> { Ok(()) }
/// }
///
/// let registry = Registry::new().destination("pager", |section| {
///     Ok(Pager { number: section.need_str("number")?, loud: section.take_bool("loud").unwrap_or(false) })
/// });
/// let error = Config::from_str("my.yml", "destinations: { me: { type: pager, numbr: 555 } }", &registry).unwrap_err();
/// assert_eq!(error.problems()[0].message(), "`destinations.me` needs `number`");
/// assert_eq!(error.problems()[1].help(), Some("did you mean `number`?"));
/// ```
pub struct Section<'a> {
    shared: &'a Shared<'a>,
    path: String,
    place: Place,
    entries: &'a [(Key, Node)],
    asked: Vec<String>,
    colored: bool,
    format: Option<(String, Box<dyn Format>)>,
    paths: Vec<(String, PathBuf)>,
}

impl std::fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Section").field("path", &self.path).field("place", &self.place).finish_non_exhaustive()
    }
}

impl<'a> Section<'a> {
    pub(crate) fn new(shared: &'a Shared<'a>, path: String, place: Place, entries: &'a [(Key, Node)]) -> Self {
        let (asked, paths) = (Vec::new(), Vec::new());
        Self { shared, path, place, entries, asked, colored: false, format: None, paths }
    }

    /// The section of `node`, which stands at `path`, if it is a map; reported otherwise.
    pub(crate) fn of(shared: &'a Shared<'a>, path: String, place: Place, node: &'a Node) -> Option<Self> {
        match &node.data {
            Data::Map(entries) => Some(Self::new(shared, path, place, entries)),
            _ if node.is_null() => Some(Self::new(shared, path, place, &[])),
            _ => {
                let message = format!("`{path}` must be a map; this is {}", node.noun());
                shared.problems.add(node.place, message, Some("write `{ name: value }`, or indented lines".into()));
                None
            }
        }
    }

    /// Where the section stands.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// Its names from the top, with dots: `destinations.app`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn shared(&self) -> &'a Shared<'a> {
        self.shared
    }

    /// The folder that relative paths start at.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.shared.directory
    }

    /// The paths that were taken, each with its name.
    pub(crate) fn into_paths(self) -> Vec<(String, PathBuf)> {
        self.paths
    }

    /// The path of `name` in messages.
    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The node `name`, which counts as known from now on. An empty one counts as absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'a Node> {
        self.take_entry(name).map(|(_, node)| node)
    }

    pub(crate) fn take_entry(&mut self, name: &str) -> Option<(&'a Key, &'a Node)> {
        if !self.asked.iter().any(|asked| asked == name) {
            self.asked.push(name.to_owned());
        }
        let found = self.entries.iter().find(|(key, _)| key.text == name);
        found.filter(|(_, node)| !node.is_null()).map(|(key, node)| (key, node))
    }

    /// Everything in it, each taken.
    pub(crate) fn take_all(&mut self) -> &'a [(Key, Node)] {
        self.asked.extend(self.entries.iter().map(|(key, _)| key.text.clone()));
        self.entries
    }

    /// Is there anything called `name`?
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, node)| key.text == name && !node.is_null())
    }

    /// Reports that the value of `name` will not do, and why.
    pub fn refuse(&mut self, name: &str, why: impl Into<String>) -> Reported {
        let place = self.entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node.place);
        self.refuse_at(place.unwrap_or(self.place), why, None)
    }

    pub(crate) fn refuse_at(&self, place: Place, why: impl Into<String>, help: Option<String>) -> Reported {
        self.shared.problems.add(place, why, help);
        Reported
    }

    /// Reports that a part of a later version stands here, unless it says nothing.
    pub(crate) fn later(&mut self, name: &str) {
        if let Some((key, node)) = self.take_entry(name)
            && !node.is_nothing()
        {
            let message = format!("`{}` is not in this version yet", self.path_of(name));
            self.refuse_at(key.place, message, Some("leave it out or empty for now".into()));
        }
    }

    /// Reads the map `name` with `read`; what that does not take is reported. `None` if there is no such map.
    pub fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Section<'_>) -> T) -> Option<T> {
        let (key, node) = self.take_entry(name)?;
        let mut section = Section::of(self.shared, self.path_of(name), key.place, node)?;
        section.colored = self.colored;
        let read = read(&mut section);
        section.finish();
        let paths = std::mem::take(&mut section.paths);
        self.paths.extend(paths.into_iter().map(|(inner, path)| (format!("{name}.{inner}"), path)));
        Some(read)
    }

    /// Reports what nobody took.
    pub(crate) fn finish(&self) {
        for (key, _) in self.entries {
            if !self.asked.contains(&key.text) {
                let place = if self.path.is_empty() { "here".to_owned() } else { format!("in `{}`", self.path) };
                let message = format!("nothing is called `{}` {place}", shown(&key.text));
                self.refuse_at(key.place, message, suggest(&key.text, self.asked.iter().map(String::as_str)));
            }
        }
    }
}
