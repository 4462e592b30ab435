//! The YAML configuration of tracework: read with the place of every node, then validated as a whole.
//!
//! A [`Config`] comes from a [`ConfigSource`] (a file, a text or a value; a profile and the environment) and a
//! [`Registry`], which knows the types of destinations and the formats that a program offers; each reads its own part through a [`Section`]. What is wrong is told all at once, as an
//! [`Error`] of located [`Problem`]s. This crate alone knows YAML.

mod apply;
mod config;
mod error;
mod nearest;
mod origin;
mod place;
mod provenance;
mod raw;
mod read;
mod registry;
mod reloader;
mod save;
mod schema;
mod section;
mod source;
mod watch;

pub use apply::ApplyError;
pub use config::{Config, Prepared};
pub use error::{Error, Problem};
pub use origin::Origin;
pub use place::Place;
pub use provenance::ExplainedValue;
#[cfg(feature = "plugins")]
pub use registry::Plugin;
pub use registry::{Clash, Registry};
pub use reloader::{ReloadError, Reloader};
pub use save::{SaveConfig, Saved};
pub use schema::Schema;
pub use section::{Reported, Section, TlsFiles};
pub use source::{ConfigSource, Environment, Value, profiles, starter};
pub use tracework_core::units;
pub use watch::{Watch, WatchSettings};

#[cfg(feature = "plugins")]
#[doc(hidden)]
pub mod __plugins {
    pub use inventory;
}
