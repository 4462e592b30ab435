//! Callsites whose target and fields are set when a layer is made, where the macros of `tracing` want them in the source.
//!
//! Each is made once for its settings and kept for as long as the program runs, as those of the macros are.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use tracing::field::{Field, FieldSet, Value};
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Span, dispatcher};
use tracing_core::callsite::{self, Callsite};

/// How many fields a callsite may have.
pub(crate) const MAX_FIELDS: usize = 32;

const UNKNOWN: u8 = 0;
const NEVER: u8 = 1;
const SOMETIMES: u8 = 2;
const ALWAYS: u8 = 3;

/// A callsite made while the program runs.
#[derive(Debug)]
pub(crate) struct Site {
    interest: AtomicU8,
    metadata: OnceLock<Metadata<'static>>,
    /// Its fields, which cannot be had from the metadata without looking for each.
    fields: OnceLock<Box<[Field]>>,
}

/// The fixed facts of a callsite.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) is_span: bool,
    pub(crate) level: Level,
    pub(crate) name: &'static str,
    pub(crate) target: String,
    pub(crate) fields: Vec<String>,
}

type Made = Vec<(Facts, &'static Site)>;

impl Site {
    /// The callsite with these facts; two layers with equal settings share it.
    pub(crate) fn get(facts: Facts) -> &'static Self {
        static MADE: Mutex<Made> = Mutex::new(Vec::new());
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, site)) = made.iter().find(|(known, _)| *known == facts) {
            return site;
        }
        let site = Self::make(&facts);
        made.push((facts, site));
        drop(made);
        callsite::register(site);
        site
    }

    fn make(facts: &Facts) -> &'static Self {
        let leak = |text: &str| -> &'static str { Box::leak(text.into()) };
        let names: Vec<&'static str> = facts.fields.iter().take(MAX_FIELDS).map(|name| leak(name)).collect();
        let names: &'static [&'static str] = Box::leak(names.into());
        let site: &'static Self = Box::leak(Box::new(Self {
            interest: AtomicU8::new(UNKNOWN),
            metadata: OnceLock::new(),
            fields: OnceLock::new(),
        }));
        let fields = FieldSet::new(names, callsite::Identifier(site));
        let kind = if facts.is_span { Kind::SPAN } else { Kind::EVENT };
        let target = leak(&facts.target);
        site.metadata
            .get_or_init(|| Metadata::new(facts.name, target, facts.level, None, None, Some(target), fields, kind));
        site
    }

    fn facts(&self) -> &Metadata<'static> {
        match self.metadata.get() {
            Some(metadata) => metadata,
            None => unreachable!("it is set before the callsite is given out"),
        }
    }

    /// Does anybody want it?
    fn is_enabled(&'static self) -> bool {
        let metadata = self.facts();
        if *metadata.level() > STATIC_MAX_LEVEL || *metadata.level() > LevelFilter::current() {
            return false;
        }
        match self.interest.load(Ordering::Relaxed) {
            NEVER => false,
            ALWAYS => true,
            _ => dispatcher::get_default(|current| current.enabled(metadata)),
        }
    }

    /// The values by the places of their names; `None` is not recorded.
    fn with_values<T>(
        &'static self,
        values: &[Option<&dyn Value>],
        use_them: impl FnOnce(&'static Metadata<'static>, &tracing::field::ValueSet<'_>) -> T,
    ) -> Option<T> {
        let metadata = self.facts();
        let fields = self.fields.get_or_init(|| metadata.fields().iter().collect());
        let first = fields.first()?;
        let mut pairs: [(_, Option<&dyn Value>); MAX_FIELDS] = [(first, None); MAX_FIELDS];
        for ((pair, field), value) in pairs.iter_mut().zip(fields).zip(values) {
            *pair = (field, *value);
        }
        Some(use_them(metadata, &metadata.fields().value_set(&pairs)))
    }

    /// Opens a span of this callsite.
    pub(crate) fn span(&'static self, values: &[Option<&dyn Value>]) -> Span {
        if !self.is_enabled() {
            return Span::none();
        }
        self.with_values(values, Span::new).unwrap_or_else(Span::none)
    }

    /// Emits an event of this callsite.
    pub(crate) fn event(&'static self, values: &[Option<&dyn Value>]) {
        if self.is_enabled() {
            _ = self.with_values(values, |metadata, values| Event::dispatch(metadata, values));
        }
    }
}

impl Callsite for Site {
    fn set_interest(&self, interest: Interest) {
        let interest = match interest {
            _ if interest.is_never() => NEVER,
            _ if interest.is_always() => ALWAYS,
            _ => SOMETIMES,
        };
        self.interest.store(interest, Ordering::Relaxed);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.facts()
    }
}
