//! A config that was validated as a whole.

use crate::error::{Error, Problems};
use crate::raw::MAX_BYTES;
use crate::{Registry, read};
use std::path::{Path, PathBuf};
use tracework_core::{Attachment, DestinationSettings, Overflow};
use tracework_engine::{BufferFull, PlanSpec, ReservedNames, SharedBufferSettings};

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
}

/// A destination of a config, not yet opened.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) format: Option<String>,
    pub(crate) paths: Vec<(String, PathBuf)>,
    pub(crate) attachment: Attachment,
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
    /// Reads and validates a file. Relative paths in it start at its folder.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, or that it cannot be read.
    pub fn from_file(path: impl AsRef<Path>, registry: &Registry) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let text = read_text(path, &name)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::read(&name, &text, folder, registry, &|variable| std::env::var(variable).ok())
    }

    /// Reads and validates a text; `name` stands for the file in messages. Relative paths start at the working
    /// directory.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn from_str(name: &str, text: &str, registry: &Registry) -> Result<Self, Error> {
        Self::read(name, text, Path::new("."), registry, &|variable| std::env::var(variable).ok())
    }

    /// Reads and validates a text of which everything around is given: the folder that relative paths start at, and
    /// the variables of the environment.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(
        name: &str,
        text: &str,
        folder: &Path,
        registry: &Registry,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        check_size(name, text.len())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let problems = Problems::new(name, text);
        let config = read::config(name, &problems, folder, registry, environment);
        problems.into_result()?;
        config.ok_or_else(|| empty(name))
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

fn empty(name: &str) -> Error {
    let help = "the shortest config that does something: `destinations: { console: { type: console } }`";
    Error::whole_file(name, "the config is empty", Some(help.into()))
}

fn check_size(name: &str, bytes: usize) -> Result<(), Error> {
    if bytes > MAX_BYTES {
        return Err(Error::whole_file(name, "the config is larger than 1 MiB", None));
    }
    Ok(())
}

fn read_text(path: &Path, name: &str) -> Result<String, Error> {
    let refuse = |error: std::io::Error| Error::whole_file(name, format!("cannot be read: {error}"), None);
    let length = std::fs::metadata(path).map_err(refuse)?.len();
    check_size(name, usize::try_from(length).unwrap_or(usize::MAX))?;
    let bytes = std::fs::read(path).map_err(refuse)?;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..good].iter().filter(|&&byte| byte == b'\n').count() + 1;
        Error::whole_file(name, format!("line {line} is not UTF-8"), None)
    })
}
