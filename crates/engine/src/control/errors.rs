//! Errors of the program, alerts, and what goes wrong in tracework itself.

use super::Control;
use crate::alerts::{ActionHandle, ActionHealth, AlertHealth, AlertSpec};
use crate::errors::{CaughtError, ErrorGroups, ErrorSettings, Groups};
use crate::plan::{PlanError, check_name};
use crate::selflog::{FailureReport, Failures, SELF_LOG_ENTRIES, SelfLogEntry, SelfLogOutput, SelfLogSource};
use std::collections::BTreeMap;
use std::sync::Arc;
use tracework_core::Action;

impl Control {
    /// The errors that records carried, grouped by their fingerprints: 512 groups at the most, the one seen last first.
    #[must_use]
    pub fn errors(&self) -> ErrorGroups {
        self.hub().beside.groups().list()
    }

    /// Forgets all groups of errors.
    pub fn clear_errors(&self) {
        *self.hub().beside.groups() = Groups::default();
    }

    /// Sets the level, tags and destinations of errors that the program catches, and whether backtraces are captured.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn set_errors(&self, settings: ErrorSettings) -> Result<(), PlanError> {
        self.change(|spec| {
            spec.errors = settings;
            Ok(())
        })
    }

    /// Sets the handler of caught errors: it sees each one, panics too, before it becomes a record, and may change its
    /// level, tags, destinations and message, or have nothing logged. It runs where the error was caught, so it must
    /// be quick; what it catches and logs itself is not handed to it. A later call replaces it.
    ///
    /// In a panic hook Rust ends the process if the handler panics; elsewhere its panic is noted in the self-log.
    ///
    /// ```
    /// # let control = tracework_engine::Control::new();
    /// control.on_error(|caught| {
    ///     if caught.error().is_some_and(|error| error.is::<std::io::Error>()) {
    ///         caught.tags("IO").destinations("+disk");
    ///     }
    /// });
    /// ```
    pub fn on_error(&self, handler: impl Fn(&mut CaughtError<'_>) + Send + Sync + 'static) {
        self.hub().beside.set_handler(Arc::new(handler));
    }

    /// Has `handler` told of every failed call of a destination: its name, and what failed. It runs on a thread of
    /// tracework's own, so it may wait; whatever it logs is ignored. At most 1,024 failures wait to be told, and more are
    /// counted by [`Control::failures`]. Several handlers are all told.
    ///
    /// # Errors
    ///
    /// If the thread could not be started.
    pub fn on_failure(&self, handler: impl Fn(&str, &FailureReport) + Send + 'static) -> Result<(), PlanError> {
        self.hub().beside.selflog.notifier.on_failure(Box::new(handler)).map_err(PlanError::Thread)
    }

    /// How many failures the handlers were told, and missed.
    #[must_use]
    pub fn failures(&self) -> Failures {
        self.hub().beside.selflog.notifier.failures()
    }

    /// What went wrong in tracework itself, the oldest first: 256 entries at the most. The newest are in
    /// [`Control::health`] too.
    #[must_use]
    pub fn self_log(&self) -> Vec<SelfLogEntry> {
        self.hub().beside.selflog.newest(SELF_LOG_ENTRIES)
    }

    /// Has the self-log written to standard error or a file as well, by a thread of tracework's own that starts with the
    /// first entry. `SelfLogOutput::default()` writes it nowhere. `tracework::init` has it on standard error.
    ///
    /// ```
    /// # let control = tracework_engine::Control::new();
    /// use tracework_engine::SelfLogOutput;
    ///
    /// control.set_self_log(SelfLogOutput { stderr: true, file: Some("logs/tracework.log".into()) });
    /// ```
    pub fn set_self_log(&self, output: SelfLogOutput) {
        self.hub().beside.selflog.notifier.set_output(output);
    }

    /// Notes in the self-log what went wrong in a part that works with the pipeline, such as a config that was refused.
    pub fn note(&self, source: SelfLogSource, message: &str) {
        self.hub().beside.selflog.note(source, message);
    }

    /// Makes an action known that alerts can run, or replaces the one of this name. It gets a thread of its own, and a
    /// queue of 256 records; what is beyond is dropped and counted.
    ///
    /// # Errors
    ///
    /// If `name` is no name, or no thread could be started.
    pub fn add_action(&self, name: &str, action: impl Action) -> Result<(), PlanError> {
        check_name(name)?;
        let log = Arc::clone(&self.hub().beside.selflog);
        let said = action.as_config().map(|described| (String::new(), Some(described)));
        let action = ActionHandle::spawn(name, Box::new(action), log, said).map_err(PlanError::Thread)?;
        self.change(|spec| {
            spec.actions.retain(|(other, _)| other != name);
            spec.actions.push((name.to_owned(), action));
            Ok(())
        })
    }

    /// Removes an action. What waits for it is still run for.
    ///
    /// # Errors
    ///
    /// If there is none of this name, or an alert runs it.
    pub fn remove_action(&self, name: &str) -> Result<(), PlanError> {
        self.change(|spec| {
            let before = spec.actions.len();
            spec.actions.retain(|(other, _)| other != name);
            if spec.actions.len() < before {
                return Ok(());
            }
            Err(PlanError::NotFound { what: "action", name: name.to_owned() })
        })
    }

    /// Sets an alert, or replaces the one of its name.
    ///
    /// # Errors
    ///
    /// If it names an action that is not there.
    pub fn set_alert(&self, alert: AlertSpec) -> Result<(), PlanError> {
        self.change(|spec| {
            spec.alerts.retain(|other| other.name != alert.name);
            spec.alerts.push(alert);
            Ok(())
        })
    }

    /// Removes an alert.
    ///
    /// # Errors
    ///
    /// If there is none of this name.
    pub fn remove_alert(&self, name: &str) -> Result<(), PlanError> {
        self.change(|spec| {
            let before = spec.alerts.len();
            spec.alerts.retain(|other| other.name != name);
            if spec.alerts.len() < before {
                return Ok(());
            }
            Err(PlanError::NotFound { what: "alert", name: name.to_owned() })
        })
    }

    /// How each alert is.
    #[must_use]
    pub fn alerts(&self) -> Vec<AlertHealth> {
        self.plan().spec().alerts.iter().map(AlertSpec::health).collect()
    }

    /// How each action is, by name.
    #[must_use]
    pub fn actions(&self) -> BTreeMap<String, ActionHealth> {
        self.plan().spec().actions.iter().map(|(name, action)| (name.clone(), action.health())).collect()
    }
}
