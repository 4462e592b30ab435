//! Filters with a memory: at the top, in a route, in a destination.

use crate::nearest::suggest;
use crate::place::{Place, shown};
use crate::raw::{Data, Key, Node};
use crate::registry::MadeFilter;
use crate::save::usual;
use crate::schema::Shape;
use crate::section::{Reported, Section};
use std::sync::Arc;
use std::time::Duration;
use tracework_core::{Decision, Description, Filter, NamedFilter, Record, StatefulFilter, Timestamp};
use tracework_engine::{Burst, Dedup, Except, FilterKey, RateLimit, Sample};
use tracework_rules::Rule;

/// The types that are always there.
const TYPES: [&str; 5] = ["rate", "dedup", "burst", "sample", "rule"];

/// A filter that was read.
pub(super) enum Read {
    /// One that only looks at the record, by its name.
    Plain(String, Arc<dyn Filter>),
    Remembers(NamedFilter),
}

/// A filter that only looks at the record, at a place where filters remember.
struct Plain(Arc<dyn Filter>);

impl StatefulFilter for Plain {
    fn decide(&mut self, record: &Record<'_>, _: Timestamp) -> Decision {
        if self.0.keep(record) { Decision::Keep } else { Decision::Drop }
    }

    fn describe(&self) -> String {
        self.0.describe()
    }

    fn as_config(&self) -> Option<Description> {
        self.0.as_config()
    }
}

impl Read {
    fn name(&self) -> &str {
        match self {
            Self::Plain(name, _) => name,
            Self::Remembers(filter) => filter.name(),
        }
    }

    /// One that remembers, if it must.
    pub(super) fn remembering(self) -> NamedFilter {
        match self {
            Self::Plain(name, filter) => NamedFilter::new(name, Plain(filter)),
            Self::Remembers(filter) => filter,
        }
    }
}

/// `filters: [{ type: rate, limit: 100 }]`, or `filters: { NAME: { type: rate, limit: 100 } }`.
pub(super) fn filters(section: &mut Section<'_>) -> Vec<Read> {
    section.note("filters", Shape::Sections);
    let Some(node) = section.take("filters", Shape::named(Shape::Map)) else { return Vec::new() };
    let path = section.path_of("filters");
    let items: Vec<(Option<&str>, String, Place, &Node)> = match &node.data {
        Data::Map(entries) => {
            let named = |key: &Key| format!("{path}.{}", key.text);
            entries.iter().map(|(key, node)| (Some(key.text.as_str()), named(key), key.place, node)).collect()
        }
        Data::List(list) => list
            .iter()
            .enumerate()
            .map(|(number, node)| (None, format!("{path}[{number}]"), node.place, node))
            .collect(),
        _ => {
            let help = "write `- { type: rate, limit: 100, per: 1s }`, a line for each filter";
            let message = format!("`{path}` must be a list, or a map of names; this is {}", node.noun());
            section.refuse_at(node.place, message, Some(help.into()));
            return Vec::new();
        }
    };
    let mut filters: Vec<Read> = Vec::new();
    for (name, path, place, node) in items {
        let Some(mut item) = section.item("filters", path, place, node) else { continue };
        let Ok(filter) = filter(&mut item, name) else { continue };
        if filters.iter().any(|other| other.name() == filter.name()) {
            let twice = format!("another filter here is called `{}` already", shown(filter.name()));
            item.refuse(if item.has("name") { "name" } else { "type" }, format!("{twice}; give it a `name`"));
        }
        filters.push(filter);
    }
    filters
}

