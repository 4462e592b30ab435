//! What is wrong with a config.

use crate::place::{Excerpt, Place};
use std::cell::RefCell;
use std::fmt;

/// One thing that is wrong with a config: what, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    file: String,
    place: Option<Place>,
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

    /// Where; `None` if it is about the file as a whole.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.place
    }
}

impl fmt::Display for Problem {
    /// `FILE:LINE:COLUMN: what is wrong`, the line with the place marked, and the help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
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
}

impl Error {
    pub(crate) fn whole_file(file: &str, message: impl Into<String>, help: Option<String>) -> Self {
        let problem = Problem { file: file.to_owned(), place: None, message: message.into(), help, excerpt: None };
        Self { problems: vec![problem] }
    }

    /// What is wrong, in the order of the file; never empty.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
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

/// Collects what is wrong while a config is read.
#[derive(Debug)]
pub(crate) struct Problems<'a> {
    file: &'a str,
    source: &'a str,
    found: RefCell<Vec<Problem>>,
}

impl<'a> Problems<'a> {
    pub(crate) fn new(file: &'a str, source: &'a str) -> Self {
        Self { file, source, found: RefCell::default() }
    }

    pub(crate) fn source(&self) -> &'a str {
        self.source
    }

    pub(crate) fn add(&self, place: Place, message: impl Into<String>, help: Option<String>) {
        let mut found = self.found.borrow_mut();
        if found.len() < MOST {
            let (file, excerpt) = (self.file.to_owned(), Excerpt::new(self.source, place));
            found.push(Problem { file, place: Some(place), message: message.into(), help, excerpt });
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// The error, if anything was found.
    pub(crate) fn into_result(self) -> Result<(), Error> {
        let mut problems = self.found.into_inner();
        problems.sort_by_key(|problem| problem.place);
        problems.dedup();
        if problems.is_empty() { Ok(()) } else { Err(Error { problems }) }
    }
}
