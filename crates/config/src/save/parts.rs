//! Filters, enrichers, errors and alerts, as a config would say them.

use super::plan::Writer;
use super::yaml::{Line, Yaml};
use std::sync::Arc;
use tracework_core::{Description, Filter, NamedFilter, Severity};
use tracework_engine::{AlertSpec, BacktraceWhen, ErrorSettings};

/// Why something of the program's own is not said.
const SILENT: &str = "it does not say what a config would say of it";

impl Writer<'_> {
    /// `{ type: .., .. }`.
    fn offered(&mut self, description: &Description, path: &str) -> Vec<Line> {
        let mut lines = vec![Line::entry("type", Yaml::text(description.kind()))];
        self.said(&mut lines, description, path);
        lines
    }

    /// `filters`: those that only look at a record, by their names, and those with a memory.
    pub(super) fn filters(
        &mut self,
        lines: &mut Vec<Line>,
        plain: &[(String, Arc<dyn Filter>)],
        stateful: &[NamedFilter],
        path: &str,
    ) {
        let plain = plain.iter().map(|(name, filter)| (name.as_str(), filter.as_config(), filter.describe()));
        let stateful =
            stateful.iter().map(|filter| (filter.name(), filter.as_config().cloned(), filter.describe().to_owned()));
        let mut sections = Vec::new();
        for (name, description, words) in plain.chain(stateful) {
            let path = format!("{path}.filters.{name}");
            let path = path.trim_start_matches('.');
            match description {
                Some(description) => sections.push(Line::entry(name, Yaml::Map(self.offered(&description, path)))),
                None => self.leave(lines, path, &words),
            }
        }
        if !sections.is_empty() {
            lines.push(Line::entry("filters", Yaml::Map(sections)));
        }
    }

    pub(super) fn enrichers(&mut self, lines: &mut Vec<Line>) {
        let mut sections = Vec::new();
        for (name, enricher) in &self.spec.enrichers {
            match enricher.as_config() {
                Some(description) => {
                    let section = self.offered(&description, &format!("enrichers.{name}"));
                    sections.push(Line::entry(name, Yaml::Map(section)));
                }
                None => self.leave(lines, &format!("enrichers.{name}"), SILENT),
            }
        }
        if !sections.is_empty() {
            lines.push(Line::entry("enrichers", Yaml::Map(sections)));
        }
    }

    /// `errors`, unless all of it is usual.
    pub(super) fn errors(&mut self, lines: &mut Vec<Line>) {
        let (errors, usual) = (&self.spec.errors, ErrorSettings::default());
        let mut said = Vec::new();
        if errors.level != usual.level {
            said.push(Line::entry("level", Yaml::word(Severity::name(errors.level))));
        }
        if !errors.tags.is_empty() {
            said.push(Line::entry("tags", Yaml::texts(&errors.tags)));
        }
        let bare = |name: &str| name.strip_prefix(['+', '-']).unwrap_or(name).to_owned();
        let destinations: Vec<_> = errors.destinations.iter().filter(|name| !self.is_left_out(&bare(name))).collect();
        if !destinations.is_empty() {
            said.push(Line::entry("destinations", Yaml::texts(destinations)));
        }
        match errors.backtrace {
            BacktraceWhen::Always => said.push(Line::entry("backtrace", Yaml::word("always"))),
            BacktraceWhen::Never => said.push(Line::entry("backtrace", Yaml::word("never"))),
            _ => {}
        }
        if errors.panics != usual.panics {
            said.push(Line::entry("panics", Yaml::word(errors.panics.to_string())));
        }
        if !said.is_empty() {
            lines.push(Line::entry("errors", Yaml::Map(said)));
        }
    }

    pub(super) fn alerts(&mut self, lines: &mut Vec<Line>) {
        let (mut alerts, mut named) = (Vec::new(), Vec::new());
        for alert in &self.spec.alerts {
            match self.alert(alert, &mut named) {
                Some(said) => alerts.push(Yaml::Map(said)),
                None => {
                    let why = "nothing of what it writes to and runs can be said";
                    self.leave(lines, &format!("the alert `{}`", alert.name), why);
                }
            }
        }
        if !alerts.is_empty() {
            lines.push(Line::entry("alerts", Yaml::List(alerts)));
        }
    }

    /// One alert; `named` are the actions that were said before.
    fn alert(&mut self, alert: &AlertSpec, named: &mut Vec<String>) -> Option<Vec<Line>> {
        let name = &alert.name;
        let mut lines = vec![Line::entry("name", Yaml::text(name))];
        lines.push(Line::entry("when", Yaml::text(alert.when.as_str())));
        let to: Vec<_> = alert.to.iter().filter(|name| !self.is_left_out(name)).collect();
        let mut actions = Vec::new();
        for action in &alert.actions {
            let path = format!("alerts.{name}.actions.{action}");
            let Some(description) = self.spec.described_action(action) else {
                self.leave(&mut lines, &path, SILENT);
                continue;
            };
            let mut section = self.offered(description, &path);
            // By itself it would be called so.
            let usual = format!("{name}.{}", description.kind());
            if *action != usual && !named.contains(action) {
                section.insert(1, Line::entry("name", Yaml::text(action)));
            }
            named.push(action.clone());
            actions.push(Yaml::Map(section));
        }
        if to.is_empty() && actions.is_empty() {
            return None;
        }
        if !to.is_empty() {
            lines.push(Line::entry("to", Yaml::texts(to)));
        }
        if !actions.is_empty() {
            lines.push(Line::entry("actions", Yaml::List(actions)));
        }
        Some(lines)
    }
}

/// Names for filters that have none in the plan: each is called after its type.
pub(super) fn named(filters: Vec<Arc<dyn Filter>>) -> Vec<(String, Arc<dyn Filter>)> {
    let mut named: Vec<(String, Arc<dyn Filter>)> = Vec::new();
    for filter in filters {
        let kind = filter.as_config().map_or_else(|| "filter".to_owned(), |description| description.kind().to_owned());
        let names = std::iter::once(kind.clone()).chain((2..).map(|count| format!("{kind}-{count}")));
        let free = names.into_iter().find(|name| !named.iter().any(|(other, _)| other == name));
        named.push((free.unwrap_or(kind), filter));
    }
    named
}
