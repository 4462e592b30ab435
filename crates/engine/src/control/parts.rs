//! Routes, filters, enrichers and metadata.

use super::Control;
use crate::plan::{PlanError, RecorderSpec, RouteSpec};
use crate::process::Resource;
use std::sync::Arc;
use tracework_core::{Enricher, Filter, NamedFilter, StatefulFilter, TagFilter};
use tracework_rules::Rule;

impl Control {
    /// Adds a route, or replaces the one of this name: the records that `when` matches go to `to`, and to where other
    /// routes send them, but no longer to the default.
    ///
    /// # Errors
    ///
    /// If `to` names what is not attached.
    pub fn set_route(&self, name: &str, when: Rule, to: &[&str]) -> Result<(), PlanError> {
        let to = to.iter().map(|&to| to.to_owned()).collect();
        let route = RouteSpec { name: Some(name.to_owned()), when, to, filters: Vec::new() };
        self.change(|spec| {
            match spec.routes.iter_mut().find(|other| other.name.as_deref() == Some(name)) {
                Some(place) => *place = RouteSpec { filters: std::mem::take(&mut place.filters), ..route },
                None => spec.routes.push(route),
            }
            Ok(())
        })
    }

    /// Removes the route of this name.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn remove_route(&self, name: &str) -> Result<(), PlanError> {
        self.change(|spec| {
            let before = spec.routes.len();
            spec.routes.retain(|route| route.name.as_deref() != Some(name));
            found(spec.routes.len() < before, "route", name)
        })
    }

    /// Replaces all routes at once.
    ///
    /// # Errors
    ///
    /// If one names what is not attached.
    pub fn set_routes(&self, routes: Vec<RouteSpec>) -> Result<(), PlanError> {
        self.change(|spec| {
            spec.routes = routes;
            Ok(())
        })
    }

    /// Sets where records go that no route matches.
    ///
    /// # Errors
    ///
    /// If it names what is not attached.
    pub fn set_default(&self, to: &[&str]) -> Result<(), PlanError> {
        self.change(|spec| {
            spec.default = to.iter().map(|&name| name.to_owned()).collect();
            Ok(())
        })
    }

    /// Adds a filter for the whole pipeline, or replaces the one of this name.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn add_filter(&self, name: &str, filter: impl Filter) -> Result<(), PlanError> {
        let filter: Arc<dyn Filter> = Arc::new(filter);
        self.change(|spec| {
            spec.filters.retain(|(other, _)| other != name);
            spec.filters.push((name.to_owned(), filter));
            Ok(())
        })
    }

    /// Adds a filter with a memory for the whole pipeline, or replaces the one of this name. It is asked about every record
    /// that would be delivered anywhere; what it did is in [`Control::health`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use tracework_engine::{Control, Except, RateLimit};
    ///
    /// let control = Control::new();
    /// let limit = RateLimit::new(100, Duration::from_secs(1));
    /// control.add_stateful_filter("flood", Except::new("level >= ERROR".parse()?, limit))?;
    /// assert_eq!(control.health().filters["flood"].suppressed, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn add_stateful_filter(&self, name: &str, filter: impl StatefulFilter) -> Result<(), PlanError> {
        let filter = NamedFilter::new(name, filter);
        self.change(|spec| {
            spec.stateful.retain(|other| other.name() != name);
            spec.stateful.push(filter);
            Ok(())
        })
    }

    /// Sets the filters with a memory of the route `route`: they are asked about the records that it alone leads somewhere.
    ///
    /// # Errors
    ///
    /// If there is no such route, or a filter stands elsewhere already.
    pub fn set_route_filters(&self, route: &str, filters: Vec<NamedFilter>) -> Result<(), PlanError> {
        self.change(|spec| {
            let known = spec.routes.iter_mut().find(|other| other.name.as_deref() == Some(route));
            let place = known.ok_or_else(|| PlanError::NotFound { what: "route", name: route.to_owned() })?;
            place.filters = filters;
            Ok(())
        })
    }

    /// Sets what the flight recorder does; `None` ends it, and what it kept is gone. One that does the same as before goes
    /// on with what it has.
    ///
    /// # Errors
    ///
    /// If it names what is not attached.
    pub fn set_recorder(&self, recorder: Option<RecorderSpec>) -> Result<(), PlanError> {
        self.change(|spec| {
            spec.recorder = recorder;
            Ok(())
        })
    }

    /// Removes the filter of this name, with a memory or without. What it holds goes on.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn remove_filter(&self, name: &str) -> Result<(), PlanError> {
        self.change(|spec| {
            let before = spec.filters.len() + spec.stateful.len();
            spec.filters.retain(|(other, _)| other != name);
            spec.stateful.retain(|other| other.name() != name);
            found(spec.filters.len() + spec.stateful.len() < before, "filter", name)
        })
    }

    /// Sets the tags that the whole pipeline asks for.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn set_tags(&self, tags: TagFilter) -> Result<(), PlanError> {
        self.change(|spec| {
            spec.tags = tags;
            Ok(())
        })
    }

    /// Adds an enricher, or replaces the one of this name.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn add_enricher(&self, name: &str, enricher: impl Enricher) -> Result<(), PlanError> {
        let enricher: Arc<dyn Enricher> = Arc::new(enricher);
        self.change(|spec| {
            spec.enrichers.retain(|(other, _)| other != name);
            spec.enrichers.push((name.to_owned(), enricher));
            Ok(())
        })
    }

    /// Removes the enricher of this name.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn remove_enricher(&self, name: &str) -> Result<(), PlanError> {
        self.change(|spec| {
            let before = spec.enrichers.len();
            spec.enrichers.retain(|(other, _)| other != name);
            found(spec.enrichers.len() < before, "enricher", name)
        })
    }

    /// Adds what the surroundings of the process tell to the metadata that every record has. It is read once; what
    /// [`set_metadata`](Self::set_metadata) names holds before it.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn enrich(&self, resource: Resource) -> Result<(), PlanError> {
        self.change(|spec| {
            if !spec.enrich.contains(&resource) {
                spec.enrich.push(resource);
            }
            Ok(())
        })
    }

    /// Sets one pair of the metadata that every record has.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn set_metadata(&self, key: &str, value: &str) -> Result<(), PlanError> {
        self.change(|spec| {
            spec.metadata.retain(|(other, _)| other != key);
            spec.metadata.push((key.to_owned(), value.to_owned()));
            Ok(())
        })
    }
}

fn found(found: bool, what: &'static str, name: &str) -> Result<(), PlanError> {
    if found { Ok(()) } else { Err(PlanError::NotFound { what, name: name.to_owned() }) }
}