fn filter(section: &mut Section<'_>, name: Option<&str>) -> Result<Read, Reported> {
    section.about(&[
        ("type", "What it does.", "rate"),
        ("name", "What it is called in reports, where it stands in a list; without it, its type.", "flood"),
        ("except", "Records that it always keeps and does not count, as a rule.", "level >= ERROR"),
    ]);
    let name = match name {
        Some(name) => Some(name.to_owned()),
        None => section.take_str("name"),
    };
    let except = section.take_rule("except");
    let registry = section.shared().registry;
    let types = TYPES.into_iter().chain(registry.filters());
    let (kind, node) = section.need("type", |section, name| section.take_type(name, types.clone()))?;
    let made = match kind {
        "rate" => rate(section).map(|filter| MadeFilter::Stateful(Box::new(filter))),
        "dedup" => dedup(section).map(|filter| MadeFilter::Stateful(Box::new(filter))),
        "burst" => burst(section).map(|filter| MadeFilter::Stateful(Box::new(filter))),
        "sample" => sample(section).map(|filter| MadeFilter::Stateful(Box::new(filter))),
        "rule" => rule(section).map(|rule| MadeFilter::Plain(Arc::new(rule))),
        other => match registry.filters.factory(other) {
            Some(make) => make(section),
            None => {
                let help = suggest(kind, types);
                return Err(section.refuse_at(node.place, format!("`{}` is no type of filter", shown(kind)), help));
            }
        },
    };
    section.note_usual(|| {
        let description = match &made {
            Ok(MadeFilter::Plain(filter)) => filter.as_config(),
            Ok(MadeFilter::Stateful(filter)) => filter.as_config(),
            Err(_) => None,
        };
        description.map(|description| usual::of_description(&description)).unwrap_or_default()
    });
    section.finish();
    let name = name.unwrap_or_else(|| kind.to_owned());
    Ok(match (made?, except) {
        (MadeFilter::Plain(filter), None) => Read::Plain(name, filter),
        (MadeFilter::Plain(filter), Some(rule)) => {
            Read::Remembers(NamedFilter::new(name, Except::new(rule, Plain(filter))))
        }
        (MadeFilter::Stateful(filter), None) => Read::Remembers(NamedFilter::boxed(name, filter)),
        (MadeFilter::Stateful(filter), Some(rule)) => {
            Read::Remembers(NamedFilter::new(name, Except::new(rule, filter)))
        }
    })
}

fn rate(section: &mut Section<'_>) -> Result<RateLimit, Reported> {
    section.about(&[
        ("limit", "How many records it keeps in the time `per`.", "100"),
        ("per", "The time that `limit` is meant for; a second without it.", "1s"),
        ("burst", "How many may come at once; without it, `limit`.", "500"),
    ]);
    about_keys(section);
    let (limit, per) = (section.need("limit", count), time(section, "per"));
    let (burst, keys) = (count(section, "burst"), keys(section));
    let (mut filter, (key, keys)) = (RateLimit::new(limit?, per?), keys?);
    if let Some(burst) = burst {
        filter = filter.burst(burst);
    }
    if let Some(key) = key {
        filter = filter.by(key);
    }
    Ok(match keys {
        Some(keys) => filter.keys(keys),
        None => filter,
    })
}

fn dedup(section: &mut Section<'_>) -> Result<Dedup, Reported> {
    section.about(&[("window", "How long after the first one a record counts as its repetition.", "10s")]);
    about_keys(section);
    let (window, keys) = (section.need("window", Section::take_duration), keys(section));
    let (mut filter, (key, keys)) = (Dedup::within(window?), keys?);
    if let Some(key) = key {
        filter = filter.by(key);
    }
    Ok(match keys {
        Some(keys) => filter.keys(keys),
        None => filter,
    })
}

fn burst(section: &mut Section<'_>) -> Result<Burst, Reported> {
    section.about(&[
        ("first", "How many records it keeps at the beginning of each period.", "10"),
        ("per", "The length of a period; a second without it.", "1s"),
        ("then_one_in", "Of the rest of a period it keeps one in so many; without it, none.", "100"),
    ]);
    about_keys(section);
    let (first, per) = (section.need("first", Section::take_count), time(section, "per"));
    let (many, keys) = (count(section, "then_one_in"), keys(section));
    let (mut filter, (key, keys)) = (Burst::first(first? as u64, per?), keys?);
    if let Some(many) = many {
        filter = filter.then_one_in(many);
    }
    if let Some(key) = key {
        filter = filter.by(key);
    }
    Ok(match keys {
        Some(keys) => filter.keys(keys),
        None => filter,
    })
}

