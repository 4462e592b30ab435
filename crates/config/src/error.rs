//! What is wrong with a config.

use crate::origin::{Origin, Texts};
use crate::place::{Excerpt, Place, TextId, visible};
use crate::watch::Prints;
use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong with a config: what, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    file: String,
    place: Option<Place>,
    numbered: bool,
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt>,
}

impl Problem {
    /// What is wrong, in one sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to write instead, where that can be said.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Where it was found: the file, or `environment variable NAME`, `profile NAME`.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Where in it; `None` if it is about the file as a whole, or if there is no file whose lines could be counted.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.place.filter(|_| self.numbered)
    }
}

impl fmt::Display for Problem {
    /// `FILE:LINE:COLUMN: what is wrong`, the line with the place marked, and the help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place() {
            Some(Place { line, column, .. }) => write!(f, "{}:{line}:{column}: {}", self.file, self.message)?,
            None => write!(f, "{}: {}", self.file, self.message)?,
        }
        if let Some(excerpt) = &self.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with a config, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    problems: Vec<Problem>,
    files: Vec<PathBuf>,
}

impl Error {
    /// Nothing can be said but that nothing came of it.
    pub(crate) fn empty(file: &str) -> Self {
        let (file, message) = (file.to_owned(), "the config cannot be read".to_owned());
        let problem = Problem { file, place: None, numbered: false, message, help: None, excerpt: None };
        Self { problems: vec![problem], files: Vec::new() }
    }

    /// What is wrong, in the order of the file; never empty.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The files that were read, or should have been: whoever waits for the mistake to be mended looks at these.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }
}

impl fmt::Display for Error {
    /// Each problem with its line, and a blank line between two.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.problems.iter().enumerate() {
            f.write_str(if number > 0 { "\n\n" } else { "" })?;
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// How many problems are told: a file with more is not what was meant.
const MOST: usize = 100;

/// A problem, before its line is fetched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    text: TextId,
    place: Option<Place>,
    message: String,
    help: Option<String>,
}

/// Collects what is wrong while a config is read, and what is noted on the way.
#[derive(Debug)]
pub(crate) struct Problems<'a> {
    texts: &'a Texts,
    found: RefCell<Vec<Found>>,
    warned: RefCell<Vec<Found>>,
    secrets: RefCell<Vec<Place>>,
    /// The values that are a variable of the environment and nothing else.
    variables: RefCell<Vec<(Place, String)>>,
    files: RefCell<Vec<PathBuf>>,
    prints: RefCell<Prints>,
}

impl<'a> Problems<'a> {
    pub(crate) fn new(texts: &'a Texts) -> Self {
        let (found, warned) = Default::default();
        let (secrets, variables, files, prints) = Default::default();
        Self { texts, found, warned, secrets, variables, files, prints }
    }

    pub(crate) fn texts(&self) -> &'a Texts {
        self.texts
    }

    /// The line that a place is in.
    pub(crate) fn line(&self, place: Place) -> Option<String> {
        self.texts.line(place)
    }

    pub(crate) fn origin(&self, place: Place) -> Origin {
        self.texts.get(place.text).origin
    }

    /// Which of two places wins: the one with the higher rank.
    pub(crate) fn rank(&self, place: Place) -> u16 {
        self.texts.get(place.text).rank
    }

    pub(crate) fn add(&self, place: Place, message: impl Into<String>, help: Option<String>) {
        self.push(Found {
            text: place.text,
            place: Some(place),
            message: clean(&message.into()),
            help: help.map(|help| clean(&help)),
        });
    }

    /// Adds what is about a text as a whole.
    pub(crate) fn add_whole(&self, text: TextId, message: impl Into<String>, help: Option<String>) {
        self.push(Found { text, place: None, message: clean(&message.into()), help: help.map(|help| clean(&help)) });
    }

    fn push(&self, found: Found) {
        let mut all = self.found.borrow_mut();
        if all.len() < MOST {
            all.push(found);
        }
    }

    /// Adds what is not wrong, but should be known.
    pub(crate) fn warn(&self, place: Place, message: impl Into<String>, help: Option<String>) {
        let mut warned = self.warned.borrow_mut();
        if warned.len() < MOST {
            warned.push(Found {
                text: place.text,
                place: Some(place),
                message: clean(&message.into()),
                help: help.map(|help| clean(&help)),
            });
        }
    }

    /// Notes that a secret stands there: it is shown nowhere.
    pub(crate) fn hide(&self, place: Place) {
        self.secrets.borrow_mut().push(place);
    }

    pub(crate) fn is_hidden(&self, place: Place) -> bool {
        self.secrets.borrow().contains(&place)
    }

    /// Notes that the value there is that of a variable and nothing else.
    pub(crate) fn note_variable(&self, place: Place, name: &str) {
        self.variables.borrow_mut().push((place, name.to_owned()));
    }

    /// The variable that the value there is, if it is nothing else.
    pub(crate) fn variable(&self, place: Place) -> Option<String> {
        if let Origin::Environment(name) = self.origin(place) {
            return Some(name);
        }
        self.variables.borrow().iter().find(|(other, _)| *other == place).map(|(_, name)| name.clone())
    }

    /// Notes a file that the config depends on, and that is about to be read.
    pub(crate) fn note_file(&self, path: &Path) {
        let path = self.note(path);
        let mut files = self.files.borrow_mut();
        if !files.contains(&path) {
            files.push(path);
        }
    }

    /// Notes a file or a folder that the config depends on, as it is now, before it is read: whatever changes later is
    /// seen by that.
    pub(crate) fn note(&self, path: &Path) -> PathBuf {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.prints.borrow_mut().note(&path);
        path
    }

    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.files.borrow().clone()
    }

    /// What everything that the config depends on held just before it was read.
    pub(crate) fn prints(&self) -> Prints {
        self.prints.borrow().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// What should be known, with its lines.
    pub(crate) fn warnings(&self) -> Vec<Problem> {
        self.located(&self.warned)
    }

    /// The error, if anything was found.
    pub(crate) fn into_result(self) -> Result<(), Error> {
        let problems = self.located(&self.found);
        if problems.is_empty() { Ok(()) } else { Err(Error { problems, files: self.files() }) }
    }

    fn located(&self, found: &RefCell<Vec<Found>>) -> Vec<Problem> {
        let mut found = found.borrow().clone();
        found.sort_by_key(|found| (found.text, found.place));
        found.dedup();
        found.into_iter().map(|found| self.locate(found)).collect()
    }

    fn locate(&self, found: Found) -> Problem {
        let Found { text, place, message, help } = found;
        let text = self.texts.get(text);
        let secrets = self.secrets.borrow();
        let excerpt = place.and_then(|place| Excerpt::new(&text.text, text.numbered, place, &secrets));
        Problem { file: text.name.to_string(), place, numbered: text.numbered, message, help, excerpt }
    }
}

/// How many characters a message may have.
const LONGEST: usize = 350;

/// A message as it may be printed: names that somebody chose may stand in it.
fn clean(message: &str) -> String {
    message.chars().take(LONGEST).map(visible).collect()
}
