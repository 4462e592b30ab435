//! What is offered under which name.

use super::Clash;
use crate::{Reported, Section};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use tracework_core::{Filter, StatefulFilter};

/// Makes something from its section.
pub(crate) type Factory<T> = Box<dyn Fn(&mut Section<'_>) -> Result<T, Reported> + Send + Sync>;

/// A filter, with a memory or without.
pub(crate) enum MadeFilter {
    Plain(Arc<dyn Filter>),
    Stateful(Box<dyn StatefulFilter>),
}

/// What is offered for one role, by name, each with the crate that offers it.
pub(crate) struct Offers<T> {
    role: &'static str,
    all: BTreeMap<String, (String, Factory<T>)>,
    pub(super) clashes: Vec<Clash>,
}

impl<T> fmt::Debug for Offers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.all.keys()).finish()
    }
}

impl<T> Offers<T> {
    pub(super) fn new(role: &'static str) -> Self {
        Self { role, all: BTreeMap::new(), clashes: Vec::new() }
    }

    /// What it is: `destination`.
    pub(crate) fn role(&self) -> &'static str {
        self.role
    }

    /// Offers it in the place of any other of this name, which settles a clash.
    pub(super) fn replace(&mut self, name: &str, owner: &str, factory: Factory<T>) {
        self.clashes.retain(|clash| clash.name != name);
        self.all.insert(name.to_owned(), (owner.to_owned(), factory));
    }

    /// Offers it; if the name is taken, that is a clash.
    #[cfg(feature = "plugins")]
    pub(super) fn add(&mut self, name: &str, owner: &str, factory: Factory<T>) {
        match self.all.get(name) {
            None => self.replace(name, owner, factory),
            Some((other, _)) => {
                let crates = [other.clone(), owner.to_owned()];
                self.clashes.push(Clash { role: self.role, name: name.to_owned(), crates });
            }
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.all.keys().map(String::as_str)
    }

    pub(crate) fn factory(&self, name: &str) -> Option<&Factory<T>> {
        self.all.get(name).map(|(_, factory)| factory)
    }
}