fn sample(section: &mut Section<'_>) -> Result<Sample, Reported> {
    section.about(&[
        ("probability", "The part of the records that it keeps, from 0 to 1.", "0.1"),
        ("one_in", "Keeps one record in so many; excludes `probability`.", "10"),
        ("by", "Keeps or drops all records alike that have the same values, in every process.", "[context.request_id]"),
    ]);
    let (probability, one_in) = (probability(section), count(section, "one_in"));
    let key = key(section)?;
    let filter = match (probability, one_in) {
        (Some(_), Some(_)) => return Err(section.refuse("one_in", "`probability` and `one_in` exclude each other")),
        (Some(probability), None) => Sample::probability(probability),
        (None, Some(many)) => Sample::one_in(many),
        (None, None) if section.has("probability") || section.has("one_in") => return Err(Reported),
        (None, None) => {
            let help = "write `probability: 0.1`, or `one_in: 10`".to_owned();
            return Err(section.refuse_at(section.place(), "a sample needs `probability` or `one_in`", Some(help)));
        }
    };
    Ok(match key {
        Some(key) => filter.by(key),
        None => filter,
    })
}

fn rule(section: &mut Section<'_>) -> Result<Rule, Reported> {
    section.about(&[("when", "The records that it keeps, as a rule.", "not message contains 'health check'")]);
    section.need("when", Section::take_rule)
}

fn about_keys(section: &mut Section<'_>) {
    section.about(&[
        ("by", "What it tells records apart by: callsite, fields, and the subjects of rules.", "[context.user_id]"),
        ("keys", "How many of these it remembers; of more, it forgets the one not seen for the longest time.", "4096"),
    ]);
}

/// `by` and `keys`.
fn keys(section: &mut Section<'_>) -> Result<(Option<FilterKey>, Option<usize>), Reported> {
    let key = key(section)?;
    let keys = count(section, "keys").map(|keys| usize::try_from(keys).unwrap_or(usize::MAX));
    if keys.is_some_and(|keys| keys > 1 << 20) {
        return Err(section.refuse("keys", "1048576 keys are the most"));
    }
    Ok((key, keys))
}

/// `by: [callsite, context.user_id]`.
pub(super) fn key(section: &mut Section<'_>) -> Result<Option<FilterKey>, Reported> {
    let Some(nodes) = section.take_nodes("by", Shape::Text) else { return Ok(None) };
    let mut reported = None;
    for (text, node) in &nodes {
        if let Err(error) = FilterKey::parse([text]) {
            section.refuse_rule(node, text, &error);
            reported = Some(Reported);
        }
    }
    match (reported, FilterKey::parse(nodes.iter().map(|(text, _)| text))) {
        (None, Ok(key)) => Ok(Some(key)),
        _ => Err(Reported),
    }
}

/// A count of one at least.
fn count(section: &mut Section<'_>, name: &str) -> Option<u64> {
    let count = section.take_count(name)?;
    if count == 0 {
        section.refuse(name, format!("`{}` must be at least 1", section.path_of(name)));
        return None;
    }
    Some(count as u64)
}

fn time(section: &mut Section<'_>, name: &str) -> Result<Duration, Reported> {
    let time = section.take_duration(name).unwrap_or(Duration::from_secs(1));
    if time.is_zero() {
        return Err(section.refuse(name, format!("`{}` must be longer than nothing", section.path_of(name))));
    }
    Ok(time)
}

fn probability(section: &mut Section<'_>) -> Option<f64> {
    let text = section.take_str("probability")?;
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    if number.is_none() {
        section.refuse("probability", format!("`{}` is no probability: a number from 0 to 1", shown(&text)));
    }
    number
}
