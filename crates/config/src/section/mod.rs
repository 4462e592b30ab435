//! A typed view of a part of the config.
//!
//! A reader says by [`Section::about`] what its names mean, then takes them. What takes a node itself says which `Shape` it
//! may have: the schema is taken down from these very calls, by running them over made-up values. Maps with names of
//! the writer's choosing are taken with `Shape::named(Shape::Map)`, lists of sections with `Shape::Sections`, and each entry
//! is then read as a [`Section::item`]; [`Section::take_type`] says of which type one is. A value that may be written in
//! several ways is noted with each of them, by [`Section::note`].

mod format;
mod named;
mod network;
mod secret;
mod take;
mod typed;
mod values;

pub(crate) use values::{kind_names, off_or_level, severities};

pub use network::TlsFiles;

use crate::error::Problems;
use crate::nearest::suggest;
use crate::place::{Place, shown};
use crate::raw::{Data, Key, Node};
use crate::registry::Registry;
use crate::save::usual::Usual;
use crate::schema::{ROOT, Recorder, Shape};
use std::path::{Path, PathBuf};
use tracework_core::{Format, Mistake, nearest};

/// More names than this are not listed in a message.
const MOST_LISTED: usize = 12;

const ALL_NAMES: &str = "`tracework schema --markdown` lists all names with what they mean";

/// Says that a problem was reported, so nothing can be made of this part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported;

/// What all sections of a config share.
pub(crate) struct Shared<'a> {
    pub(crate) problems: &'a Problems<'a>,
    pub(crate) registry: &'a Registry,
    pub(crate) directory: &'a Path,
    /// Takes down what is asked for, where the schema is made.
    pub(crate) recorder: Option<&'a Recorder>,
}

/// A typed view of a map in the config: what a factory of a [`Registry`] reads its settings from.
///
/// Every `take_` call gives the value of one name, or `None` if the name is absent; a value of the wrong type is reported
/// with its place, and is `None` too. What nobody takes is reported as an unknown name in the end, with the nearest of
/// the names that were asked for. So a factory just takes what it knows, and all that is wrong is told at once.
///
/// ```
/// use tracework_config::{Config, Registry};
/// use tracework_core::{nearest, Batch, Destination, Failure};
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
    slot: usize,
    path: String,
    place: Place,
    entries: &'a [(Key, Node)],
    asked: Vec<String>,
    /// What was told about; a factory that gives up did not come to ask for all of it.
    told: Vec<String>,
    colored: bool,
    format: Option<(String, Box<dyn Format>)>,
    paths: Vec<(String, PathBuf)>,
    secrets: u64,
}

impl std::fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Section").field("path", &self.path).field("place", &self.place).finish_non_exhaustive()
    }
}

impl<'a> Section<'a> {
    /// The whole config.
    pub(crate) fn root(shared: &'a Shared<'a>, entries: &'a [(Key, Node)]) -> Self {
        Self::new(shared, ROOT, String::new(), Place::default(), entries)
    }

    fn new(shared: &'a Shared<'a>, slot: usize, path: String, place: Place, entries: &'a [(Key, Node)]) -> Self {
        let (asked, told, paths) = (Vec::new(), Vec::new(), Vec::new());
        Self { shared, slot, path, place, entries, asked, told, colored: false, format: None, paths, secrets: 0 }
    }

    /// The section of `entries`, which stand inside what was taken as `name`.
    fn inside(&self, name: &str, path: String, place: Place, entries: &'a [(Key, Node)]) -> Self {
        let slot = self.shared.recorder.map_or(ROOT, |recorder| recorder.inside(self.slot, name));
        Self::new(self.shared, slot, path, place, entries)
    }

    /// The section of `node`, which stands at `path` and belongs to what was taken as `name`: an item of a list, an entry
    /// of a map. Reported if it is no map.
    pub(crate) fn item(&self, name: &str, path: String, place: Place, node: &'a Node) -> Option<Self> {
        let shared = self.shared;
        match &node.data {
            Data::Map(entries) => Some(self.inside(name, path, place, entries)),
            _ if node.is_null() => Some(self.inside(name, path, place, &[])),
            _ => {
                let message = format!("`{path}` must be a map; this is {}", node.noun());
                shared.problems.add(node.place, message, Some("write `{ name: value }`, or indented lines".into()));
                None
            }
        }
    }

