//! A programmable log out of `tracing`'s events and spans: many destinations at once, changed while the program runs,
//! and nothing lost without a number.
//!
//! A program adds one line:
//!
//! ```no_run
//! use tracework::prelude::*;
//!
//! fn main() -> Result<(), tracework::Error> {
//!     let tracework = tracework::init("config/logging_framework.yml")?;
//!     info!(amount = 12.5, tags = "PAYMENT,USER_123", destinations = "app", "payment processed");
//!     tracework.control().set_level("console", Severity::DEBUG)?;
//!     tracework.shutdown(Duration::from_secs(5)).into_result()?;
//!     Ok(())
//! }
//! ```

#[cfg(feature = "config")]
mod builder;
mod error;
#[cfg(feature = "config")]
mod init;
#[cfg(feature = "config")]
mod main_result;
pub mod prelude;
#[cfg(feature = "config")]
pub mod registry;
#[cfg(feature = "config")]
mod startup;
#[cfg(feature = "test")]
pub mod test;

#[cfg(feature = "config")]
pub use builder::Init;
pub use error::Error;
#[cfg(feature = "config")]
pub use init::{Tracework, init, init_config, init_str};
#[cfg(feature = "config")]
pub use main_result::main_result;
#[cfg(feature = "config")]
pub use startup::{Startup, StartupBuilder, startup};
#[cfg(feature = "amqp")]
pub use tracework_amqp as amqp;
#[cfg(feature = "config")]
pub use tracework_config as config;
#[cfg(feature = "plugins")]
pub use tracework_config::plugin;
pub use tracework_core as core;
pub use tracework_core::{Kind, KindSet, Severity, SeveritySet};
pub use tracework_engine as engine;
pub use tracework_engine::{Control, FlushReport, Health, Resource, ShutdownReport};
pub use tracework_format as format;
#[cfg(feature = "http")]
pub use tracework_http as http;
#[cfg(feature = "kafka")]
pub use tracework_kafka as kafka;
#[cfg(feature = "json")]
pub use tracework_layer::json;
#[cfg(feature = "opentelemetry")]
pub use tracework_layer::trace_context;
pub use tracework_layer::{
    self as layer, DestinationLayer, LayerSlot, MetadataLayer, ResultExt, SlotError, SlotHandle, TagFilterLayer,
    context, critical, lazy, log_error, log_panics,
};
#[cfg(feature = "nats")]
pub use tracework_nats as nats;
#[cfg(feature = "otlp")]
pub use tracework_otlp as otlp;
#[cfg(feature = "redis")]
pub use tracework_redis as redis;
pub use tracework_rules as rules;
#[cfg(any(feature = "sql-mysql", feature = "sql-postgres", feature = "sql-sqlite"))]
pub use tracework_sql as sql;
pub use tracework_std as destinations;
#[cfg(feature = "syslog")]
pub use tracework_syslog as syslog;
