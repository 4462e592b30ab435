//! The types of destinations, formats, enrichers, filters and actions that a config of this program can name.

mod destinations;
mod formats;

use tracework_config::Registry;

/// Every destination and every format that this build has, and with the feature `plugins` whatever the crates that are
/// linked into the program register by `plugin!`. Add your own to it:
///
/// ```
/// use tracework::core::{Batch, Destination, Failure};
///
/// struct Nowhere;
/// impl Destination for Nowhere {
///     fn name(&self) -> &'static str { "nowhere" }
///     fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> { Ok(()) }
/// }
///
/// let registry = tracework::registry::standard().destination("nowhere", |_| Ok(Nowhere));
/// assert!(registry.destinations().any(|name| name == "console"));
/// ```
#[must_use]
pub fn standard() -> Registry {
    let own = formats::add(destinations::add(Registry::new().owned_by("tracework"))).owned_by("this program");
    #[cfg(feature = "plugins")]
    let own = own.linked();
    own
}
