//! Taking single values.

use super::{Reported, Section};
use crate::nearest::suggest;
use crate::place::shown;
use crate::raw::{Data, Node};
use crate::schema::Shape;
use crate::units;
use std::path::PathBuf;
use std::time::Duration;
use tracework_core::Rate;

impl<'a> Section<'a> {
    /// The text of a single value, whatever it is.
    pub(crate) fn scalar(&self, name: &str, node: &'a Node) -> Option<&'a str> {
        match &node.data {
            Data::Scalar { text, .. } => Some(text),
            _ => {
                let message = format!("`{}` must be a single value; this is {}", self.path_of(name), node.noun());
                self.refuse_at(node.place, message, None);
                None
            }
        }
    }

    fn take_scalar(&mut self, name: &str, shape: Shape) -> Option<(&'a str, &'a Node)> {
        let node = self.take(name, shape)?;
        Some((self.scalar(name, node)?, node))
    }

    /// Takes a value that `read` understands; `noun` and `help` say what that would be.
    fn take_as<T>(&mut self, name: &str, shape: Shape, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let (noun, help) = said(&shape);
        let (text, node) = self.take_scalar(name, shape)?;
        let value = read(text);
        if value.is_none() {
            let message = format!("`{}` is no {noun}", shown(text));
            self.refuse_at(node.place, message, Some(help.to_owned()));
        }
        value
    }

    /// Takes a text. A number or a truth value is one too.
    pub fn take_str(&mut self, name: &str) -> Option<String> {
        self.take_scalar(name, Shape::Text).map(|(text, _)| text.to_owned())
    }

    /// Takes a text that must be there.
    ///
    /// # Errors
    ///
    /// If it is not there, or no text; that is reported.
    pub fn need_str(&mut self, name: &str) -> Result<String, Reported> {
        self.need(name, Self::take_str)
    }

    /// Takes what must be there by one of the `take_` calls: `section.need("size", Section::take_bytes)?`.
    ///
    /// # Errors
    ///
    /// If it is not there, or not what it must be; that is reported.
    pub fn need<T>(&mut self, name: &str, take: impl FnOnce(&mut Self, &str) -> Option<T>) -> Result<T, Reported> {
        self.need_or(name, take, None)
    }

    /// The same; `help` is told where it is not there.
    pub(crate) fn need_or<T>(
        &mut self,
        name: &str,
        take: impl FnOnce(&mut Self, &str) -> Option<T>,
        help: Option<String>,
    ) -> Result<T, Reported> {
        if let Some(recorder) = self.shared.recorder {
            recorder.need(self.slot, name);
        }
        let before = self.shared.problems.count();
        take(self, name).ok_or_else(|| {
            if self.shared.problems.count() == before {
                self.refuse_at(self.place, format!("`{}` needs `{name}`", self.path), help);
            }
            Reported
        })
    }

    /// Takes `true` or `false`.
    pub fn take_bool(&mut self, name: &str) -> Option<bool> {
        self.take_as(name, Shape::Bool, |text| match text {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        })
    }

    /// Takes a whole number that is not negative.
    pub fn take_count(&mut self, name: &str) -> Option<usize> {
        self.take_as(name, Shape::Count, |text| text.replace('_', "").parse().ok())
    }

    /// Takes a size: `64MiB`.
    pub fn take_bytes(&mut self, name: &str) -> Option<u64> {
        self.take_as(name, Shape::Size, |text| units::bytes(text).ok())
    }

    /// Takes a size that memory can have.
    pub fn take_memory(&mut self, name: &str) -> Option<usize> {
        self.take_bytes(name).map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
    }

    /// Takes a time: `30s`.
    pub fn take_duration(&mut self, name: &str) -> Option<Duration> {
        self.take_as(name, Shape::Time, |text| units::duration(text).ok())
    }

    /// Takes so many in a time: `1000/s`; of bytes, `1MiB/s`.
    pub fn take_rate(&mut self, name: &str) -> Option<Rate> {
        self.take_as(name, Shape::Rate, |text| {
            let (count, per) = text.split_once('/')?;
            let count = units::bytes(count.trim()).ok().filter(|&count| count > 0)?;
            let per = per.trim();
            let one = if per.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "1" };
            let per = units::duration(&format!("{one}{per}")).ok().filter(|per| !per.is_zero())?;
            Some(Rate { count, per })
        })
    }

    /// Takes the mode of a file: `0640`.
    pub fn take_mode(&mut self, name: &str) -> Option<u32> {
        self.take_as(name, Shape::Mode, |text| {
            let digits = text.trim_start_matches("0o").trim_start_matches('0');
            u32::from_str_radix(if digits.is_empty() { "0" } else { digits }, 8).ok().filter(|&mode| mode <= 0o777)
        })
    }

