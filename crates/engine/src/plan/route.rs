//! Which destinations a record goes to. `docs/routing.md` tells the same in words.

use super::explain::Why;
use super::switches::Site;
use super::{Attached, Mask, Plan};
use std::sync::atomic::Ordering;
use tracework_core::{Record, Reserved, Severity, SeveritySet, Value, tags};

/// Hears why each destination gets a record or not. The engine hears only of unknown names; `explain` of everything.
pub(crate) trait Notes {
    /// Does anybody listen? What is only told is then left out.
    const LISTENS: bool;
    /// This destination gets it, or not, and why.
    fn note(&mut self, place: usize, why: Why);
    /// The record names a destination that is not there.
    fn unknown(&mut self, name: &str);
    /// What is said of the callsite of a record that is only asked about.
    fn site(&self) -> Option<Site<'_>> {
        None
    }
}

/// Hears of unknown names alone.
#[derive(Debug, Default)]
pub(crate) struct Unknown(pub(crate) Vec<String>);

impl Notes for Unknown {
    const LISTENS: bool = false;
    fn note(&mut self, _: usize, _: Why) {}
    fn unknown(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }
}

/// What a `destinations` field asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wish {
    /// Exactly these, if any was named without a sign and is there.
    pub(super) exact: Option<Mask>,
    pub(super) add: Mask,
    remove: Mask,
}

/// The roles of layers, a bit each, as records carry them.
pub mod roles {
    /// The record reached a `DestinationLayer`.
    pub const DESTINATION: u8 = 1;
    /// It passed a `TagFilterLayer`.
    pub const TAG_FILTER: u8 = 2;
    /// It passed a `MetadataLayer`.
    pub const METADATA: u8 = 4;
}

impl Plan {
    pub(super) fn wish(&self, text: &str, notes: &mut impl Notes) -> Wish {
        let mut wish = Wish::default();
        for name in tags::split(text) {
            let (sign, bare) = match name.as_bytes()[0] {
                sign @ (b'+' | b'-') => (sign, name[1..].trim()),
                _ => (b' ', name),
            };
            let Some(place) = self.place(bare) else {
                notes.unknown(bare);
                continue;
            };
            match sign {
                b'+' => wish.add |= 1 << place,
                b'-' => wish.remove |= 1 << place,
                _ => wish.exact = Some(wish.exact.unwrap_or(0) | 1 << place),
            }
        }
        wish
    }

    /// Does `targets` let `target` emit at this severity?
    pub(super) fn target_allows(&self, target: &str, severity: Severity) -> bool {
        self.spec.targets.get(target).is_none_or(|severities| severities.contains(severity))
    }

    /// The level set for `target` for a time.
    pub(super) fn temporary(&self, target: &str) -> Option<SeveritySet> {
        let temporary = self.spec.temporary.iter().rev().find(|temporary| temporary.target.matches(target))?;
        Some(SeveritySet::at_least(temporary.level))
    }

    /// The destinations that `record` goes to.
    pub(crate) fn route<N: Notes>(&self, record: &Record<'_>, notes: &mut N) -> Mask {
        let all = self.all();
        if self.roles_of(record) & roles::DESTINATION == 0 {
            return self.refuse(all, &Why::NoLayer, notes);
        }
        let (severity, target) = (record.severity(), record.target());
        let switched = match notes.site() {
            None => self.switched(record.callsite(), record.message()),
            Some(site) => self.switched_at(&site, record.message()),
        };
        if switched == Some(SeveritySet::NONE) {
            return self.refuse(all, &Why::Switched, notes);
        }
        let temporary = switched.or_else(|| self.temporary(target));
        if temporary.is_none() && !self.target_allows(target, severity) {
            return self.refuse(all, &Why::TargetLevel, notes);
        }
        if !self.passes_filters(record) {
            let why = if N::LISTENS { self.global_refusal(record) } else { Why::GlobalTags };
            return self.refuse(all, &why, notes);
        }
        let own = record.destinations().map_or_else(Wish::default, |text| self.wish(text, notes));
        if let Some(exact) = own.exact {
            let kept = exact & !own.remove;
            return self.only_enabled(kept | own.add, &Why::Named, notes) & self.note_rest(kept | own.add, notes);
        }
        let candidates = self.candidates(record, notes);
        let levels = temporary.or_else(|| level_around(record));
        let raised = self.raised(record);
        let mut mask = 0;
        for (place, destination) in self.each(candidates & !own.remove & !own.add) {
            match self.refusal(destination, record, (levels, raised)) {
                None => {
                    mask |= 1 << place;
                    notes.note(place, Why::Routed);
                }
                Some(why) => notes.note(place, why),
            }
        }
        self.each(own.remove).for_each(|(place, _)| notes.note(place, Why::Removed));
        mask | self.only_enabled(own.add, &Why::Named, notes)
    }

    /// The destinations that spans, routes and the default name for a record that does not name any itself.
    fn candidates<N: Notes>(&self, record: &Record<'_>, notes: &mut N) -> Mask {
        let around = self.wish_around(record, notes);
        let base = match around.exact {
            Some(exact) => exact,
            None => self.routed(record),
        };
        let candidates = (base | around.add) & !around.remove;
        if N::LISTENS {
            self.each(self.all() & !candidates).for_each(|(place, _)| notes.note(place, Why::NotRouted));
        }
        candidates
    }