    /// Can it be the name of a destination or an action?
    pub(crate) fn is_name(name: &str) -> bool {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        (1..=64).contains(&name.len()) && name.bytes().all(good) && !name.starts_with('-')
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

    /// What was asked for so far.
    pub(crate) fn asked(&self) -> &[String] {
        &self.asked
    }

    /// The paths that were taken so far, each with its name.
    pub(crate) fn paths(&self) -> &[(String, PathBuf)] {
        &self.paths
    }

    /// The paths that were taken, each with its name.
    pub(crate) fn into_paths(self) -> Vec<(String, PathBuf)> {
        self.paths
    }

    /// The path of `name` in messages.
    pub(crate) fn path_of(&self, name: &str) -> String {
        let name = shown(name);
        if self.path.is_empty() { name } else { format!("{}.{name}", self.path) }
    }

    /// The node `name`, which counts as known from now on. An empty one counts as absent.
    /// Which `shape` it may have goes into the schema.
    pub(crate) fn take(&mut self, name: &str, shape: Shape) -> Option<&'a Node> {
        self.take_entry(name, shape).map(|(_, node)| node)
    }

    /// As [`Section::take`], with the name as it stands there.
    pub(crate) fn take_entry(&mut self, name: &str, shape: Shape) -> Option<(&'a Key, &'a Node)> {
        self.note(name, shape);
        self.find(name)
    }

    fn find(&mut self, name: &str) -> Option<(&'a Key, &'a Node)> {
        if !self.asked.iter().any(|asked| asked == name) {
            self.asked.push(name.to_owned());
        }
        let found = self.entries.iter().find(|(key, _)| key.text == name);
        found.filter(|(_, node)| !node.is_null()).map(|(key, node)| (key, node))
    }

    /// Notes for the schema that `name` may have this shape too.
    pub(crate) fn note(&self, name: &str, shape: Shape) {
        if let Some(recorder) = self.shared.recorder {
            recorder.note(self.slot, name, shape);
        }
    }

    /// Notes for the schema what holds where nothing is said.
    pub(crate) fn note_usual(&self, usual: impl FnOnce() -> Vec<Usual>) {
        if let Some(recorder) = self.shared.recorder {
            usual().iter().for_each(|(path, value)| recorder.usual(self.slot, path, value));
        }
    }

