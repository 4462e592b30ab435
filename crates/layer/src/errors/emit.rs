//! From a caught error to an event.

use super::site::{FIELDS, Site};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use tracework_core::{Kind, Severity};
use tracework_engine::{CaughtError, CaughtFrom, ErrorSettings, Hub, SelfLogSource, own};
use tracing::field::{Value, display};
use tracing::{Event, Level, dispatcher};

/// The pipeline of the stack that holds on this thread, if a layer of ours stands in it.
pub(super) fn hub() -> Option<Arc<Hub>> {
    dispatcher::get_default(|dispatch| dispatch.downcast_ref::<Arc<Hub>>().cloned())
}

/// What is set for caught errors where this thread logs to.
pub(super) fn settings(hub: Option<&Arc<Hub>>) -> ErrorSettings {
    hub.map(|hub| hub.plan().spec().errors.clone()).unwrap_or_default()
}

/// A caught error as the settings have it.
pub(super) fn caught<'a>(
    from: CaughtFrom<'a>,
    type_name: Option<&'a str>,
    location: &'a Location<'a>,
    settings: ErrorSettings,
) -> CaughtError<'a> {
    CaughtError {
        from,
        type_name,
        location,
        severity: settings.level,
        kind: Kind::Log,
        category: None,
        tags: settings.tags,
        destinations: settings.destinations,
        message: None,
        target: None,
        ignored: false,
    }
}

thread_local! {
    /// The program's handler is running on this thread: what it catches itself is not handed to it.
    static HANDLING: Cell<bool> = const { Cell::new(false) };
}

/// Lets the program's handler see what was caught.
pub(super) fn hand_to_program(hub: Option<&Arc<Hub>>, caught: &mut CaughtError<'_>) {
    let Some(hub) = hub else { return };
    if HANDLING.try_with(|handling| handling.replace(true)).unwrap_or(true) {
        return;
    }
    let handled = catch_unwind(AssertUnwindSafe(|| hub.hand_to_program(caught)));
    let _ = HANDLING.try_with(|handling| handling.set(false));
    if handled.is_err() {
        hub.note(SelfLogSource::Handler, "the handler of caught errors panicked");
    }
}

/// Logs a caught error, after the program's handler saw it.
pub(super) fn log(
    mut caught: CaughtError<'_>,
    place: &'static Location<'static>,
    backtrace: Option<&str>,
    hub: Option<&Arc<Hub>>,
) {
    if own::is_own_thread() {
        return;
    }
    hand_to_program(hub, &mut caught);
    if !caught.ignored {
        emit(&caught, place, backtrace);
    }
}

/// `tracing`'s level of a severity.
fn level(severity: Severity) -> Level {
    match severity {
        Severity::TRACE => Level::TRACE,
        Severity::DEBUG => Level::DEBUG,
        Severity::INFO => Level::INFO,
        Severity::WARNING => Level::WARN,
        Severity::ERROR | Severity::CRITICAL => Level::ERROR,
    }
}

fn emit(caught: &CaughtError<'_>, place: &'static Location<'static>, backtrace: Option<&str>) {
    let site = Site::of(place, level(caught.severity), caught.target);
    if !site.is_enabled() {
        return;
    }
    let fields = site.known().fields();
    with_values(caught, backtrace, site.shared, |values| {
        Event::dispatch(site.known(), &fields.value_set_all(values));
    });
}

/// The values of the fields of a caught error, in their places.
fn with_values(
    caught: &CaughtError<'_>,
    backtrace: Option<&str>,
    place_in_fields: bool,
    with: impl FnOnce(&[Option<&dyn Value>]),
) {
    let text = if caught.error().is_some() { String::new() } else { caught.to_string() };
    let error: &dyn Value = match &caught.from {
        CaughtFrom::Error(error) => error,
        _ => &text,
    };
    let own = display(caught);
    let given = caught.message.as_ref().map(display);
    let message: &dyn Value = match &given {
        Some(given) => given,
        None => &own,
    };
    let (tags, destinations) = (ErrorSettings::joined(&caught.tags), ErrorSettings::joined(&caught.destinations));
    let (file, line) = (caught.location.file(), u64::from(caught.location.line()));
    let (kind, critical) = (caught.kind.name(), Severity::CRITICAL.name());
    let values: [Option<&dyn Value>; FIELDS.len()] = [
        Some(message),
        Some(error),
        caught.type_name.as_ref().map(|name| name as &dyn Value),
        backtrace.as_ref().map(|text| text as &dyn Value),
        (caught.severity == Severity::CRITICAL).then_some(&critical),
        (caught.kind != Kind::Log).then_some(&kind),
        caught.category.as_ref().map(|text| text as &dyn Value),
        tags.as_ref().map(|text| text as &dyn Value),
        destinations.as_ref().map(|text| text as &dyn Value),
        place_in_fields.then_some(&file),
        place_in_fields.then_some(&line),
    ];
    with(&values);
}
