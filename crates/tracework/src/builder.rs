//! Choosing how everything is set up.

use crate::init::{Watched, init_again};
use crate::{Error, Tracework, registry};
use std::path::Path;
use tracework_config::{ConfigSource, Environment, Registry, Reloader, Value, WatchSettings};

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
    watch: Option<WatchSettings>,
    hangup: bool,
}

impl From<ConfigSource> for Init {
    fn from(source: ConfigSource) -> Self {
        Self { source, registry: registry::standard(), watch: None, hangup: false }
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

    /// Applies changes of the config's files as they are saved: see [`Tracework::watch`].
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tracework::Error> {
    /// let tracework = tracework::Init::file("config/logging_framework.yml").watch().reload_on_hangup().start()?;
    /// tracing::info!("a saved change of the file holds within a second");
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch(self) -> Self {
        self.watch_with(WatchSettings::default())
    }

    /// The same with other settings.
    pub fn watch_with(self, settings: WatchSettings) -> Self {
        Self { watch: Some(settings), ..self }
    }

    /// Reads the config again, and opens files again, when the process gets SIGHUP. Without it the signal ends the
    /// process, as is usual.
    pub fn reload_on_hangup(self) -> Self {
        Self { hangup: true, ..self }
    }

    /// Reads the config, installs the global subscriber and attaches what the config names. What is not wrong with it but
    /// should be known is told on standard error.
    ///
    /// # Errors
    ///
    /// As [`init`](crate::init); and if what is to be watched cannot be.
    pub fn start(self) -> Result<Tracework, Error> {
        let Self { source, registry, watch, hangup } = self;
        init_again(source.read(&registry)?, |control| {
            let reloader = Reloader::new(control, source, registry);
            let watch = watch.map(|settings| reloader.watch(settings)).transpose().map_err(Error::Watch)?;
            let hangup = hangup.then(|| reloader.reload_on_hangup()).transpose().map_err(Error::Watch)?;
            Ok(Watched { reloader, watch, hangup })
        })
    }
}
