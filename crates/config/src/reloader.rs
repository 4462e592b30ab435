//! A pipeline, and the config that it can be set up from again.

use crate::watch::{self, Prints, Watch, WatchSettings};
use crate::{ApplyError, Config, ConfigSource, Error, Registry};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracework_engine::{Control, Hangup, ReloadReport};

/// Why a config was refused. Nothing was changed then.
#[derive(Debug)]
pub enum ReloadError {
    /// It is wrong: everything that is, each with its place.
    Config(Error),
    /// It is right, but cannot be applied.
    Apply(ApplyError),
}

impl fmt::Display for ReloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Apply(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReloadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Config(_) => None,
            Self::Apply(error) => std::error::Error::source(error),
        }
    }
}

impl From<Error> for ReloadError {
    fn from(error: Error) -> Self {
        Self::Config(error)
    }
}

impl From<ApplyError> for ReloadError {
    fn from(error: ApplyError) -> Self {
        Self::Apply(error)
    }
}

type Prepare = Box<dyn Fn(Config) -> Config + Send + Sync>;

/// A pipeline, and the config that it can be set up from again: when the program says so, when its files change, when
/// the system sends SIGHUP. Clones are the same.
///
/// A config that is refused changes nothing. It is told in [`Health::config`](tracework_engine::Health::config), and
/// once in the stream: see [`Control::note_refused`].
///
/// ```
/// use tracework_config::{ConfigSource, Registry, Reloader};
/// use tracework_std::Memory;
///
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("app.yml");
/// std::fs::write(&file, "level: INFO")?;
/// let registry = Registry::new().destination("memory", |_| Ok(Memory::new(100)));
/// let config = ConfigSource::file(&file).read(&registry)?;
/// let control = config.empty_control()?;
/// config.apply(&control)?;
///
/// let reloader = Reloader::new(&control, ConfigSource::file(&file), registry);
/// std::fs::write(&file, "destinations: { recent: { type: memory } }")?;
/// assert_eq!(reloader.reload()?.added, ["recent"]);
/// std::fs::write(&file, "destinations: { recent: { type: memry } }")?;
/// assert!(reloader.reload().is_err());
/// assert_eq!(control.health().config.map(|config| config.state), Some("refused"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Reloader(Arc<Inside>);

struct Inside {
    control: Control,
    registry: Registry,
    prepare: Prepare,
    state: Mutex<State>,
}

struct State {
    source: ConfigSource,
    /// What everything that the last config was read from held just before, be it good or bad.
    seen: Prints,
}

impl fmt::Debug for Reloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloader").field("files", &self.files()).finish_non_exhaustive()
    }
}

impl Reloader {
    /// For `control`, which a config was applied to that was read from `source`, or from a clone of it. What changed since it
    /// was read is found as soon as it is [watched](Reloader::watch).
    #[must_use]
    pub fn new(control: &Control, source: ConfigSource, registry: Registry) -> Self {
        Self::preparing(control, source, registry, |config| config)
    }

    /// The same, where each config is changed by `prepare` before it is applied.
    #[must_use]
    pub fn preparing(
        control: &Control,
        source: ConfigSource,
        registry: Registry,
        prepare: impl Fn(Config) -> Config + Send + Sync + 'static,
    ) -> Self {
        let seen = source.last_read().unwrap_or_else(|| source.read_noting(&registry).1);
        let state = Mutex::new(State { source, seen });
        Self(Arc::new(Inside { control: control.clone(), registry, prepare: Box::new(prepare), state }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the config again, and applies it: see [`Control::reload`] for what stays and how long it takes. Several
    /// threads that call it do so one after the other.
    ///
    /// # Errors
    ///
    /// If the config is wrong or cannot be applied.
    pub fn reload(&self) -> Result<ReloadReport, ReloadError> {
        let mut state = self.lock();
        let source = state.source.clone();
        self.load(&mut state, &source)
    }

    /// Reads the config again with another profile, and applies it; later reloads keep the profile.
    ///
    /// # Errors
    ///
    /// If there is no such profile, or the config with it is wrong or cannot be applied. The profile before stays then.
    pub fn set_profile(&self, name: &str) -> Result<ReloadReport, ReloadError> {
        let mut state = self.lock();
        let source = state.source.clone().profile(name);
        let report = self.load(&mut state, &source)?;
        state.source = source;
        Ok(report)
    }

    fn load(&self, state: &mut State, source: &ConfigSource) -> Result<ReloadReport, ReloadError> {
        let loaded = self.load_from(state, source);
        if let Err(error) = &loaded {
            self.0.control.note_refused(&error.to_string());
        }
        loaded
    }

    fn load_from(&self, state: &mut State, source: &ConfigSource) -> Result<ReloadReport, ReloadError> {
        let read = state.read(source, &self.0.registry)?;
        Ok((self.0.prepare)(read).apply(&self.0.control)?)
    }

    /// What the config depends on, as of the last time that it was read: its file, those that it includes, those that
    /// hold secrets, and folders in which a new file would be included.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.lock().seen.files()
    }

    /// What they held just before.
    pub(crate) fn seen(&self) -> Prints {
        self.lock().seen.clone()
    }

    /// The pipeline.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.0.control
    }

    /// Reloads whenever one of the [files](Reloader::files) changes, until what this returns is dropped.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    pub fn watch(&self, settings: WatchSettings) -> io::Result<Watch> {
        watch::start(self.clone(), settings)
    }

    /// Reloads when the process gets SIGHUP, and has every destination open again what it writes to (as after
    /// logrotate's rename), until what this returns is dropped. If the config is refused, they open again all the same.
    ///
    /// # Errors
    ///
    /// If the signal cannot be watched or no thread can be started; on systems without that signal always.
    pub fn reload_on_hangup(&self) -> io::Result<Hangup> {
        let reloader = self.clone();
        Hangup::watch(move || {
            // First, since a reload may take its time, and whoever moved the files waits.
            reloader.0.control.reopen();
            // What is wrong is told in health and in the stream.
            let _ = reloader.reload();
        })
    }
}

impl State {
    /// Reads the config, and notes what it depends on.
    fn read(&mut self, source: &ConfigSource, registry: &Registry) -> Result<Config, Error> {
        let (read, seen) = source.read_noting(registry);
        // Of a config that is wrong, the files before stay: among them may be the one to be mended.
        let before = std::mem::take(&mut self.seen);
        self.seen = if read.is_ok() { seen } else { seen.and(before) };
        read
    }
}
