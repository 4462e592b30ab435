//! The filters with a memory that stand in a plan, and the way of a record past them.

use super::{Attached, Mask, Plan, PlanError, PlanSpec, Unknown};
use crate::FilterHealth;
use std::collections::BTreeMap;
use std::sync::Arc;
use tracework_core::{NamedFilter, Record};

/// Where the filters of a plan stand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stages {
    /// Is there any filter?
    pub(crate) any: bool,
    /// Does any route have one?
    pub(crate) routes: bool,
    /// The destinations that have one.
    pub(crate) destinations: Mask,
}

/// Which filters a record must pass to reach its destinations.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    /// The destinations that it reaches past the filters of every route.
    pub(crate) free: Mask,
    /// The destinations that it reaches past their own filters too.
    pub(crate) named: Mask,
    /// The routes with filters that match, by their places.
    pub(crate) routes: Vec<usize>,
}

impl PlanSpec {
    /// Every filter with a memory, with what it is called in reports: that of the whole pipeline by its own name, the
    /// others by the places where they stand.
    pub fn stateful_filters(&self) -> impl Iterator<Item = (String, &NamedFilter)> {
        let whole = self.stateful.iter().map(|filter| (filter.name().to_owned(), filter));
        let routes = self.routes.iter().enumerate().flat_map(|(place, route)| {
            let at = route.name.clone().unwrap_or_else(|| place.to_string());
            route.filters.iter().map(move |filter| (format!("routes.{at}.{}", filter.name()), filter))
        });
        let destinations = self.destinations.iter().flat_map(|destination| {
            let filters = destination.settings.stateful.iter();
            filters.map(|filter| (format!("destinations.{}.{}", destination.name, filter.name()), filter))
        });
        whole.chain(routes).chain(destinations)
    }

    /// Puts the filters of `before` in the place of equal ones, so that they go on with what they remember.
    pub(super) fn keep_filters(&mut self, before: &Self) {
        adopt(&mut self.stateful, &before.stateful);
        for route in &mut self.routes {
            let same = before.routes.iter().find(|other| match &route.name {
                Some(name) => other.name.as_ref() == Some(name),
                None => other.name.is_none() && other.when == route.when && other.to == route.to,
            });
            if let Some(same) = same {
                adopt(&mut route.filters, &same.filters);
            }
        }
        for destination in &mut self.destinations {
            let same = before.destinations.iter().find(|other| other.name == destination.name);
            let Some(same) = same.filter(|same| would_adopt(&destination.settings.stateful, &same.settings.stateful))
            else {
                continue;
            };
            adopt(&mut Arc::make_mut(destination).settings.stateful, &same.settings.stateful);
        }
    }

    /// A filter stands at one place, and at each place a name is one filter's.
    pub(super) fn check_filters(&self) -> Result<(), PlanError> {
        let all: Vec<_> = self.stateful_filters().collect();
        for (number, (name, filter)) in all.iter().enumerate() {
            if all[..number].iter().any(|(other, same)| other == name || same.is(filter)) {
                return Err(PlanError::FilterTwice(name.clone()));
            }
        }
        Ok(())
    }
}

fn would_adopt(filters: &[NamedFilter], before: &[NamedFilter]) -> bool {
    filters.iter().any(|filter| before.iter().any(|other| filter.equals(other) && !filter.is(other)))
}

fn adopt(filters: &mut [NamedFilter], before: &[NamedFilter]) {
    for filter in filters {
        if let Some(same) = before.iter().find(|other| filter.equals(other)) {
            *filter = same.clone();
        }
    }
}

impl Stages {
    pub(super) fn of(spec: &PlanSpec) -> Self {
        let filtered = |(place, destination): (usize, &Arc<Attached>)| {
            if destination.settings.stateful.is_empty() { 0 } else { 1 << place }
        };
        let destinations = spec.destinations.iter().enumerate().map(filtered).fold(0, |mask, bit: Mask| mask | bit);
        let routes = spec.routes.iter().any(|route| !route.filters.is_empty());
        Self { any: routes || destinations != 0 || !spec.stateful.is_empty(), routes, destinations }
    }
}

impl Plan {
    /// How its filters with a memory are, by name.
    pub(crate) fn filters_health(&self) -> BTreeMap<String, FilterHealth> {
        self.spec.stateful_filters().map(|(name, filter)| (name, filter.into())).collect()
    }

    pub(crate) fn stages(&self) -> &Stages {
        &self.stages
    }

    /// The filters on the way of a record, whose destinations [`Plan::route`] told.
    pub(crate) fn ways(&self, record: &Record<'_>) -> Ways {
        let mut ways = Ways { free: Mask::MAX, ..Ways::default() };
        let mut unknown = Unknown::default();
        if let Some(text) = record.destinations() {
            let own = self.wish(text, &mut unknown);
            ways.named = if own.exact.is_some() { Mask::MAX } else { own.add };
        }
        if !self.stages.routes || ways.named == Mask::MAX {
            return ways;
        }
        let around = self.wish_around(record, &mut unknown);
        if around.exact.is_some() {
            return ways;
        }
        let mut free = ways.named | around.add;
        for (place, (rule, to)) in self.routes.iter().enumerate() {
            if rule.matches(record) {
                match self.spec.routes[place].filters.is_empty() {
                    true => free |= to,
                    false => ways.routes.push(place),
                }
            }
        }
        if !ways.routes.is_empty() {
            ways.free = free;
        }
        ways
    }

    /// The filters that are asked about a record with these destinations, each with what it does.
    pub(super) fn filters_asked(&self, record: &Record<'_>, mask: Mask) -> Vec<(String, String)> {
        if mask == 0 || !self.stages.any {
            return Vec::new();
        }
        let Ways { free, named, routes } = self.ways(record);
        let mut asked: Vec<&NamedFilter> = self.spec.stateful.iter().collect();
        let routes = routes.into_iter().filter(|&place| self.route_to(place) & mask & !free != 0);
        asked.extend(routes.flat_map(|place| &self.spec.routes[place].filters));
        let destinations = self.each(mask & self.stages.destinations & !named);
        asked.extend(destinations.flat_map(|(_, destination)| &destination.settings.stateful));
        let all = self.spec.stateful_filters().filter(|(_, filter)| asked.iter().any(|asked| asked.is(filter)));
        all.map(|(name, filter)| (name, filter.describe().to_owned())).collect()
    }

    /// Where the route at `place` leads.
    pub(crate) fn route_to(&self, place: usize) -> Mask {
        self.routes.get(place).map_or(0, |(_, to)| *to)
    }
}
