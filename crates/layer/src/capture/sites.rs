//! What is known of each callsite.

use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};
use tracework_core::{Callsite, CallsiteFacts, Record, Reserved, Severity, SeveritySet};
use tracework_engine::{CallsiteShape, Hub, ReservedNames, Verdict};
use tracing::{Level, Metadata};

/// What is known of a callsite: made when it is first reached, and kept.
#[derive(Debug)]
pub(crate) struct Site {
    /// `None` if the table of callsites is full; its records then carry their own source.
    pub(crate) callsite: Option<&'static Callsite>,
    /// By place: what the field is.
    pub(crate) fields: Box<[Part]>,
    pub(crate) severity: Severity,
    names_destinations: bool,
    any_severity: bool,
    /// Is it one of the five callsites that all `log` records share?
    pub(crate) is_log: bool,
}

/// What a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A field like any other.
    Field,
    /// The message.
    Message,
    /// A field whose text is an error.
    Error,
    /// It says something about the record itself.
    Reserved(Reserved),
}

/// All sites, by where `tracing` keeps their metadata and by the names of reserved fields.
pub(crate) struct Sites;

type Table = RwLock<HashMap<(usize, u64), &'static Site>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(Table::default)
}

/// `tracing`'s level as a severity.
pub(crate) fn severity(level: Level) -> Severity {
    match level {
        Level::TRACE => Severity::TRACE,
        Level::DEBUG => Severity::DEBUG,
        Level::INFO => Severity::INFO,
        Level::WARN => Severity::WARNING,
        Level::ERROR => Severity::ERROR,
    }
}

pub(crate) fn key(metadata: &'static Metadata<'static>) -> usize {
    std::ptr::from_ref(metadata).addr()
}

fn fingerprint(names: &ReservedNames) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (&names.destinations, &names.tags, &names.level, &names.kind, &names.severity, &names.category).hash(&mut hasher);
    hasher.finish()
}

impl Sites {
    /// The site of `metadata`; made when it is asked for the first time.
    pub(crate) fn get(hub: &Hub, metadata: &'static Metadata<'static>) -> &'static Site {
        let key = (key(metadata), fingerprint(hub.names()));
        if let Some(site) = table().read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return site;
        }
        let mut sites = table().write().unwrap_or_else(PoisonError::into_inner);
        // One site for each place in the source: the program has so many and no more.
        sites.entry(key).or_insert_with(|| Box::leak(Box::new(Site::new(hub.names(), metadata))))
    }

    /// What the plan makes of the callsite.
    pub(crate) fn verdict(hub: &Hub, metadata: &'static Metadata<'static>) -> Verdict {
        let plan = hub.plan();
        if metadata.is_span() {
            let cap = plan.spec().targets.get(metadata.target());
            let wanted = plan.spans().contains(severity(*metadata.level()))
                && cap.is_none_or(|cap| !cap.is_empty())
                && (plan.spec().destinations().next().is_some() || plan.spec().hold.is_some());
            return if wanted { Verdict::Wanted } else { Verdict::Never };
        }
        Self::get(hub, metadata).verdict(hub, metadata)
    }

    /// May a `log` record with this target go anywhere?
    pub(crate) fn log_wanted(hub: &Hub, metadata: &Metadata<'_>) -> bool {
        let severity = severity(*metadata.level());
        let shape = CallsiteShape {
            target: metadata.target(),
            severity: Some(severity),
            names_destinations: false,
            callsite: None,
        };
        match hub.plan().verdict(&shape) {
            Verdict::Never => false,
            Verdict::Raised => hub.floor().is_some_and(|floor| severity >= floor) || hub.plan().raises(severity),
            Verdict::Wanted => true,
        }
    }
}

impl Site {
    fn new(names: &ReservedNames, metadata: &'static Metadata<'static>) -> Self {
        let names_of: Box<[&'static str]> = metadata.fields().iter().map(|field| field.name()).collect();
        let is_log = metadata.target() == "log" && names_of.contains(&"log.target");
        let fields: Box<[_]> = names_of
            .iter()
            .map(|field| match *field {
                "message" if metadata.is_event() => Part::Message,
                "log.target" if is_log => Part::Reserved(Reserved::Target),
                "log.module_path" if is_log => Part::Reserved(Reserved::Module),
                "log.file" if is_log => Part::Reserved(Reserved::File),
                "log.line" if is_log => Part::Reserved(Reserved::Line),
                field => part(names, field, metadata),
            })
            .collect();
        let says = |reserved| metadata.is_event() && fields.contains(&Part::Reserved(reserved));
        Self {
            names_destinations: says(Reserved::Destinations),
            any_severity: says(Reserved::Severity),
            severity: severity(*metadata.level()),
            fields,
            is_log,
            callsite: Callsite::register(CallsiteFacts {
                name: metadata.name(),
                target: metadata.target(),
                severity: severity(*metadata.level()),
                module: metadata.module_path(),
                file: metadata.file(),
                line: metadata.line(),
                fields: names_of,
                is_span: metadata.is_span(),
            }),
        }
    }

    /// What the plan makes of it.
    pub(crate) fn verdict(&self, hub: &Hub, metadata: &Metadata<'_>) -> Verdict {
        let plan = hub.plan();
        let verdict = plan.verdict(&CallsiteShape {
            target: metadata.target(),
            severity: (!self.any_severity).then_some(self.severity),
            names_destinations: self.names_destinations,
            callsite: self.callsite,
        });
        // The real target of a `log` record is known only with the record.
        if self.is_log && !plan.spec().targets.is_empty() && verdict == Verdict::Never {
            return Verdict::Raised;
        }
        verdict
    }
}

/// What a field is that is neither the message nor of a `log` record.
fn part(names: &ReservedNames, field: &str, metadata: &Metadata<'_>) -> Part {
    let own = metadata.name() == crate::errors::NAME;
    match names.get(field).or_else(|| own.then(|| crate::errors::reserved(field)).flatten()) {
        Some(reserved) => Part::Reserved(reserved),
        None if metadata.is_event() && Record::names_error(field) => Part::Error,
        None => Part::Field,
    }
}

/// The severities that a `log.level` field asks for.
pub(crate) fn levels(text: &str) -> Option<SeveritySet> {
    if text.trim().eq_ignore_ascii_case("off") {
        return Some(SeveritySet::NONE);
    }
    text.parse().ok().map(SeveritySet::at_least)
}
