//! Panics as records.

use super::any::payload;
use super::{NAME, backtrace, emit};
use std::panic::{Location, PanicHookInfo};
use std::sync::{Mutex, Once};
use std::time::Duration;
use tracework_core::{Kind, Severity};
use tracework_engine::{CaughtError, CaughtFrom, Control, ErrorSettings, note_own_panic, own};
use tracing::Level;

/// The pipelines that are flushed when the program panics, and how long that may take.
static WATCHED: Mutex<Vec<(Control, Duration)>> = Mutex::new(Vec::new());

/// Has every panic of the program logged, as an event of severity CRITICAL and target `panic` with the message, the
/// place, the thread and, as `RUST_BACKTRACE` or the setting says, the backtrace, inside the spans that were open; then
/// everything queued is delivered, within `timeout`, since the program may be about to end. The hook that was there
/// before runs afterwards. A second call for the same pipeline only changes the time.
///
/// A panic on a thread of tracework's own is noted in the self-log instead. A panic inside the formatting of a value
/// that is being logged is not logged: the record says that it is incomplete.
///
/// ```
/// use std::time::Duration;
/// # let control = tracework_engine::Control::new();
/// tracework_layer::log_panics(&control, Duration::from_secs(1));
/// ```
pub fn log_panics(control: &Control, timeout: Duration) {
    {
        let mut watched = WATCHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        watched.retain(|(other, _)| !other.hub().is_stopped() && !std::sync::Arc::ptr_eq(other.hub(), control.hub()));
        watched.push((control.clone(), timeout));
    }
    install_panic_hook();
}

/// Has panics logged without anything being flushed: what [`log_panics`] does for no pipeline in particular.
pub fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            hook(info);
            before(info);
        }));
    });
}

fn hook(info: &PanicHookInfo<'_>) {
    if own::is_own_thread() {
        let (from, _) = payload(info.payload());
        let place = info.location().map(|place| format!(" at {place}")).unwrap_or_default();
        return note_own_panic(&format!("panicked{place}: {}", text(from)));
    }
    // A panic inside the formatting of a value is counted where it is caught.
    if own::is_in_callback() {
        return;
    }
    // Whoever panics may hold the lock; then nothing is flushed but what the end of the program flushes.
    let watched = WATCHED.try_lock().map(|watched| watched.clone()).unwrap_or_default();
    if !watched.is_empty() && watched.iter().all(|(control, _)| control.hub().is_stopped()) {
        return;
    }
    log(info);
    for (control, timeout) in watched.iter().filter(|(control, _)| !control.hub().is_stopped()) {
        let _ = control.flush(*timeout);
    }
}

fn text(from: CaughtFrom<'_>) -> String {
    match from {
        CaughtFrom::Text(text) | CaughtFrom::Panic(text) => text.to_owned(),
        CaughtFrom::Error(error) => error.to_string(),
        _ => String::new(),
    }
}

fn log(info: &PanicHookInfo<'_>) {
    let hub = emit::hub();
    let settings = emit::settings(hub.as_ref());
    if !settings.panics {
        return;
    }
    let backtrace = backtrace::of_panic(settings.backtrace);
    let (from, type_name) = payload(info.payload());
    let mut caught = emit::caught(from, type_name, info.location().unwrap_or(Location::caller()), settings);
    caught.severity = Severity::CRITICAL;
    emit::hand_to_program(hub.as_ref(), &mut caught);
    if !caught.ignored {
        event(&caught, info.location().is_some(), backtrace.as_deref());
    }
}

/// Emits the event of a panic. It has one callsite for all of them, registered before there is a panic: whoever panics
/// may hold locks that a new callsite would need.
fn event(caught: &CaughtError<'_>, place_known: bool, backtrace: Option<&str>) {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("unnamed");
    let (file, line, column) = (caught.location.file(), caught.location.line(), caught.location.column());
    let text = caught.to_string();
    let message = caught.message.clone().unwrap_or_else(|| format!("panicked: {text}"));
    let error = match caught.from {
        CaughtFrom::Error(error) => Some(error),
        _ => None,
    };
    let (tags, destinations) = (ErrorSettings::joined(&caught.tags), ErrorSettings::joined(&caught.destinations));
    tracing::event!(
        name: NAME,
        target: "panic",
        Level::ERROR,
        error,
        error.type = caught.type_name,
        error.backtrace = backtrace,
        severity = caught.severity.name(),
        kind = (caught.kind != Kind::Log).then(|| caught.kind.name()),
        category = caught.category.as_deref(),
        tags = tags.as_deref(),
        destinations = destinations.as_deref(),
        thread = name,
        file = place_known.then_some(file),
        line = place_known.then_some(line),
        column = place_known.then_some(column),
        "{message}"
    );
}
