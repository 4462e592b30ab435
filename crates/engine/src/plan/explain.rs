//! Why a record goes, or does not go, to each destination.

use super::route::Notes;
use super::switches::Site;
use super::{Mask, Plan};
use std::fmt;
use tracework_core::{Kind, KindSet, Record, Severity, SeveritySet};

/// Why a destination gets a record, or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// It gets it: a route or the default leads there, and it takes it.
    Routed,
    /// It gets it: the record names it.
    Named,
    /// The record names others.
    NamedOthers,
    /// The record says that it must not get it.
    Removed,
    /// Neither a route, nor the default, nor a span leads there.
    NotRouted,
    /// `targets` silences the record's target at its severity.
    TargetLevel,
    /// It has not the tags that the whole pipeline asks for.
    GlobalTags,
    /// A filter of the whole pipeline rejects it.
    GlobalFilter {
        /// What the filter is called.
        name: String,
        /// What it says of itself.
        words: String,
    },
    /// The destination is switched off.
    Disabled,
    /// It takes other severities: these.
    Level(SeveritySet),
    /// It takes other kinds: these.
    Kind(KindSet),
    /// It asks for other tags.
    Tags,
    /// A filter of its own rejects it: the filter's words.
    Filter(String),
    /// Its callsite is switched off.
    Switched,
    /// No `DestinationLayer` saw it, or that is switched off.
    NoLayer,
    /// `tracing` was compiled without records of its severity.
    StaticLevel,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Routed => "a route or the default leads there, and it takes the record",
            Self::Named => "the record names it",
            Self::NamedOthers => "the record names others",
            Self::Removed => "the record takes it out with `-`",
            Self::NotRouted => "no route leads there",
            Self::TargetLevel => "`targets` silences this target at this severity",
            Self::GlobalTags => "the pipeline's `tags` ask for others",
            Self::GlobalFilter { name, words } => {
                return write!(f, "the pipeline's filter `{name}` rejects it: {words}");
            }
            Self::Disabled => "it is switched off",
            Self::Level(levels) => return write_levels(f, *levels),
            Self::Kind(kinds) => return write!(f, "it takes {}", alone(kinds.iter().map(Kind::name))),
            Self::Tags => "it asks for other tags",
            Self::Filter(words) => return write!(f, "its filter rejects the record: {words}"),
            Self::Switched => "its callsite is switched off",
            Self::NoLayer => "no DestinationLayer saw it",
            Self::StaticLevel => "tracing was compiled without it",
        })
    }
}

fn write_levels(f: &mut fmt::Formatter<'_>, levels: SeveritySet) -> fmt::Result {
    match levels.least() {
        Some(least) if levels == SeveritySet::at_least(least) => write!(f, "it takes {least} and above"),
        _ => write!(f, "it takes {}", alone(levels.iter().map(Severity::name))),
    }
}

/// `ERROR, INFO and nothing else`.
fn alone(names: impl Iterator<Item = &'static str>) -> String {
    match names.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "nothing at all".to_owned(),
        names => format!("{names} and nothing else"),
    }
}

/// Where a record goes, and why.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Each destination: its name, whether it gets the record, and why or why not.
    pub destinations: Vec<(String, bool, Why)>,
    /// The routes, as they are written, and whether each matches.
    pub routes: Vec<(String, bool)>,
    /// The filters with a memory that are then asked about it, each with what it does: what they answer depends on what
    /// came before.
    pub filters: Vec<(String, String)>,
    /// Names in the record that no destination has.
    pub unknown: Vec<String>,
    /// The level below which `tracing` itself was compiled out, if that is why.
    pub static_max_level: Option<String>,
}

impl Explanation {
    /// Says that `tracing` was compiled without what is below `least`: nothing gets the record.
    pub(super) fn compiled_out(&mut self, least: Severity) {
        self.static_max_level = Some(least.name().to_owned());
        self.filters.clear();
        for (_, gets, why) in self.destinations.iter_mut().filter(|(_, gets, _)| *gets) {
            (*gets, *why) = (false, Why::StaticLevel);
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.destinations.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
        for (name, gets, why) in &self.destinations {
            let sign = if *gets { "yes" } else { "no " };
            writeln!(f, "{sign}  {name:width$}  {why}")?;
        }
        for (rule, matches) in &self.routes {
            writeln!(f, "route {}: {rule}", if *matches { "matches" } else { "does not match" })?;
        }
        for (name, what) in &self.filters {
            writeln!(f, "then the filter {name} is asked: {what}")?;
        }
        for name in &self.unknown {
            writeln!(f, "no destination is called `{name}`: the name is passed over")?;
        }
        if let Some(level) = &self.static_max_level {
            writeln!(f, "tracing was compiled with {level} as its highest level: nothing below is emitted")?;
        }
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Reasons<'a> {
    whys: Vec<Option<Why>>,
    unknown: Vec<String>,
    site: Option<Site<'a>>,
}

impl Notes for Reasons<'_> {
    const LISTENS: bool = true;

    fn note(&mut self, place: usize, why: Why) {
        if self.whys.len() <= place {
            self.whys.resize(place + 1, None);
        }
        self.whys[place] = Some(why);
    }

    fn unknown(&mut self, name: &str) {
        if !self.unknown.iter().any(|other| other == name) {
            self.unknown.push(name.to_owned());
        }
    }

    fn site(&self) -> Option<Site<'_>> {
        self.site
    }
}

impl Plan {
    /// Where `record` goes, and why.
    #[must_use]
    pub fn explain_record(&self, record: &Record<'_>) -> Explanation {
        self.explain_at(record, None)
    }

    /// The same, of a record whose callsite is only said.
    pub(super) fn explain_at(&self, record: &Record<'_>, site: Option<Site<'_>>) -> Explanation {
        let mut reasons = Reasons { site, ..Reasons::default() };
        let mask: Mask = self.route(record, &mut reasons);
        let destinations = self.destinations().iter().enumerate().map(|(place, destination)| {
            let why = reasons.whys.get(place).cloned().flatten().unwrap_or(Why::NotRouted);
            (destination.name.clone(), mask & 1 << place != 0, why)
        });
        Explanation {
            destinations: destinations.collect(),
            routes: self.spec.routes.iter().map(|route| (route.when.to_string(), route.when.matches(record))).collect(),
            filters: self.filters_asked(record, mask),
            unknown: reasons.unknown,
            static_max_level: None,
        }
    }
}
