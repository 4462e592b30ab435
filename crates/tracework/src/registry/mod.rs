//! The types of destinations, formats, enrichers, filters and actions that a config of this program can name.

#[cfg(feature = "amqp")]
mod amqp;
mod destinations;
mod formats;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "redis")]
mod redis;
#[cfg(any(feature = "sql-mysql", feature = "sql-postgres", feature = "sql-sqlite"))]
mod sql;
#[cfg(feature = "syslog")]
mod syslog;

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
    let own = formats::add(destinations::add(Registry::new().owned_by("tracework")));
    #[cfg(feature = "amqp")]
    let own = amqp::add(own);
    #[cfg(feature = "nats")]
    let own = nats::add(own);
    #[cfg(feature = "otlp")]
    let own = otlp::add(own);
    #[cfg(feature = "redis")]
    let own = redis::add(own);
    #[cfg(feature = "syslog")]
    let own = syslog::add(own);
    #[cfg(feature = "http")]
    let own = http::add(own);
    #[cfg(feature = "kafka")]
    let own = kafka::add(own);
    #[cfg(any(feature = "sql-mysql", feature = "sql-postgres", feature = "sql-sqlite"))]
    let own = own.destination("sql", sql::sql);
    let own = own.owned_by("this program");
    #[cfg(feature = "plugins")]
    let own = own.linked();
    own
}
