//! Why a record goes, or does not go, to each destination.

use super::route::{Notes, roles};
use super::{Mask, Plan};
use std::fmt;
use std::sync::Arc;
use tracework_core::{Callsite, Draft, Head, Key, Kind, Page, Record, Reserved, Severity, SpanNode, Timestamp, Value};

/// A record that is asked about.
#[derive(Clone, Debug)]
pub struct Query {
    /// How serious it is.
    pub severity: Severity,
    /// What sort it is.
    pub kind: Kind,
    /// Its target.
    pub target: String,
    /// Its message.
    pub message: String,
    /// Its category.
    pub category: Option<String>,
    /// Its tags, with commas between.
    pub tags: Option<String>,
    /// The destinations that it names.
    pub destinations: Option<String>,
    /// Its fields.
    pub fields: Vec<(String, String)>,
    /// The fields of a span around it; reserved names say what they say in a program.
    pub span: Vec<(String, String)>,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            severity: Severity::INFO,
            kind: Kind::Log,
            target: String::new(),
            message: String::new(),
            category: None,
            tags: None,
            destinations: None,
            fields: Vec::new(),
            span: Vec::new(),
        }
    }
}

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
    /// A filter of the whole pipeline rejects it.
    GlobalFilter,
    /// The destination is switched off.
    Disabled,
    /// It takes other severities.
    Level,
    /// It takes other kinds.
    Kind,
    /// It asks for other tags.
    Tags,
    /// A filter of its own rejects it: the filter's words.
    Filter(String),
    /// Its callsite is switched off.
    Switched,
    /// No `DestinationLayer` saw it, or that is switched off.
    NoLayer,
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
            Self::GlobalFilter => "a filter of the whole pipeline rejects it",
            Self::Disabled => "it is switched off",
            Self::Level => "it takes other severities",
            Self::Kind => "it takes other kinds",
            Self::Tags => "it asks for other tags",
            Self::Filter(words) => return write!(f, "its filter rejects the record: {words}"),
            Self::Switched => "its callsite is switched off",
            Self::NoLayer => "no DestinationLayer saw it",
        })
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
            writeln!(f, "tracing was compiled with {level} as its highest level: nothing below is ever emitted")?;
        }
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Reasons {
    whys: Vec<Option<Why>>,
    unknown: Vec<String>,
}

impl Notes for Reasons {
    const LISTENS: bool = true;

    fn note(&mut self, place: usize, why: Why) {
        if self.whys.len() <= place {
            self.whys.resize(place + 1, None);
        }
        self.whys[place] = Some(why);
    }

    fn unknown(&mut self, name: &str) {
        self.unknown.push(name.to_owned());
    }
}

impl Plan {
    /// Where a record like `query` goes, and why. It asks the same code as the engine.
    #[must_use]
    pub fn explain(&self, query: &Query) -> Explanation {
        let mut draft = Draft::new(self.spec.limits);
        let head = Head {
            time: Timestamp::default(),
            severity: query.severity,
            kind: query.kind,
            callsite: None,
            generation: self.generation,
            roles: roles::DESTINATION | roles::TAG_FILTER | roles::METADATA,
        };
        draft.begin(head);
        for (key, value) in &query.span {
            match Reserved::named(key) {
                Some(reserved) => draft.reserved(reserved, reserved_value(reserved, value)),
                None => draft.field(Key::Name(key), typed(value)),
            }
        }
        let no_callsite: Option<&'static Callsite> = None;
        let span = (!query.span.is_empty()).then(|| SpanNode::new(no_callsite, None, &mut draft));
        draft.begin(head);
        draft.message_str(&query.message);
        draft.reserved(Reserved::Target, Value::Str(&query.target));
        let own = [
            (Reserved::Tags, &query.tags),
            (Reserved::Category, &query.category),
            (Reserved::Destinations, &query.destinations),
        ];
        for (reserved, text) in own {
            if let Some(text) = text {
                draft.reserved(reserved, Value::Str(text));
            }
        }
        query.fields.iter().for_each(|(key, value)| draft.field(Key::Name(key), typed(value)));
        let mut page = Page::default();
        page.set_metadata(Some(Arc::clone(self.metadata())));
        let pick = page.push(&draft, span.as_ref());
        self.explain_record(&page.record(pick))
    }

    /// Where `record` goes, and why.
    #[must_use]
    pub fn explain_record(&self, record: &Record<'_>) -> Explanation {
        let mut reasons = Reasons::default();
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

/// The value that a text on a command line stands for.
fn typed(text: &str) -> Value<'_> {
    if let Ok(number) = text.parse() {
        Value::I64(number)
    } else if let Ok(number) = text.parse() {
        Value::F64(number)
    } else if let Ok(truth) = text.parse() {
        Value::Bool(truth)
    } else {
        Value::Str(text)
    }
}

fn reserved_value(reserved: Reserved, text: &str) -> Value<'_> {
    if reserved == Reserved::Level {
        let number = text.parse::<Severity>().map_or(0, |severity| u64::from(severity.number()));
        return Value::U64(number);
    }
    Value::Str(text)
}