    /// Notes for the schema that `name` may be one of these words.
    fn note_words<'w>(&self, name: &str, words: impl Iterator<Item = &'w str>) {
        if self.shared.recorder.is_some() {
            self.note(name, Shape::words(words));
        }
    }

    /// Says what the names of this section mean, one line each: name, text, example. It is what the schema, an editor
    /// and the reference tell of them; reading itself needs it not. An example may be empty where the text shows what
    /// to write. The schema is made by running this very code, with the examples for what must be there: so a factory
    /// calls it first.
    ///
    /// ```
    /// use tracework_config::{Registry, Schema};
    /// use tracework_std::File;
    ///
    /// let registry = Registry::new().destination("file", |section| {
    ///     section.about(&[("path", "The file that is written to.", "logs/app.log")]);
    ///     Ok(File::append(section.need_path("path")?))
    /// });
    /// assert!(Schema::of(&registry).unexplained().is_empty());
    /// ```
    pub fn about(&mut self, texts: &[(&str, &str, &str)]) {
        self.told.extend(texts.iter().map(|(name, ..)| (*name).to_owned()));
        if let Some(recorder) = self.shared.recorder {
            recorder.texts(self.slot, texts);
        }
    }

    /// Takes for asked what was told about: what is left stands there rightly, though nobody came to ask for it.
    pub(crate) fn give_up(&mut self) {
        let told = std::mem::take(&mut self.told);
        let in_file = |key: &&Key| told.iter().any(|name| key.text.strip_suffix("_file") == Some(name));
        let files = self.entries.iter().map(|(key, _)| key).filter(in_file).map(|key| key.text.clone());
        self.asked.extend(files.collect::<Vec<_>>());
        self.asked.extend(told);
    }

    /// Takes what says of which type this section is, which is one of `types`; the node too. What is taken from now on
    /// belongs to that type alone.
    pub(crate) fn take_type<'t>(
        &mut self,
        name: &str,
        types: impl Iterator<Item = &'t str> + Clone,
    ) -> Option<(&'a str, &'a Node)> {
        if let Some(recorder) = self.shared.recorder {
            recorder.typed(self.slot, name, types.clone());
        }
        let node = self.take(name, Shape::words(types.clone()))?;
        let text = self.scalar(name, node)?;
        self.set_type(name, text, types);
        Some((text, node))
    }

    /// Says that this section is of the type `kind`, which `name` says where it stands.
    fn set_type<'t>(&mut self, name: &str, kind: &str, types: impl Iterator<Item = &'t str>) {
        if let Some(recorder) = self.shared.recorder {
            recorder.typed(self.slot, name, types);
            self.slot = recorder.of_type(self.slot, kind);
        }
    }

    /// Everything in it, each taken: its writer chooses the names, and each may have this shape.
    pub(crate) fn take_all(&mut self, shape: Shape) -> &'a [(Key, Node)] {
        if let Some(recorder) = self.shared.recorder {
            recorder.others(self.slot, shape);
        }
        self.asked.extend(self.entries.iter().map(|(key, _)| key.text.clone()));
        self.entries
    }

    /// Is there anything called `name`?
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, node)| key.text == name && !node.is_null())
    }

    /// Is there anything called `part` in the map `name`?
    pub(crate) fn says(&self, name: &str, part: &str) -> bool {
        self.within_node(name, part).is_some()
    }

    /// Reports that the value of `part` in the map `name` will not do, and why.
    pub(crate) fn refuse_inside(&self, name: &str, part: &str, why: impl Into<String>) -> Reported {
        let place = self.within_node(name, part).map_or(self.place, |node| node.place);
        self.refuse_at(place, why, None)
    }

    fn within_node(&self, name: &str, part: &str) -> Option<&'a Node> {
        let (_, node) = self.entries.iter().find(|(key, _)| key.text == name)?;
        node.get(part).filter(|node| !node.is_null())
    }

    /// Reports that the value of `name` will not do, and why. What stands behind a semicolon is the help.
    pub fn refuse(&mut self, name: &str, why: impl Into<String>) -> Reported {
        let place = self.node(name).map(|node| node.place);
        self.refuse_with_help(place.unwrap_or(self.place), why)
    }

    /// As [`Section::refuse`], for one item of a list: the first that is `item`.
    pub fn refuse_item(&mut self, name: &str, item: &str, why: impl Into<String>) -> Reported {
        let is = |node: &&Node| matches!(&node.data, Data::Scalar { text, .. } if text == item);
        let place = self.node(name).map(|node| match &node.data {
            Data::List(list) => list.iter().find(is).unwrap_or(node).place,
            _ => node.place,
        });
        self.refuse_with_help(place.unwrap_or(self.place), why)
    }

    /// As [`Section::refuse`], for a part of a text: the bytes `part` of it.
    pub fn refuse_part(&mut self, name: &str, part: std::ops::Range<usize>, why: impl Into<String>) -> Reported {
        let place = self.node(name).map(|node| match &node.data {
            Data::Scalar { text, .. } => self.place_in(node, text, part),
            _ => node.place,
        });
        self.refuse_with_help(place.unwrap_or(self.place), why)
    }

    /// As [`Section::refuse`], for what a destination says of its settings.
    pub fn mistaken(&mut self, mistake: &Mistake) -> Reported {
        let name = mistake.setting.split('.').next().unwrap_or_default();
        match &mistake.part {
            Some(part) => self.refuse_part(name, part.clone(), mistake.why.as_str()),
            None => self.refuse(name, mistake.why.as_str()),
        }
    }

    /// What stands under `name`; of a secret that is in a file, the file's name.
    fn node(&self, name: &str) -> Option<&'a Node> {
        let find = |name: &str| self.entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node);
        find(name).or_else(|| find(&format!("{name}_file")))
    }

    fn refuse_with_help(&self, place: Place, why: impl Into<String>) -> Reported {
        let why = why.into();
        match why.split_once("; ") {
            Some((why, help)) => self.refuse_at(place, why, Some(help.to_owned())),
            None => self.refuse_at(place, why, None),
        }
    }

    pub(crate) fn refuse_at(&self, place: Place, why: impl Into<String>, help: Option<String>) -> Reported {
        self.shared.problems.add(place, why, help);
        Reported
    }

    /// Reports that a part of a later version stands here, unless it says nothing.
    pub(crate) fn later(&mut self, name: &str) {
        if let Some((key, node)) = self.take_entry(name, Shape::Nothing)
            && !node.is_nothing()
        {
            let message = format!("`{}` is not in this version yet", self.path_of(name));
            self.refuse_at(key.place, message, Some("leave it out or empty for now".into()));
        }
    }

    /// Reads the map `name` with `read`; what that does not take is reported. `None` if there is no such map.
    pub fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Section<'_>) -> T) -> Option<T> {
        let (key, node) = self.take_entry(name, Shape::Map)?;
        let mut section = self.item(name, self.path_of(name), key.place, node)?;
        section.colored = self.colored;
        let read = read(&mut section);
        section.finish();
        self.secrets = self.secrets.wrapping_add(section.secrets);
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
                let asked = self.asked.iter().map(String::as_str);
                let help = match nearest(&key.text, asked.clone()) {
                    None if self.asked.len() > MOST_LISTED => Some(ALL_NAMES.to_owned()),
                    _ => suggest(&key.text, asked),
                };
                self.refuse_at(key.place, message, help);
            }
        }
    }
}
