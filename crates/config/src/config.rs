//! A config that was validated as a whole.

use crate::Registry;
use crate::error::{Error, Problem};
use crate::provenance::{ExplainedValue, Provenance};
use crate::source::{ConfigSource, Value};
use std::path::{Path, PathBuf};
use tracework_core::{Attachment, DestinationSettings, Overflow};
use tracework_engine::{BufferFull, PlanSpec, ReservedNames, SharedBufferSettings, Source};

/// A config that was validated as a whole, and not applied to anything yet: no file is open, no thread runs.
///
/// ```
/// use tracework_config::{Config, Registry};
/// use tracework_std::Memory;
///
/// let registry = Registry::new().destination("memory", |section| {
///     Ok(Memory::new(section.take_count("records").unwrap_or(1000)))
/// });
/// let yaml = "
/// level: DEBUG
/// destinations:
///   recent: { type: memory, records: 100 }
/// ";
/// let control = Config::from_str("app.yml", yaml, &registry)?.into_control()?;
/// assert_eq!(control.plan().spec().default, ["recent"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Config {
    pub(crate) file: String,
    pub(crate) directory: PathBuf,
    pub(crate) spec: PlanSpec,
    pub(crate) names: ReservedNames,
    pub(crate) buffer: SharedBufferSettings,
    pub(crate) destinations: Vec<Prepared>,
    pub(crate) provenance: Provenance,
}

/// A destination of a config, not yet opened.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) format: Option<String>,
    pub(crate) paths: Vec<(String, PathBuf)>,
    pub(crate) attachment: Attachment,
    pub(crate) source: Source,
    /// What its type sets by itself.
    pub(crate) own: DestinationSettings,
}

impl Prepared {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type, as the config names it.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Its format, if the config names one.
    #[must_use]
    pub fn format(&self) -> Option<&str> {
        self.format.as_deref()
    }

    /// The paths it works with, absolute, each with the name that it has in the config.
    pub fn paths(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.paths.iter().map(|(name, path)| (name.as_str(), path.as_path()))
    }

    /// What holds for every destination.
    #[must_use]
    pub fn settings(&self) -> &DestinationSettings {
        &self.attachment.settings
    }
}

impl Config {
    /// Reads and validates a file, with what the environment of the process says. Relative paths in it start at its
    /// folder. [`ConfigSource`] has more to choose from.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, or that it cannot be read.
    pub fn from_file(path: impl AsRef<Path>, registry: &Registry) -> Result<Self, Error> {
        ConfigSource::file(path).read(registry)
    }

    /// Reads and validates a text, with what the environment of the process says; `name` stands for the file in messages.
    /// Relative paths start at the working directory.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn from_str(name: &str, text: &str, registry: &Registry) -> Result<Self, Error> {
        ConfigSource::text(name, text).read(registry)
    }

    /// Reads and validates a value, such as the part of a program's own config that is about logging, with what the
    /// environment of the process says; `name` stands for the file in messages. Relative paths start at the working
    /// directory.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn from_value(name: &str, value: impl Into<Value>, registry: &Registry) -> Result<Self, Error> {
        ConfigSource::value(name, value).read(registry)
    }

    /// What it was read from. Read it again after a change: `config.source().read(&registry)`.
    pub fn source(&self) -> &ConfigSource {
        &self.provenance.source
    }

    /// The files that it was read from, absolute: its own first, then those that it includes and those that hold secrets.
    /// Whoever waits for changes looks at these, and at the [folders](Self::folders).
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.provenance.files
    }

    /// The folders in which a new file would be included, because of a pattern such as `conf.d/*.yml`.
    #[must_use]
    pub fn folders(&self) -> &[PathBuf] {
        &self.provenance.folders
    }

    /// The profile that was chosen.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.provenance.profile.as_deref()
    }

    /// The profiles of its own, in the order of the file. Those [built in](crate::profiles) are there as well.
    #[must_use]
    pub fn profiles(&self) -> &[String] {
        &self.provenance.profiles
    }

    /// What is not wrong with it, but should be known.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.provenance.warnings
    }

    /// Every value that it has in the end, and who set it: nobody, a profile, a file, a variable of the environment.
    ///
    /// ```
    /// use tracework_config::{Config, Registry};
    ///
    /// let config = Config::from_str("app.yml", "level: ERROR\nmetadata: { api_key: s3cr3t }", &Registry::new())?;
    /// let value = |path: &str| config.explain_values().iter().find(|value| value.path() == path);
    /// assert_eq!(value("level").map(|level| (level.value(), level.set_by())), Some(("ERROR", "app.yml:1:8")));
    /// assert_eq!(value("metadata.api_key").map(|key| key.value()), Some("***"));
    /// assert_eq!(value("spans").map(|spans| spans.set_by()), Some("default"));
    /// # Ok::<(), tracework_config::Error>(())
    /// ```
    #[must_use]
    pub fn explain_values(&self) -> &[ExplainedValue] {
        &self.provenance.values
    }

    /// What the config is called in messages: its path.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The folder that relative paths start at.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What the plan is made of, but for the destinations.
    #[must_use]
    pub fn spec(&self) -> &PlanSpec {
        &self.spec
    }

    /// The same, to be changed before it is applied.
    pub fn spec_mut(&mut self) -> &mut PlanSpec {
        &mut self.spec
    }

    /// The shared buffer.
    #[must_use]
    pub fn buffer(&self) -> SharedBufferSettings {
        self.buffer
    }

    /// The names of the reserved fields.
    #[must_use]
    pub fn names(&self) -> &ReservedNames {
        &self.names
    }

    /// The destinations, in the order of the file.
    #[must_use]
    pub fn destinations(&self) -> &[Prepared] {
        &self.destinations
    }

    /// Has every queue wait for room without a limit, whatever the config says: nothing is dropped.
    #[must_use]
    pub fn never_dropping(mut self) -> Self {
        self.buffer.when_full = BufferFull::Block { limit: None };
        for destination in &mut self.destinations {
            destination.attachment.settings.buffer.when_full = Overflow::Block { limit: None };
        }
        self
    }
}
