//! A record that is asked about, in words.

use super::route::roles;
use super::switches::Site;
use super::{CallsitePattern, Explanation, Plan, PlanError, ReservedNames};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use tracework_core::{Callsite, Draft, Head, Key, Kind, Page, Reserved, Severity, SpanNode, Timestamp, Value};

/// A record that is asked about.
#[derive(Clone, Debug)]
pub struct Query {
    /// How serious it is.
    pub severity: Severity,
    /// What sort it is.
    pub kind: Kind,
    /// Its target; empty is that of its callsite, if that was reached.
    pub target: String,
    /// Its message.
    pub message: String,
    /// Its category.
    pub category: Option<String>,
    /// Its tags, with commas between.
    pub tags: Option<String>,
    /// The destinations that it names.
    pub destinations: Option<String>,
    /// Its fields; reserved names say what they say in a program.
    pub fields: Vec<(String, String)>,
    /// The spans around it, the outermost first.
    pub spans: Vec<SpanQuery>,
    /// Where it is emitted: switches of callsites look at that.
    pub callsite: Option<CallsiteQuery>,
    /// The least severity that `tracing` was compiled with, where that is not known by itself.
    pub static_max_level: Option<Severity>,
}

/// A span around a record that is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpanQuery {
    /// Its name; empty is a span of which only the fields are asked about.
    pub name: String,
    /// Its fields; reserved names say what they say in a program.
    pub fields: Vec<(String, String)>,
}

/// The callsite of a record that is asked about: `src/db.rs:42`, of which the path may be the end of the whole one, or
/// `#17`, its number.
///
/// ```
/// use tracework_engine::CallsiteQuery;
///
/// let at: CallsiteQuery = "src/db.rs:42".parse()?;
/// assert_eq!(at.to_string(), "src/db.rs:42");
/// assert!("src/db.rs".parse::<CallsiteQuery>().is_err());
/// # Ok::<(), tracework_engine::PlanError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CallsiteQuery(CallsitePattern);

impl fmt::Display for CallsiteQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CallsiteQuery {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, PlanError> {
        let refused = |why: &str| PlanError::BadCallsite { text: text.chars().take(80).collect(), why: why.to_owned() };
        let pattern = match text.parse::<CallsitePattern>() {
            Ok(pattern) => pattern,
            Err(PlanError::BadPattern { why, .. }) => return Err(refused(&why)),
            Err(other) => return Err(other),
        };
        match pattern.place() {
            Some((file, _)) if file.contains('*') => {
                Err(refused("one callsite is asked about, so `*` cannot stand here"))
            }
            None if !pattern.is_number() => Err(refused("write FILE:LINE")),
            _ => Ok(Self(pattern)),
        }
    }
}

impl CallsiteQuery {
    /// The callsite that is meant, if it was reached; of several at one line, that of `target`.
    fn find(&self, target: &str) -> Option<&'static Callsite> {
        let meant = || Callsite::all().filter(|callsite| !callsite.is_span && self.0.matches(callsite));
        meant().find(|callsite| callsite.target == target).or_else(|| meant().next())
    }
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
            spans: Vec::new(),
            callsite: None,
            static_max_level: None,
        }
    }
}

impl Query {
    /// A record of this callsite, at its severity.
    ///
    /// ```
    /// # let control = tracework_engine::Control::new();
    /// for count in control.callsites() {
    ///     let query = tracework_engine::Query::of(count.callsite);
    ///     println!("{}", control.explain(&query));
    /// }
    /// ```
    #[must_use]
    pub fn of(callsite: &'static Callsite) -> Self {
        Self {
            severity: callsite.severity,
            target: callsite.target.to_owned(),
            callsite: format!("#{}", callsite.id().number()).parse().ok(),
            ..Self::default()
        }
    }

