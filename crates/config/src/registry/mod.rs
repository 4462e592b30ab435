//! The types of destinations, formats, enrichers, filters and actions that a program offers.

mod clash;
mod offers;
#[cfg(feature = "plugins")]
mod plugin;

pub use clash::Clash;
pub(crate) use offers::{MadeFilter, Offers};
#[cfg(feature = "plugins")]
pub use plugin::Plugin;

use crate::{Reported, Section};
use std::fmt;
use std::sync::Arc;
use tracework_core::{Action, Attachment, Enricher, Filter, Format, StatefulFilter};

/// The types of destinations, formats, enrichers, filters and actions that a program offers to a config. Your own type is
/// one line:
///
/// ```
/// use tracework_config::{Config, Registry};
/// use tracework_core::{Batch, Destination, Failure};
///
/// struct Nowhere;
/// impl Destination for Nowhere {
///     fn name(&self) -> &'static str { "nowhere" }
///     fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> { Ok(()) }
/// }
///
/// let registry = Registry::new().destination("nowhere", |_| Ok(Nowhere));
/// let config = Config::from_str("my.yml", "destinations: { dark: { type: nowhere } }", &registry)?;
/// assert_eq!(config.destinations()[0].name(), "dark");
/// # Ok::<(), tracework_config::Error>(())
/// ```
///
/// Whatever a linked-in crate registers by [`plugin!`](crate::plugin!) comes by [`Registry::linked`].
pub struct Registry {
    /// Whose offers are being added.
    owner: String,
    pub(crate) destinations: Offers<Attachment>,
    pub(crate) formats: Offers<Box<dyn Format>>,
    pub(crate) enrichers: Offers<Arc<dyn Enricher>>,
    pub(crate) filters: Offers<MadeFilter>,
    pub(crate) actions: Offers<Box<dyn Action>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("destinations", &self.destinations)
            .field("formats", &self.formats)
            .field("enrichers", &self.enrichers)
            .field("filters", &self.filters)
            .field("actions", &self.actions)
            .finish()
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl Registry {
    /// A registry that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            owner: "this program".to_owned(),
            destinations: Offers::new("destination"),
            formats: Offers::new("format"),
            enrichers: Offers::new("enricher"),
            filters: Offers::new("filter"),
            actions: Offers::new("action"),
        }
    }

    /// Says which crate offers what is added from now on; a [`Clash`] names it. By default it is `this program`.
    #[must_use]
    pub fn owned_by(mut self, owner: &str) -> Self {
        owner.clone_into(&mut self.owner);
        self
    }

    /// Offers a type of destination: `type: NAME`. `make` takes what is its own from the section; what holds for every
    /// destination (level, filter, format, buffer, ..) is read beside it. A later one of the same name replaces it.
    #[must_use]
    pub fn destination<A: Into<Attachment>>(
        mut self,
        name: &str,
        make: impl Fn(&mut Section<'_>) -> Result<A, Reported> + Send + Sync + 'static,
    ) -> Self {
        self.destinations.replace(name, &self.owner, Box::new(move |section| make(section).map(Into::into)));
        self
    }

    /// Offers a format: `format: NAME`. A later one of the same name replaces it.
    ///
    /// ```
    /// use tracework_config::Registry;
    /// use tracework_format::{Text, from_fn};
    ///
    /// let registry = Registry::new()
    ///     .format("plain", |section| Ok(Text::new().spans(section.take_bool("spans").unwrap_or(false))));
    /// assert_eq!(registry.formats().collect::<Vec<_>>(), ["plain"]);
    /// ```
    #[must_use]
    pub fn format<F: Format>(
        mut self,
        name: &str,
        make: impl Fn(&mut Section<'_>) -> Result<F, Reported> + Send + Sync + 'static,
    ) -> Self {
        let make = move |section: &mut Section<'_>| make(section).map(|format| Box::new(format) as Box<dyn Format>);
        self.formats.replace(name, &self.owner, Box::new(make));
        self
    }

    /// Offers a type of enricher: `enrichers: { NAME: { type: .. } }`. A later one of the same name replaces it.
    #[must_use]
    pub fn enricher<E: Enricher>(
        mut self,
        name: &str,
        make: impl Fn(&mut Section<'_>) -> Result<E, Reported> + Send + Sync + 'static,
    ) -> Self {
        let make = move |section: &mut Section<'_>| make(section).map(|made| Arc::new(made) as Arc<dyn Enricher>);
        self.enrichers.replace(name, &self.owner, Box::new(make));
        self
    }

    /// Offers a type of filter: `filters: { NAME: { type: .. } }`. A later one of the same name replaces it.
    #[must_use]
    pub fn filter<F: Filter>(
        mut self,
        name: &str,
        make: impl Fn(&mut Section<'_>) -> Result<F, Reported> + Send + Sync + 'static,
    ) -> Self {
        let make = move |section: &mut Section<'_>| make(section).map(|made| MadeFilter::Plain(Arc::new(made)));
        self.filters.replace(name, &self.owner, Box::new(make));
        self
    }

    /// Offers a type of filter with a memory: `filters: { NAME: { type: .. } }`. A later one of the same name replaces it.
    #[must_use]
    pub fn stateful_filter<F: StatefulFilter>(
        mut self,
        name: &str,
        make: impl Fn(&mut Section<'_>) -> Result<F, Reported> + Send + Sync + 'static,
    ) -> Self {
        let make = move |section: &mut Section<'_>| make(section).map(|made| MadeFilter::Stateful(Box::new(made)));
        self.filters.replace(name, &self.owner, Box::new(make));
        self
    }

    /// Offers a type of action, which [`Section::take_action`] makes. A later one of the same name replaces it.
    #[must_use]
    pub fn action<A: Action>(
        mut self,
        name: &str,
        make: impl Fn(&mut Section<'_>) -> Result<A, Reported> + Send + Sync + 'static,
    ) -> Self {
        let make = move |section: &mut Section<'_>| make(section).map(|made| Box::new(made) as Box<dyn Action>);
        self.actions.replace(name, &self.owner, Box::new(make));
        self
    }

    /// The types of destinations that it offers.
    pub fn destinations(&self) -> impl Iterator<Item = &str> + Clone {
        self.destinations.names()
    }

    /// The formats that it offers.
    pub fn formats(&self) -> impl Iterator<Item = &str> + Clone {
        self.formats.names()
    }

    /// The types of enrichers that it offers.
    pub fn enrichers(&self) -> impl Iterator<Item = &str> + Clone {
        self.enrichers.names()
    }

    /// The types of filters that it offers.
    pub fn filters(&self) -> impl Iterator<Item = &str> + Clone {
        self.filters.names()
    }

    /// The types of actions that it offers.
    pub fn actions(&self) -> impl Iterator<Item = &str> + Clone {
        self.actions.names()
    }

    /// The names that two crates offer. A config is not read as long as there are any.
    pub fn clashes(&self) -> impl Iterator<Item = &Clash> {
        let Self { destinations, formats, enrichers, filters, actions, .. } = self;
        let all = [&destinations.clashes, &formats.clashes, &enrichers.clashes, &filters.clashes, &actions.clashes];
        all.into_iter().flatten()
    }
}
