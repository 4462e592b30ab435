//! Taking maps whose names the writer chooses, and what may be one word or a section.

use super::Section;
use crate::nearest::suggest;
use crate::place::shown;
use crate::raw::{Data, Key, Node};
use crate::schema::Shape;
use tracework_core::Credential;

impl<'a> Section<'a> {
    /// Takes a map of texts under names of the writer's choosing: `labels: { app: shop, team: payments }`.
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
    ///     assert_eq!(section.take_texts("labels"), Some(vec![("app".to_owned(), "shop".to_owned())]));
    ///     Ok(Pager)
    /// });
    /// Config::from_str("my.yml", "destinations: { me: { type: pager, labels: { app: shop } } }", &registry)?;
    /// # Ok::<(), tracework_config::Error>(())
    /// ```
    pub fn take_texts(&mut self, name: &str) -> Option<Vec<(String, String)>> {
        self.take_each(name, |section, key, node| section.scalar(&key.text, node).map(str::to_owned))
    }

    /// As [`Section::take_texts`], of texts that may be secrets, such as the values of headers: none is in a message, and
    /// `NAME_file` names the file that holds that of `NAME`.
    pub fn take_secrets(&mut self, name: &str) -> Option<Vec<(String, Credential)>> {
        let taken = self.take_each(name, |section, key, node| {
            let in_file = key.text.strip_suffix("_file").filter(|name| !name.is_empty());
            let secret = match in_file {
                Some(_) => section.secret_in(&key.text, node)?,
                None => section.secret_at(&key.text, node)?,
            };
            Some((in_file.unwrap_or(&key.text).to_owned(), secret))
        })?;
        Some(taken.into_iter().map(|(_, pair)| pair).collect())
    }

    fn take_each<T>(
        &mut self,
        name: &str,
        mut take: impl FnMut(&mut Section<'a>, &'a Key, &'a Node) -> Option<T>,
    ) -> Option<Vec<(String, T)>> {
        let (key, node) = self.take_entry(name, Shape::named(Shape::Text))?;
        let Data::Map(entries) = &node.data else {
            let message = format!("`{}` must be a map; this is {}", self.path_of(name), node.noun());
            self.refuse_at(node.place, message, Some("write `{ name: value }`, or indented lines".into()));
            return None;
        };
        let mut section = Section::new(self.shared, self.slot, self.path_of(name), key.place, entries);
        let taken = entries.iter().filter_map(|(key, node)| Some((key.text.clone(), take(&mut section, key, node)?)));
        let taken = taken.collect();
        self.secrets = self.secrets.wrapping_add(section.secrets);
        Some(taken)
    }

    /// Takes one of several words, each with what it stands for, or a section in the place of a word, read by `read`:
    /// `body: json`, or `body: { template: .. }`.
    pub fn take_word_or<T: Clone>(
        &mut self,
        name: &str,
        words: &[(&str, T)],
        read: impl FnOnce(&mut Section<'_>) -> Option<T>,
    ) -> Option<T> {
        self.note_words(name, words.iter().map(|(word, _)| *word));
        let (_, node) = self.take_entry(name, Shape::Map)?;
        match &node.data {
            Data::Scalar { text, .. } => {
                let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
                if found.is_none() {
                    let message = format!("`{}` is nothing that `{}` can be", shown(text), self.path_of(name));
                    self.refuse_at(node.place, message, suggest(text, words.iter().map(|(word, _)| *word)));
                }
                found.map(|(_, value)| value.clone())
            }
            _ => self.within(name, read).flatten(),
        }
    }
}
