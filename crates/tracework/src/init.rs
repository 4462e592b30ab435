//! Setting up everything from a config.

use crate::{DestinationLayer, Error, Init, MetadataLayer, TagFilterLayer};
use std::path::Path;
use std::time::Duration;
use tracework_config::{Config, Reloader, Watch, WatchSettings};
use tracework_engine::{Control, Guard, Hangup, ReloadReport, SelfLogOutput, ShutdownReport};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How long the handle, when it goes out of scope, waits for what is queued.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// How long a panic waits for what is queued.
const PANIC_PATIENCE: Duration = Duration::from_secs(1);

/// Reads the config at `path`, installs the global subscriber and attaches what the config names. Variables of the
/// environment such as `TRACEWORK_LEVEL` are read over the config, and `RUST_LOG` replaces its `level` and `targets`. With
/// the feature `log`, what other crates emit through `log` comes along. [`Init`] has more to choose from.
/// Panics are logged from now on, see [`log_panics`](crate::log_panics); `errors: { panics: false }` says otherwise. What
/// goes wrong in a destination is told on standard error, once for each kind of failure;
/// [`Control::set_self_log`] says otherwise.
///
/// It is for once in a program, and what it returns is to be kept: see [`Tracework`].
///
/// For a stack of layers with others in it, see [`config::Config::into_control`](tracework_config::Config::into_control)
/// and [`DestinationLayer`].
///
/// # Errors
///
/// If the config is wrong (everything that is, each with its place), no thread can be started, or the program has a
/// global subscriber already.
pub fn init(path: impl AsRef<Path>) -> Result<Tracework, Error> {
    Init::file(path).start()
}

/// As [`init`], from the text of a config. Relative paths in it start at the working directory.
///
/// ```
/// let tracework = tracework::init_str("destinations: { recent: { type: memory } }")?;
/// tracing::info!("up and running");
/// let report = tracework.shutdown(std::time::Duration::from_secs(5));
/// assert_eq!(report.total.delivered, 1);
/// # Ok::<(), tracework::Error>(())
/// ```
///
/// # Errors
///
/// As [`init`].
pub fn init_str(config: &str) -> Result<Tracework, Error> {
    Init::text(config).start()
}

/// As [`init`], from a config that was read already, perhaps with types of destinations of your own. It cannot be
/// reloaded: for that, hand the source and the registry to [`Init`].
///
/// # Errors
///
/// As [`init`].
pub fn init_config(config: Config) -> Result<Tracework, Error> {
    let control = install_config(config)?;
    Ok(Tracework::of(&control))
}

/// As [`init_config`], from a config that can be read again.
pub(crate) fn init_again(
    config: Config,
    watched: impl FnOnce(&Control) -> Result<Watched, Error>,
) -> Result<Tracework, Error> {
    let control = install_config(config)?;
    let Watched { reloader, watch, hangup } = watched(&control)?;
    Ok(Tracework { watch, hangup, reloader: Some(reloader), guard: control.guard(PATIENCE) })
}

/// What reads a config again, and what has it do so.
pub(crate) struct Watched {
    pub(crate) reloader: Reloader,
    pub(crate) watch: Option<Watch>,
    pub(crate) hangup: Option<Hangup>,
}

/// Installs the global subscriber, and applies the config.
fn install_config(config: Config) -> Result<Control, Error> {
    tell(&config);
    let control = config.empty_control()?;
    tell_trouble(&control);
    let stack = stack(&control);
    config.apply(&control)?;
    stack.try_init()?;
    #[cfg(feature = "log")]
    bridge::install(&control);
    crate::log_panics(&control, PANIC_PATIENCE);
    Ok(control)
}

/// Has what goes wrong in a destination told on standard error: a log that is not written should not be found out a week
/// later.
fn tell_trouble(control: &Control) {
    control.set_self_log(SelfLogOutput { stderr: true, file: None });
}

/// Installs the global subscriber before any config is applied.
pub(crate) fn install(control: &Control) -> Result<(), Error> {
    tell_trouble(control);
    stack(control).try_init()?;
    #[cfg(feature = "log")]
    bridge::install(control);
    crate::log_panics(control, PANIC_PATIENCE);
    Ok(())
}

/// Our layers. They come before the config: what that says of metadata goes before what they find by themselves.
fn stack(control: &Control) -> impl tracing::Subscriber + Send + Sync + use<> {
    tracing_subscriber::registry()
        .with(MetadataLayer::new(control))
        .with(TagFilterLayer::new(control))
        .with(DestinationLayer::new(control))
}

/// Tells what is not wrong with a config, but should be known.
fn tell(config: &Config) {
    for warning in config.warnings() {
        // There is nobody to tell that this failed.
        _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("tracework: warning: {warning}\n"));
    }
}

