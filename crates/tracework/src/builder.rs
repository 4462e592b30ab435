//! Choosing how everything is set up.

use crate::{Error, Tracework, init_config, registry};
use std::path::Path;
use tracework_config::{ConfigSource, Environment, Registry, Value};

/// Everything set up from a config, with more to choose than [`init`](crate::init) has: the profile, the environment, types
/// of destinations of your own.
///
/// ```
/// use tracework::Init;
/// use tracework::config::Environment;
///
/// let tracework = Init::text("level: INFO")
///     .profile("testing")
///     .environment(Environment::none())
///     .start()?;
/// tracing::info!("up and running");
/// assert_eq!(tracework.control().plan().spec().default, ["recent"]);
/// # tracework.shutdown(std::time::Duration::from_secs(5)).into_result()?;
/// # Ok::<(), tracework::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "it does nothing until it is started"]
pub struct Init {
    source: ConfigSource,
    registry: Registry,
}

impl From<ConfigSource> for Init {
    fn from(source: ConfigSource) -> Self {
        Self { source, registry: registry::standard() }
    }
}

impl Init {
    /// From a file. Relative paths in it start at its folder.
    pub fn file(path: impl AsRef<Path>) -> Self {
        ConfigSource::file(path).into()
    }

    /// From the text of a config. Relative paths in it start at the working directory.
    pub fn text(config: &str) -> Self {
        ConfigSource::text("config", config).into()
    }

    /// From a value: the part of your program's own config that is about logging. `name` stands for the file in messages.
    pub fn value(name: &str, value: impl Into<Value>) -> Self {
        ConfigSource::value(name, value).into()
    }

    /// Chooses the profile, whatever the config and the environment say.
    pub fn profile(self, name: &str) -> Self {
        Self { source: self.source.profile(name), ..self }
    }

    /// Reads this environment instead of that of the process; [`Environment::none`] reads none.
    pub fn environment(self, environment: Environment) -> Self {
        Self { source: self.source.environment(environment), ..self }
    }

    /// Does the variable `RUST_LOG` replace `level` and `targets`? It does, unless this says no.
    pub fn rust_log(self, honoured: bool) -> Self {
        Self { source: self.source.rust_log(honoured), ..self }
    }

    /// Takes the types of destinations and the formats from this registry instead of [`registry::standard`].
    pub fn registry(self, registry: Registry) -> Self {
        Self { registry, ..self }
    }

    /// Reads the config, installs the global subscriber and attaches what the config names. What is not wrong with it but
    /// should be known is told on standard error.
    ///
    /// # Errors
    ///
    /// As [`init`](crate::init).
    pub fn start(self) -> Result<Tracework, Error> {
        init_config(self.source.read(&self.registry)?)
    }
}
