//! Values of the logging's own: severities, kinds, rules, tags.

use super::Section;
use crate::nearest::suggest;
use crate::place::{Place, shown};
use crate::raw::{Data, Node};
use crate::schema::Shape;
use std::ops::Range;
use tracework_core::{Kind, KindSet, Severity, SeveritySet, TagFilter};
use tracework_rules::{Rule, RuleError};

/// The severities of a word: a threshold, or `off`.
pub(crate) fn off_or_level(word: &str) -> Option<SeveritySet> {
    if word.eq_ignore_ascii_case("off") {
        return Some(SeveritySet::NONE);
    }
    word.parse().ok().map(SeveritySet::at_least)
}

/// The names of the severities.
pub(crate) fn severities() -> impl Iterator<Item = &'static str> {
    Severity::ALL.into_iter().map(Severity::name)
}

/// The names of the kinds, as they stand where a level is accepted.
pub(crate) fn kind_names() -> impl Iterator<Item = &'static str> {
    ["AUDIT", "SECURITY", "JOB_STATUS"].into_iter()
}

impl<'a> Section<'a> {
    /// Takes a threshold, or `off`.
    pub fn take_level(&mut self, name: &str) -> Option<SeveritySet> {
        let node = self.take(name, Shape::level())?;
        let text = self.scalar(name, node)?;
        let levels = off_or_level(text);
        if levels.is_none() {
            let help = suggest(text, severities().chain(["off"]));
            self.refuse_at(node.place, format!("`{}` is no level", shown(text)), help);
        }
        levels
    }

    /// Takes kinds of records.
    pub fn take_kinds(&mut self, name: &str) -> Option<KindSet> {
        let nodes = self.take_nodes(name, Shape::words(Kind::ALL.map(Kind::name)))?;
        let kinds = nodes.into_iter().filter_map(|(text, node)| {
            let kind: Option<Kind> = text.parse().ok();
            if kind.is_none() {
                let help = suggest(text, Kind::ALL.map(Kind::name));
                self.refuse_at(node.place, format!("`{}` is no kind of record", shown(text)), help);
            }
            kind
        });
        Some(kinds.collect())
    }

    /// Takes a rule of the matching language.
    pub fn take_rule(&mut self, name: &str) -> Option<Rule> {
        let node = self.take(name, Shape::Rule)?;
        let text = self.scalar(name, node)?;
        Rule::parse(text).map_err(|error| self.refuse_rule(node, text, &error)).ok()
    }

    /// Takes several rules of the matching language, or a single one.
    pub fn take_rules(&mut self, name: &str) -> Option<Vec<Rule>> {
        let nodes = self.take_nodes(name, Shape::Rule)?;
        let rules = nodes
            .into_iter()
            .filter_map(|(text, node)| Rule::parse(text).map_err(|error| self.refuse_rule(node, text, &error)).ok());
        Some(rules.collect())
    }

    /// Reports what is wrong in `text`, which is the value of `node`, at its own place in the file.
    pub(crate) fn refuse_rule(&self, node: &Node, text: &str, error: &RuleError) {
        let place = self.place_in(node, text, error.span());
        self.refuse_at(place, error.message(), error.hint().map(str::to_owned));
    }

    /// Where the bytes `part` of `text`, the value of `node`, stand; the whole value, if it is not written as it is.
    pub(super) fn place_in(&self, node: &Node, text: &str, part: Range<usize>) -> Place {
        let counted = text.get(..part.start).zip(text.get(part));
        match self.offset(node, text).zip(counted) {
            Some((quote, (before, part))) => node.place.moved(quote + before.chars().count(), part.chars().count()),
            None => node.place,
        }
    }

    /// How many characters stand before `text` in the place of `node`, if it stands there as it is.
    fn offset(&self, node: &Node, text: &str) -> Option<usize> {
        let line = self.shared.problems.line(node.place)?;
        let from = line.char_indices().nth(node.place.column - 1).map_or("", |(at, _)| &line[at..]);
        let quotes = usize::from(from.starts_with(['"', '\'']));
        from[quotes..].starts_with(text).then_some(quotes)
    }

    /// Takes the tags that a record must and must not have: a list of which it needs one, or `{ any, all, none }`.
    pub fn take_tags(&mut self, name: &str) -> Option<TagFilter> {
        self.note(name, Shape::list(Shape::Text));
        let node = self.take(name, Shape::Map)?;
        if !matches!(node.data, Data::Map(_)) {
            return self.take_list(name).map(|any| TagFilter { any, ..TagFilter::default() });
        }
        self.within(name, |tags| {
            tags.about(&[
                ("any", "Keeps records with at least one of these tags.", "[PAYMENT, BILLING]"),
                ("all", "Keeps records with each of these tags.", "[PAYMENT]"),
                ("none", "Keeps records with none of these tags.", "[NOISY]"),
            ]);
            TagFilter {
                any: tags.take_list("any").unwrap_or_default(),
                all: tags.take_list("all").unwrap_or_default(),
                none: tags.take_list("none").unwrap_or_default(),
            }
        })
    }
}
