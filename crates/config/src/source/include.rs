//! `include: [a.yml, conf.d/*.yml]`.

use super::paths;
use crate::Reported;
use crate::error::Problems;
use crate::origin::Origin;
use crate::place::{Place, TextId, shown};
use crate::raw::{self, Data, Lookup, MAX_BYTES, Node};
use std::cell::Cell;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// How deep files may include one another.
const MAX_DEPTH: usize = 8;
/// How many files a config may include.
const MAX_FILES: usize = 64;
/// Bytes of all files together.
const MAX_TOTAL: usize = 4 << 20;

/// One text of the config, read.
pub(super) struct Part {
    pub(super) text: TextId,
    pub(super) root: Node,
}

/// Reads files, and what they include.
pub(super) struct Loader<'a> {
    pub(super) problems: &'a Problems<'a>,
    pub(super) lookup: Lookup<'a>,
    pub(super) nodes: Cell<usize>,
    /// In the order in which they are read over each other: what a file includes comes before it.
    pub(super) parts: Vec<Part>,
    /// The folders in which a new file would be included.
    pub(super) folders: Vec<PathBuf>,
    /// The files that are being read, each included by the one before.
    open: Vec<PathBuf>,
    bytes: usize,
    files: usize,
}

impl<'a> Loader<'a> {
    pub(super) fn new(problems: &'a Problems<'a>, lookup: Lookup<'a>) -> Self {
        let (parts, folders, open) = Default::default();
        Self { problems, lookup, nodes: Cell::new(0), parts, folders, open, bytes: 0, files: 0 }
    }

    /// Reads the config's own file.
    pub(super) fn main_file(&mut self, path: &Path, folder: &Path) -> Result<(), Reported> {
        let name = path.display().to_string();
        self.problems.note_file(path);
        let text = match read_text(path) {
            Ok(text) => text,
            Err(why) => {
                let text = self.problems.texts().add(&name, "", Origin::File, true);
                let why = if why.starts_with("is ") { format!("the config {why}") } else { why };
                self.problems.add_whole(text, why, where_to_look(path));
                return Err(Reported);
            }
        };
        self.open.extend(path.canonicalize());
        self.main_text(&name, &text, folder)
    }