    /// Takes one of several words, each with what it stands for.
    pub fn take_enum<T: Clone>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        self.note_words(name, words.iter().map(|(word, _)| *word));
        let (_, node) = self.find(name)?;
        let text = self.scalar(name, node)?;
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        if found.is_none() {
            let message = format!("`{}` is nothing that `{}` can be", shown(text), self.path_of(name));
            self.refuse_at(node.place, message, suggest(text, words.iter().map(|(word, _)| *word)));
        }
        found.map(|(_, value)| value.clone())
    }

    /// Takes a list of texts; a single text is a list of one.
    pub fn take_list(&mut self, name: &str) -> Option<Vec<String>> {
        Some(self.take_nodes(name, Shape::Text)?.into_iter().map(|(text, _)| text.to_owned()).collect())
    }

    /// The texts of a list, each with its node; `shape` is that of each.
    pub(crate) fn take_nodes(&mut self, name: &str, shape: Shape) -> Option<Vec<(&'a str, &'a Node)>> {
        let node = self.take(name, Shape::list(shape))?;
        match &node.data {
            Data::Scalar { text, .. } => Some(vec![(text, node)]),
            Data::List(list) => {
                let texts = list.iter().filter_map(|node| Some((self.scalar(name, node)?, node)));
                Some(texts.collect())
            }
            Data::Map(_) => {
                let message = format!("`{}` must be a list; this is a map", self.path_of(name));
                self.refuse_at(node.place, message, Some("write `[one, two]`".into()));
                None
            }
        }
    }

    /// Takes all that was not asked for so far, in its order: a map whose names its writer chooses, such as headers or the
    /// options of a library. Each is a text.
    ///
    /// ```
    /// use tracework_config::{Config, Registry};
    /// use tracework_core::{Batch, Destination, Failure};
    ///
    /// struct Pager;
    /// impl Destination for Pager {
    ///     fn name(&self) -> &'static str { "pager" }
    ///     fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> { Ok(()) }
    /// }
    ///
    /// let registry = Registry::new().destination("pager", |section| {
    ///     let options = section.within("modem", |modem| modem.take_others()).unwrap_or_default();
    ///     assert_eq!(options, [("baud".to_owned(), "1200".to_owned()), ("tone".to_owned(), "true".to_owned())]);
    ///     Ok(Pager)
    /// });
    /// let yaml = "destinations: { me: { type: pager, modem: { baud: 1200, tone: true } } }";
    /// Config::from_str("my.yml", yaml, &registry).unwrap();
    /// ```
    pub fn take_others(&mut self) -> Vec<(String, String)> {
        let asked = self.asked.clone();
        let others = self.take_all(Shape::Text).iter().filter(|(key, _)| !asked.contains(&key.text));
        let texts = others.filter_map(|(key, node)| Some((key.text.clone(), self.scalar(&key.text, node)?.to_owned())));
        texts.collect()
    }

    /// Takes a path; a relative one starts at the config's `directory`.
    pub fn take_path(&mut self, name: &str) -> Option<PathBuf> {
        let node = self.take(name, Shape::Path)?;
        self.path_at(name, node)
    }

    /// The path that `node`, the value of `name`, says.
    pub(super) fn path_at(&mut self, name: &str, node: &'a Node) -> Option<PathBuf> {
        let text = self.scalar(name, node)?;
        if text.is_empty() || text.contains('\0') {
            self.refuse_at(node.place, format!("`{}` is no path", self.path_of(name)), None);
            return None;
        }
        let joined = self.shared.directory.join(text);
        let path = std::path::absolute(&joined).unwrap_or(joined);
        self.paths.push((name.to_owned(), path.clone()));
        Some(path)
    }

    /// Takes a path that must be there.
    ///
    /// # Errors
    ///
    /// If it is not there, or no path; that is reported.
    pub fn need_path(&mut self, name: &str) -> Result<PathBuf, Reported> {
        self.need(name, Self::take_path)
    }
}

/// What a value of a shape is called, and what to write for one.
fn said(shape: &Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Bool => ("truth value", "write true or false"),
        Shape::Count => ("count", "a count is a whole number, such as 100"),
        Shape::Size => ("size", "a size is a number and a unit, such as 512KiB, 64MiB or 2GB"),
        Shape::Rate => ("rate", "a rate is so many in a time, such as 1000/s, 50/min or 1MiB/s"),
        Shape::Time => ("time", "a time is a number and a unit, such as 500ms, 30s, 10m, 1h30m or 30d"),
        Shape::Mode => ("file mode", "a mode is three octal digits, such as 0640"),
        _ => ("value", "write a single value"),
    }
}
