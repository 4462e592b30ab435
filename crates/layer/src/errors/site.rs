//! Callsites of caught errors: one for each place of the program that catches, made when it first does.

use super::{NAME, target};
use std::collections::HashMap;
use std::panic::Location;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Once, OnceLock, PoisonError, RwLock};
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::subscriber::Interest;
use tracing::{Level, Metadata};
use tracing_core::callsite::{self, Callsite, Identifier};
use tracing_core::field::FieldSet;
use tracing_core::metadata::Kind;

/// The fields of a caught error, in their places.
pub(super) const FIELDS: [&str; 11] = [
    "message",
    "error",
    "error.type",
    "error.backtrace",
    "severity",
    "kind",
    "category",
    "tags",
    "destinations",
    "file",
    "line",
];

/// How many places are told apart. Those beyond share a callsite for each level and target, and say their file and line
/// in fields.
const PLACES: usize = 4_096;

/// A callsite made at run time. It is never freed: the program has so many and no more.
pub(super) struct Site {
    interest: AtomicU8,
    metadata: OnceLock<Metadata<'static>>,
    registered: Once,
    /// Does it stand for many places?
    pub(super) shared: bool,
}

type Key = (Option<(&'static str, u32, u32)>, Level, Option<&'static str>);

static SITES: OnceLock<RwLock<HashMap<Key, &'static Site>>> = OnceLock::new();

impl Callsite for Site {
    fn set_interest(&self, interest: Interest) {
        let number = match () {
            () if interest.is_never() => 0,
            () if interest.is_always() => 2,
            () => 1,
        };
        self.interest.store(number, Ordering::Release);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.known()
    }
}

impl Site {
    /// The callsite of a place; `target` if the program names one.
    pub(super) fn of(place: &'static Location<'static>, level: Level, target: Option<&'static str>) -> &'static Self {
        let key = (Some((place.file(), place.line(), place.column())), level, target);
        let table = SITES.get_or_init(RwLock::default);
        if let Some(site) = table.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return site;
        }
        let mut sites = table.write().unwrap_or_else(PoisonError::into_inner);
        let full = sites.len() >= PLACES;
        let key = if full { (None, level, None) } else { key };
        sites.entry(key).or_insert_with(|| Self::make((!full).then_some(place), level, target.filter(|_| !full)))
    }

    fn make(place: Option<&'static Location<'static>>, level: Level, target: Option<&'static str>) -> &'static Self {
        let site: &'static Self = Box::leak(Box::new(Self {
            interest: AtomicU8::new(1),
            metadata: OnceLock::new(),
            registered: Once::new(),
            shared: place.is_none(),
        }));
        let file = place.map(Location::file);
        let target = target.unwrap_or_else(|| match file {
            Some(file) => Box::leak(target::of(file).into_boxed_str()),
            None => "caught",
        });
        let fields = FieldSet::new(&FIELDS, Identifier(site));
        site.metadata.get_or_init(|| {
            Metadata::new(NAME, target, level, file, place.map(Location::line), None, fields, Kind::EVENT)
        });
        site
    }

    /// What is known of it.
    pub(super) fn known(&self) -> &Metadata<'static> {
        let Some(metadata) = self.metadata.get() else { unreachable!("a site is given out when it is made") };
        metadata
    }

    /// May anybody want it?
    pub(super) fn is_enabled(&'static self) -> bool {
        let level = *self.known().level();
        if level > STATIC_MAX_LEVEL || level > LevelFilter::current() {
            return false;
        }
        // Outside of any lock of ours: layers are asked.
        self.registered.call_once(|| callsite::register(self));
        match self.interest.load(Ordering::Acquire) {
            0 => false,
            2 => true,
            _ => tracing::dispatcher::get_default(|dispatch| dispatch.enabled(self.known())),
        }
    }
}