    /// Reads the config's own text.
    pub(super) fn main_text(&mut self, name: &str, text: &str, folder: &Path) -> Result<(), Reported> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let id = self.problems.texts().add(name, text, Origin::File, true);
        if text.len() > MAX_BYTES {
            self.problems.add_whole(id, "the config is larger than 1 MiB", None);
            return Err(Reported);
        }
        self.bytes += text.len();
        let Some(root) = raw::read(self.problems, id, text, 0, &self.nodes)?.filter(|root| !root.is_null()) else {
            let help = "the shortest config that does something: `destinations: { console: { type: console } }`";
            self.problems.add_whole(id, "the config is empty", Some(help.to_owned()));
            return Err(Reported);
        };
        self.part(id, root, folder)
    }

    /// Adds a part, after what it includes.
    pub(super) fn part(&mut self, text: TextId, root: Node, folder: &Path) -> Result<(), Reported> {
        let Data::Map(_) = root.data else {
            let message = format!("a config is a map of names and values; this is {}", root.noun());
            self.problems.add(root.place, message, Some("write `level: INFO` and the like".into()));
            return Err(Reported);
        };
        let included = match root.get("include") {
            Some(node) if !node.is_null() => self.includes(node, folder),
            _ => Ok(()),
        };
        self.parts.push(Part { text, root });
        included
    }

    fn includes(&mut self, node: &Node, folder: &Path) -> Result<(), Reported> {
        let entries = match &node.data {
            Data::List(list) => list.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut all = Ok(());
        for entry in entries {
            let Data::Scalar { text, .. } = &entry.data else {
                let help = "write `include: [more.yml, conf.d/*.yml]`";
                let message = format!("what is included must be a path; this is {}", entry.noun());
                self.problems.add(entry.place, message, Some(help.into()));
                all = Err(Reported);
                continue;
            };
            let pattern = raw::expand(text, entry.place, self.lookup, self.problems);
            all = self.entry(&pattern, entry.place, folder).and(all);
        }
        all
    }

    fn entry(&mut self, pattern: &str, place: Place, folder: &Path) -> Result<(), Reported> {
        if pattern.is_empty() || pattern.contains('\0') {
            return self.refuse(place, format!("`{}` is no path", shown(pattern)), None);
        }
        // `./more.yml` would be told as such.
        let path = if folder == Path::new(".") { PathBuf::from(pattern) } else { folder.join(pattern) };
        if !paths::is_pattern(&path) {
            return self.file(&path, place);
        }
        if path.parent().is_some_and(paths::is_pattern) {
            let help = "such as conf.d/*.yml";
            let message = "only the name of a file may have `*` and `?`, not that of a folder";
            return self.refuse(place, message.to_owned(), Some(help.to_owned()));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let noted = self.problems.note(folder);
        let found = match paths::matching(&path) {
            Ok(found) => found,
            Err(error) => {
                let folder = folder.display();
                return self.refuse(place, format!("the folder `{folder}` cannot be read: {error}"), None);
            }
        };
        self.folders.push(noted);
        let mut all = Ok(());
        for path in found {
            all = self.file(&path, place).and(all);
            if self.files > MAX_FILES {
                break;
            }
        }
        all
    }

    fn file(&mut self, path: &Path, place: Place) -> Result<(), Reported> {
        let name = path.display().to_string();
        self.files += 1;
        if self.files > MAX_FILES {
            return self.refuse(place, format!("a config includes {MAX_FILES} files at the most"), None);
        }
        self.problems.note_file(path);
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if let Some(first) = self.open.iter().position(|open| *open == real) {
            let circle = self.open[first..].iter().chain([&real]);
            let names: Vec<_> = circle.map(|path| path.file_name().unwrap_or_default().to_string_lossy()).collect();
            return self.refuse(place, format!("includes go in a circle: {}", names.join(" -> ")), None);
        }
        if self.open.len() > MAX_DEPTH {
            return self.refuse(place, format!("includes nest too deeply: {MAX_DEPTH} levels are the most"), None);
        }
        // A pipe would never end.
        let text = match path.metadata() {
            Ok(data) if !data.is_file() => Err("is no file".to_owned()),
            _ => read_text(path),
        };
        let text = match text {
            Ok(text) => text,
            Err(why) => return self.refuse(place, format!("`{name}` {why}"), None),
        };
        self.bytes += text.len();
        if self.bytes > MAX_TOTAL {
            return self.refuse(place, "a config and what it includes are larger than 4 MiB".to_owned(), None);
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let id = self.problems.texts().add(&name, text, Origin::Include, true);
        let Some(root) = raw::read(self.problems, id, text, 0, &self.nodes)?.filter(|root| !root.is_null()) else {
            return Ok(());
        };
        self.open.push(real);
        let read = self.part(id, root, path.parent().unwrap_or(Path::new(".")));
        self.open.pop();
        read
    }

    fn refuse(&self, place: Place, message: String, help: Option<String>) -> Result<(), Reported> {
        self.problems.add(place, message, help);
        Err(Reported)
    }
}

/// What to do about a config that is not there, or is a folder.
fn where_to_look(path: &Path) -> Option<String> {
    if path.is_dir() {
        return Some("name a file in it".to_owned());
    }
    let absolute = std::path::absolute(path).ok()?;
    if path.is_relative() && !path.exists() {
        let folder = absolute.parent()?.display().to_string();
        return Some(format!("it was looked for in {folder}; a relative path starts where the program is started"));
    }
    None
}

/// The text of a file, or why there is none.
fn read_text(path: &Path) -> Result<String, String> {
    let refuse = |error: std::io::Error| format!("cannot be read: {error}");
    let file = std::fs::File::open(path).map_err(refuse)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 4).read_to_end(&mut bytes).map_err(refuse)?;
    if bytes.len() > MAX_BYTES + 3 {
        return Err("is larger than 1 MiB".to_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..good].iter().filter(|&&byte| byte == b'\n').count() + 1;
        format!("line {line} is not UTF-8")
    })
}
