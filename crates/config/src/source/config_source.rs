//! What a config is read from.

use super::{Environment, Value, stack};
use crate::error::{Error, Problems};
use crate::origin::Texts;
use crate::watch::Prints;
use crate::{Config, Origin, Registry, read};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What a config is read from, and how: a file, a text or a value, the profile, the environment. It can be read again
/// at any time, with the same options.
///
/// ```
/// use tracework_config::{ConfigSource, Environment, Registry};
/// use tracework_core::{Severity, SeveritySet};
///
/// let environment = Environment::from_iter([("TRACEWORK_LEVEL", "ERROR")]);
/// let source = ConfigSource::text("app.yml", "level: INFO").environment(environment);
/// let config = source.read(&Registry::new())?;
/// assert_eq!(config.spec().level, SeveritySet::at_least(Severity::ERROR));
/// # Ok::<(), tracework_config::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is read"]
pub struct ConfigSource {
    pub(crate) body: Body,
    pub(crate) folder: PathBuf,
    pub(crate) profile: Option<String>,
    pub(crate) environment: Environment,
    pub(crate) rust_log: bool,
    /// What it held when it was last read, it or a clone of it.
    last: Arc<Mutex<Option<Prints>>>,
}

/// What is in the place of the file.
#[derive(Clone)]
pub(crate) enum Body {
    File(PathBuf),
    Text { name: String, text: String },
    Value { name: String, value: Value },
}

impl fmt::Debug for Body {
    /// The name alone: a text may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            Self::Text { name, .. } | Self::Value { name, .. } => name.fmt(f),
        }
    }
}

impl ConfigSource {
    fn new(body: Body, folder: &Path) -> Self {
        let environment = Environment::process();
        Self { body, folder: folder.to_owned(), profile: None, environment, rust_log: true, last: Arc::default() }
    }

    /// A file. Relative paths in it start at its folder.
    pub fn file(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::new(Body::File(path.to_owned()), folder)
    }

    /// A text; `name` stands for the file in messages. Relative paths in it start at the working directory.
    pub fn text(name: &str, text: &str) -> Self {
        Self::new(Body::Text { name: name.to_owned(), text: text.to_owned() }, Path::new("."))
    }

    /// A value, such as the part of a program's own config that is about logging; `name` stands for the file in messages.
    /// Relative paths in it start at the working directory.
    pub fn value(name: &str, value: impl Into<Value>) -> Self {
        Self::new(Body::Value { name: name.to_owned(), value: value.into() }, Path::new("."))
    }

    /// Has relative paths start at `folder`.
    pub fn folder(self, folder: impl AsRef<Path>) -> Self {
        Self { folder: folder.as_ref().to_owned(), ..self }
    }

    /// Chooses the profile, whatever the config and the environment say.
    pub fn profile(self, name: &str) -> Self {
        Self { profile: Some(name.to_owned()), ..self }
    }

    /// Reads this environment instead of that of the process.
    pub fn environment(self, environment: Environment) -> Self {
        Self { environment, ..self }
    }

    /// Does the variable `RUST_LOG` replace `level` and `targets`? It does, unless this says no.
    pub fn rust_log(self, honoured: bool) -> Self {
        Self { rust_log: honoured, ..self }
    }

    /// The file, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.body {
            Body::File(path) => Some(path),
            _ => None,
        }
    }

    /// Reads and validates it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, or that it cannot be read.
    pub fn read(&self, registry: &Registry) -> Result<Config, Error> {
        let (config, prints) = self.read_noting(registry);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(prints);
        config
    }

    /// What it held just before it was last read, if it was.
    pub(crate) fn last_read(&self) -> Option<Prints> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads it; also gives what everything that it depends on held just before.
    pub(crate) fn read_noting(&self, registry: &Registry) -> (Result<Config, Error>, Prints) {
        let texts = Texts::default();
        let problems = Problems::new(&texts);
        let config = stack(self, &problems).map(|mut stack| {
            let mut config = read::config(&self.name(), &problems, &mut stack.root, &self.folder, registry);
            config.provenance = stack.provenance(self, &problems);
            let Config { provenance, destinations, .. } = &mut config;
            destinations.iter().for_each(|prepared| provenance.add_usual(prepared));
            config
        });
        for clash in registry.clashes() {
            let text = texts.add("linked crates", "", Origin::Default, false);
            let help =
                "link one of them alone, or add the one that is meant to the registry, where it replaces the other";
            problems.add_whole(text, clash.to_string(), Some(help.to_owned()));
        }
        let prints = problems.prints();
        let config = match (problems.into_result(), config) {
            (Ok(()), Some(config)) => Ok(config),
            (Err(error), _) => Err(error),
            (Ok(()), None) => Err(Error::empty(&self.name())),
        };
        (config, prints)
    }

    /// Reads and validates it once with each profile that there is, of its own and built in. What is wrong with one, by
    /// its name. [`ConfigSource::read`] checks of a profile that nobody chose only its shape and what
    /// it builds on: it may name variables and files that are there only where it is used.
    ///
    /// ```
    /// use tracework_config::{ConfigSource, Registry};
    ///
    /// let source = ConfigSource::text("app.yml", "service: shop\nprofiles: { loud: { level: DEBGU } }");
    /// assert!(source.read(&Registry::new()).is_ok());
    /// let wrong = source.check_profiles(&Registry::new())?;
    /// let (_, error) = wrong.iter().find(|(name, _)| name == "loud").expect("it is wrong");
    /// assert!(error.to_string().contains("`DEBGU` is no level"), "{error}");
    /// # Ok::<(), tracework_config::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it is wrong as it is.
    pub fn check_profiles(&self, registry: &Registry) -> Result<Vec<(String, Error)>, Error> {
        let config = self.read_noting(registry).0?;
        let own = config.profiles().iter().cloned();
        let built_in = super::profiles().filter(|name| !config.profiles().iter().any(|own| own == name));
        let wrong = own.chain(built_in.map(str::to_owned)).filter_map(|name| {
            let error = self.clone().profile(&name).read_noting(registry).0.err()?;
            Some((name, error))
        });
        Ok(wrong.collect())
    }

    fn name(&self) -> String {
        match &self.body {
            Body::File(path) => path.display().to_string(),
            Body::Text { name, .. } | Body::Value { name, .. } => name.clone(),
        }
    }
}
