//! What is logged before the config is read.

use crate::init::{PATIENCE, install};
use crate::{Error, Tracework, registry};
use std::path::Path;
use std::time::Duration;
use tracework_config::Config;
use tracework_core::{Attach as _, Severity, SeveritySet};
use tracework_engine::{BufferFull, Control, PlanError, PlanSpec, ReservedNames, SharedBufferSettings};
use tracework_std::Console;

/// Installs the global subscriber at once, before the config is read: what is logged from now on waits, DEBUG and above,
/// in 8 MiB of memory. [`Startup::init`] then reads the config, and what waited goes where the config says: in order, with
/// its own times and spans. If no config comes, it is written to standard error.
///
/// [`Startup::builder`] sets another level and another size.
///
/// ```
/// let mut startup = tracework::startup()?;
/// tracing::info!("reading the config");
/// let tracework = startup.init_str("destinations: { recent: { type: memory } }")?;
/// tracing::info!("up and running");
/// let report = tracework.shutdown(std::time::Duration::from_secs(5));
/// assert_eq!(report.total.delivered, 2);
/// # Ok::<(), tracework::Error>(())
/// ```
///
/// # Errors
///
/// If no thread can be started, or the program has a global subscriber already.
pub fn startup() -> Result<Startup, Error> {
    Startup::builder().install()
}

/// Holds what is logged before the config is read. See [`startup`].
///
/// When it goes out of scope before a config was applied, because there was none, because it was wrong, or because the
/// program panics, what it holds is written to standard error as text. A program that ends by `std::process::exit` runs
/// no destructor and loses it.
#[derive(Debug)]
#[must_use = "when it is dropped, what it holds is written to standard error"]
pub struct Startup {
    /// Until the config is applied.
    control: Option<Control>,
}

/// Sets how a [`Startup`] holds.
#[derive(Clone, Debug)]
pub struct StartupBuilder {
    level: Severity,
    memory: usize,
    names: ReservedNames,
}

impl Startup {
    /// How to hold: by default, DEBUG and above in 8 MiB.
    #[must_use]
    pub fn builder() -> StartupBuilder {
        let memory = SharedBufferSettings::default().memory;
        StartupBuilder { level: Severity::DEBUG, memory, names: ReservedNames::default() }
    }

    /// Reads the config at `path` and applies it, as [`init`](crate::init()) does; what was held is routed by it. After an
    /// error everything is held as before, and another config may be tried.
    ///
    /// # Errors
    ///
    /// If the config is wrong or cannot be applied, or was applied already.
    pub fn init(&mut self, path: impl AsRef<Path>) -> Result<Tracework, Error> {
        self.init_config(Config::from_file(path, &registry::standard())?)
    }

    /// As [`Startup::init`], from the text of a config.
    ///
    /// # Errors
    ///
    /// As [`Startup::init`].
    pub fn init_str(&mut self, config: &str) -> Result<Tracework, Error> {
        self.init_config(Config::from_str("config", config, &registry::standard())?)
    }

    /// As [`Startup::init`], from a config that was read already.
    ///
    /// # Errors
    ///
    /// As [`Startup::init`].
    pub fn init_config(&mut self, config: Config) -> Result<Tracework, Error> {
        let Some(control) = &self.control else { return Err(PlanError::ShutDown.into()) };
        config.apply(control)?;
        let tracework = Tracework::of(control);
        self.control = None;
        Ok(tracework)
    }

    /// The pipeline's handle; `None` once a config was applied.
    #[must_use]
    pub fn control(&self) -> Option<&Control> {
        self.control.as_ref()
    }
}

impl StartupBuilder {
    /// The least severity that is held. What the config does not want is thrown away later.
    #[must_use]
    pub fn level(mut self, least: Severity) -> Self {
        self.level = least;
        self
    }

    /// Bytes of memory that held records may take. What comes when they are full is dropped, counted, and announced once
    /// the config is there.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// The names of the reserved fields, if those of the config are not the usual ones: they are needed before it is
    /// read.
    #[must_use]
    pub fn names(mut self, names: ReservedNames) -> Self {
        self.names = names;
        self
    }

    /// Installs the global subscriber.
    ///
    /// # Errors
    ///
    /// If no thread can be started, or the program has a global subscriber already.
    pub fn install(self) -> Result<Startup, Error> {
        let mut plan = PlanSpec::default();
        plan.hold = Some(self.level);
        let buffer = SharedBufferSettings { memory: self.memory, when_full: BufferFull::DropNewest };
        let control = Control::builder().names(self.names).buffer(buffer).plan(plan).build()?;
        install(&control)?;
        if cfg!(panic = "abort") {
            write_at_panics(control.clone());
        }
        Ok(Startup { control: Some(control) })
    }
}

/// Where a panic ends the program at once, nothing goes out of scope.
fn write_at_panics(control: Control) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        before(panic);
        if control.plan().spec().hold.is_some() {
            write_out(&control);
        }
    }));
}

/// Writes what is held to standard error, and ends the pipeline.
fn write_out(control: &Control) {
    let stderr = Console::stderr().level(Severity::TRACE);
    let written = control.attach_all(vec![("stderr".to_owned(), stderr)], |plan| {
        plan.default = vec!["stderr".to_owned()];
        plan.level = SeveritySet::ALL;
        plan.hold = None;
    });
    // If even that fails there is nobody left to tell.
    drop(written);
    drop(control.guard(PATIENCE.min(Duration::from_secs(5))));
}

impl Drop for Startup {
    fn drop(&mut self) {
        if let Some(control) = self.control.take() {
            write_out(&control);
        }
    }
}
