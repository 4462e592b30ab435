//! The types of destinations, and the formats, that a program offers.

use crate::{Reported, Section};
use std::collections::BTreeMap;
use std::fmt;
use tracework_core::{Attachment, Format};

type DestinationFactory = Box<dyn Fn(&mut Section<'_>) -> Result<Attachment, Reported> + Send + Sync>;
type FormatFactory = Box<dyn Fn(&mut Section<'_>) -> Result<Box<dyn Format>, Reported> + Send + Sync>;

/// The types of destinations, and the formats, that a program offers to a config. Your own type is one line:
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
#[derive(Default)]
pub struct Registry {
    destinations: BTreeMap<String, DestinationFactory>,
    formats: BTreeMap<String, FormatFactory>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("destinations", &self.destinations.keys())
            .field("formats", &self.formats.keys())
            .finish()
    }
}

impl Registry {
    /// A registry that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Offers a type of destination: `type: NAME`. `make` takes what is its own from the section; what holds for every
    /// destination (level, filter, format, buffer, ..) is read beside it. A later one of the same name replaces it.
    #[must_use]
    pub fn destination<A: Into<Attachment>>(
        mut self,
        name: &str,
        make: impl Fn(&mut Section<'_>) -> Result<A, Reported> + Send + Sync + 'static,
    ) -> Self {
        self.destinations.insert(name.to_owned(), Box::new(move |section| make(section).map(Into::into)));
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
        self.formats.insert(name.to_owned(), Box::new(make));
        self
    }

    /// The types of destinations that it offers.
    pub fn destinations(&self) -> impl Iterator<Item = &str> + Clone {
        self.destinations.keys().map(String::as_str)
    }

    /// The formats that it offers.
    pub fn formats(&self) -> impl Iterator<Item = &str> + Clone {
        self.formats.keys().map(String::as_str)
    }

    pub(crate) fn destination_factory(&self, name: &str) -> Option<&DestinationFactory> {
        self.destinations.get(name)
    }

    pub(crate) fn format_factory(&self, name: &str) -> Option<&FormatFactory> {
        self.formats.get(name)
    }
}