    /// What the innermost span that names destinations asks for.
    pub(super) fn wish_around(&self, record: &Record<'_>, notes: &mut impl Notes) -> Wish {
        around(record, Reserved::Destinations)
            .and_then(|value| value.as_str())
            .map_or_else(Wish::default, |text| self.wish(text, notes))
    }

    /// The destinations of all routes that match, or the default's if none does.
    fn routed(&self, record: &Record<'_>) -> Mask {
        let mut matched = None;
        for (rule, to) in &self.routes {
            if rule.matches(record) {
                matched = Some(matched.unwrap_or(0) | to);
            }
        }
        matched.unwrap_or(self.default)
    }

    /// Why `destination` does not take a record that was routed to it.
    fn refusal(
        &self,
        destination: &Attached,
        record: &Record<'_>,
        (levels, raised): (Option<SeveritySet>, SeveritySet),
    ) -> Option<Why> {
        let settings = &destination.settings;
        let levels = match levels {
            Some(levels) if !settings.exact_levels => levels,
            _ => destination.levels(self.spec.level),
        };
        let levels = if settings.exact_levels { levels } else { levels.union(raised) };
        if !settings.enabled {
            Some(Why::Disabled)
        } else if !levels.contains(record.severity()) {
            Some(Why::Level(levels))
        } else if !settings.kinds.contains(record.kind()) {
            Some(Why::Kind(settings.kinds))
        } else if !settings.tags.keeps(record) {
            Some(Why::Tags)
        } else {
            let rejects = settings.filters.iter().find(|filter| !keeps(filter.as_ref(), record));
            rejects.map(|filter| Why::Filter(filter.describe()))
        }
    }

    /// The roles of the layers that saw the record and are switched on.
    #[inline]
    pub(crate) fn roles_of(&self, record: &Record<'_>) -> u8 {
        record.roles() & !self.spec.layers_off
    }

    pub(super) fn passes_filters(&self, record: &Record<'_>) -> bool {
        (self.roles_of(record) & roles::TAG_FILTER == 0 || self.spec.tags.keeps(record))
            && self.spec.filters.iter().all(|(_, filter)| keeps(filter.as_ref(), record))
    }

    /// Which of them refuses it.
    fn global_refusal(&self, record: &Record<'_>) -> Why {
        let refuses = self.spec.filters.iter().find(|(_, filter)| !keeps(filter.as_ref(), record));
        match refuses {
            Some((name, filter)) if self.roles_of(record) & roles::TAG_FILTER == 0 || self.spec.tags.keeps(record) => {
                Why::GlobalFilter { name: name.clone(), words: filter.describe() }
            }
            _ => Why::GlobalTags,
        }
    }

    fn all(&self) -> Mask {
        mask_of(self.spec.destinations.len())
    }

    fn refuse<N: Notes>(&self, mask: Mask, why: &Why, notes: &mut N) -> Mask {
        if N::LISTENS {
            self.each(mask).for_each(|(place, _)| notes.note(place, why.clone()));
        }
        0
    }

    fn only_enabled<N: Notes>(&self, mask: Mask, why: &Why, notes: &mut N) -> Mask {
        if N::LISTENS {
            self.each(mask & self.enabled).for_each(|(place, _)| notes.note(place, why.clone()));
            self.each(mask & !self.enabled).for_each(|(place, _)| notes.note(place, Why::Disabled));
        }
        mask & self.enabled
    }

    /// Notes that the destinations outside `mask` were not named; gives back `mask`.
    fn note_rest<N: Notes>(&self, mask: Mask, notes: &mut N) -> Mask {
        if N::LISTENS {
            self.each(self.all() & !mask).for_each(|(place, _)| notes.note(place, Why::NamedOthers));
        }
        mask
    }

    /// The destinations among those of `record` that hold up callers because their queues are full.
    pub(crate) fn holding_up(&self, record: &Record<'_>) -> Mask {
        let congested = self.congested.load(Ordering::Relaxed);
        if congested == 0 { 0 } else { congested & self.route(record, &mut Unknown::default()) }
    }
}

/// Every place up to `count`.
pub(super) fn mask_of(count: usize) -> Mask {
    if count >= 64 { Mask::MAX } else { (1 << count) - 1 }
}

/// A filter that panics keeps the record: it is better told twice than lost.
fn keeps(filter: &dyn tracework_core::Filter, record: &Record<'_>) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| filter.keep(record))).unwrap_or(true)
}

/// What the spans around a record say, the innermost first.
fn around<'a>(record: &Record<'a>, what: Reserved) -> Option<Value<'a>> {
    record.span_node()?.inherited(what, record.time())
}

/// The threshold that a span around the record sets.
fn level_around(record: &Record<'_>) -> Option<SeveritySet> {
    match around(record, Reserved::Level)? {
        Value::U64(0) => Some(SeveritySet::NONE),
        Value::U64(number) => Severity::from_number(u8::try_from(number).ok()?).map(SeveritySet::at_least),
        _ => None,
    }
}