/// The running pipeline. Keep it: when it goes out of scope, what is queued is delivered within five seconds, what was not
/// is told on standard error, and logging is over. `let _ = tracework::init(..)` lets go of it at once; `let _tracework` keeps
/// it.
#[derive(Debug)]
#[must_use = "logging ends when it is dropped: keep it in a variable such as `tracework` until `main` ends (`let _ =` drops it at once)"]
pub struct Tracework {
    // What watches goes first, so that nothing is set up while it all ends.
    watch: Option<Watch>,
    hangup: Option<Hangup>,
    reloader: Option<Reloader>,
    guard: Guard,
}

impl Tracework {
    pub(crate) fn of(control: &Control) -> Self {
        Self { watch: None, hangup: None, reloader: None, guard: control.guard(PATIENCE) }
    }

    /// The handle that changes it while it runs.
    #[must_use]
    pub fn control(&self) -> Control {
        self.guard.control().clone()
    }

    fn reloader(&self) -> Result<&Reloader, Error> {
        self.reloader.as_ref().ok_or(Error::NoSource)
    }

    /// Reads the config again and applies it in one swap: what did not change stays open, and a config that is wrong
    /// changes nothing. [`Control::reload`] says what stays of what the program changed, and how long it takes at the
    /// most.
    ///
    /// ```
    /// let tracework = tracework::init_str("destinations: { recent: { type: memory } }")?;
    /// assert_eq!(tracework.reload()?.kept, ["recent"]);
    /// # Ok::<(), tracework::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the config is wrong, cannot be applied, or was handed over by [`init_config`].
    pub fn reload(&self) -> Result<ReloadReport, Error> {
        Ok(self.reloader()?.reload()?)
    }

    /// Reads the config again with another profile, and applies it; later reloads keep the profile.
    ///
    /// ```
    /// let tracework = tracework::init_str("destinations: { recent: { type: memory } }")?;
    /// tracework.set_profile("debug")?;
    /// assert!(tracework.set_profile("nonsense").is_err());
    /// # Ok::<(), tracework::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Tracework::reload`]; and if there is no such profile.
    pub fn set_profile(&self, name: &str) -> Result<ReloadReport, Error> {
        Ok(self.reloader()?.set_profile(name)?)
    }

    /// Applies changes as they are saved: of the config's file, of those that it includes and of those that hold its
    /// secrets, however they are replaced. A change holds within a second. A config that is wrong changes nothing, and
    /// is told in [`Health::config`](crate::Health::config) and, as an ERROR, in the log.
    ///
    /// # Errors
    ///
    /// If no thread can be started, or the config was handed over by [`init_config`].
    pub fn watch(&mut self, settings: WatchSettings) -> Result<(), Error> {
        let watch = self.reloader()?.watch(settings).map_err(Error::Watch)?;
        self.watch = Some(watch);
        Ok(())
    }

    /// Ends it: delivers what is queued within `timeout`, and says what became of every record.
    #[must_use = "the report says what was lost"]
    pub fn shutdown(mut self, timeout: Duration) -> ShutdownReport {
        (self.watch, self.hangup) = (None, None);
        self.guard.control().shutdown(timeout)
    }
}

/// What comes through `log`.
#[cfg(feature = "log")]
mod bridge {
    use std::sync::Arc;
    use tracework_core::{Severity, SeveritySet};
    use tracework_engine::{Control, Plan};

    /// Has `log` hand its records to `tracing`, and keeps its highest level at what the plan may want.
    pub(super) fn install(control: &Control) {
        // A program that has a logger of its own keeps it.
        let first = highest(&control.plan(), None);
        if tracing_log::LogTracer::builder().with_max_level(first).init().is_err() {
            return;
        }
        let hub = Arc::downgrade(control.hub());
        control.hub().on_swap(move |plan| {
            let floor = hub.upgrade().and_then(|hub| hub.floor());
            log::set_max_level(highest(plan, floor));
        });
    }

    /// The finest level that any destination of the plan may take, or that a span asks for.
    fn highest(plan: &Plan, floor: Option<Severity>) -> log::LevelFilter {
        let spec = plan.spec();
        let own = spec.destinations().filter_map(|name| spec.settings(name)).filter(|settings| settings.enabled);
        let levels = own.fold(SeveritySet::NONE, |all, settings| all.union(settings.levels.unwrap_or(spec.level)));
        let asked = spec.temporary_levels().map(|temporary| temporary.level).chain(floor).chain(spec.hold);
        let recorded = spec.recorder.as_ref().map(|recorder| recorder.level);
        let asked = asked.chain(recorded).map(SeveritySet::at_least);
        match asked.fold(levels, SeveritySet::union).least() {
            None => log::LevelFilter::Off,
            Some(Severity::TRACE) => log::LevelFilter::Trace,
            Some(Severity::DEBUG) => log::LevelFilter::Debug,
            Some(Severity::INFO) => log::LevelFilter::Info,
            Some(Severity::WARNING) => log::LevelFilter::Warn,
            Some(Severity::ERROR | Severity::CRITICAL) => log::LevelFilter::Error,
        }
    }
}