    /// The span around the record, if there are any.
    fn span(&self, draft: &mut Draft, head: Head, names: &ReservedNames) -> Option<Arc<SpanNode>> {
        self.spans.iter().fold(None, |parent, span| {
            draft.begin(head);
            for (key, value) in &span.fields {
                match names.get(key).and_then(|reserved| Some((reserved, said_of_span(reserved, value)?))) {
                    Some((reserved, value)) => draft.reserved(reserved, value),
                    None => draft.field(Key::Name(key), typed(value)),
                }
            }
            Some(match span.name.as_str() {
                "" => SpanNode::new(None, parent, draft),
                name => SpanNode::named(name, parent, draft),
            })
        })
    }

    /// Its own part, behind the head.
    fn write(&self, draft: &mut Draft, names: &ReservedNames) {
        draft.message_str(&self.message);
        if !self.target.is_empty() {
            draft.reserved(Reserved::Target, Value::Str(&self.target));
        }
        let own = [
            (Reserved::Tags, &self.tags),
            (Reserved::Category, &self.category),
            (Reserved::Destinations, &self.destinations),
        ];
        for (reserved, text) in own {
            if let Some(text) = text {
                draft.reserved(reserved, Value::Str(text));
            }
        }
        for (key, value) in &self.fields {
            if !names.get(key).is_some_and(|reserved| say(draft, reserved, value)) {
                draft.field(Key::Name(key), typed(value));
            }
        }
    }
}

/// Says of a record what a field of a reserved name says of it; `false` if that is not understood.
fn say(draft: &mut Draft, reserved: Reserved, text: &str) -> bool {
    match reserved {
        Reserved::Severity => text.parse().map(|severity| draft.set_severity(severity)).is_ok(),
        Reserved::Kind => text.parse().map(|kind| draft.set_kind(kind)).is_ok(),
        Reserved::Level => false,
        _ => {
            draft.reserved(reserved, Value::Str(text));
            true
        }
    }
}

/// The value that a span keeps of what it says; `None` if that is not understood, and so is an ordinary field.
fn said_of_span(reserved: Reserved, text: &str) -> Option<Value<'_>> {
    Some(match reserved {
        Reserved::Level if text.eq_ignore_ascii_case("off") => Value::U64(0),
        Reserved::Level | Reserved::Severity => Value::U64(text.parse::<Severity>().ok()?.number().into()),
        Reserved::Kind => Value::U64(text.parse::<Kind>().ok()? as u64),
        _ => Value::Str(text),
    })
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

impl Plan {
    /// Where a record like `query` goes, and why. It asks the same code as the engine; fields have the usual reserved
    /// names. [`Control::explain`](crate::Control::explain) knows those of its pipeline, and how `tracing` was compiled.
    #[must_use]
    pub fn explain(&self, query: &Query) -> Explanation {
        self.explain_by(query, &ReservedNames::default())
    }

    pub(crate) fn explain_by(&self, query: &Query, names: &ReservedNames) -> Explanation {
        let mut draft = Draft::new(self.spec.limits);
        let callsite = query.callsite.as_ref().and_then(|asked| asked.find(&query.target));
        let head = Head {
            time: Timestamp::default(),
            severity: query.severity,
            kind: query.kind,
            callsite,
            generation: self.generation,
            roles: roles::DESTINATION | roles::TAG_FILTER | roles::METADATA,
        };
        let span = query.span(&mut draft, Head { callsite: None, ..head }, names);
        draft.begin(head);
        query.write(&mut draft, names);
        let mut page = Page::default();
        page.set_metadata(Some(Arc::clone(self.metadata())));
        let pick = page.push(&draft, span.as_ref());
        let record = page.record(pick);
        let said = query.callsite.as_ref().filter(|_| callsite.is_none()).and_then(|asked| asked.0.place());
        let site = said.map(|(file, line)| Site {
            file: Some(file),
            line: Some(line),
            target: record.target(),
            ..Site::default()
        });
        let mut explanation = self.explain_at(&record, site);
        let least = query.static_max_level.filter(|least| callsite.is_none() && query.severity < *least);
        least.into_iter().for_each(|least| explanation.compiled_out(least));
        explanation
    }
}
