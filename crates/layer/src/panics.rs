//! Panics as records.

use std::any::Any;
use std::panic::PanicHookInfo;
use std::time::Duration;
use tracework_engine::{Control, own};

/// Has every panic of the program logged, as an event of severity CRITICAL and target `panic` with the message, the
/// place and the thread, inside the spans that were open; then everything queued is delivered, within `timeout`,
/// since the program may be about to end. The hook that was there before runs afterwards.
///
/// ```
/// use std::time::Duration;
/// # let control = tracework_engine::Control::new();
/// tracework_layer::log_panics(&control, Duration::from_secs(1));
/// ```
pub fn log_panics(control: &Control, timeout: Duration) {
    let control = control.clone();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // A panic of ours, or inside the formatting of a value, is counted where it is caught.
        if !own::is_own_thread() && !own::is_in_callback() && !control.hub().is_stopped() {
            emit(info);
            let _ = control.flush(timeout);
        }
        before(info);
    }));
}

fn emit(info: &PanicHookInfo<'_>) {
    let message = message(info.payload());
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("unnamed");
    match info.location() {
        Some(place) => {
            let (file, line, column) = (place.file(), place.line(), place.column());
            tracing::error!(
                target: "panic", severity = "CRITICAL", thread = name, file, line, column, "panicked: {message}"
            );
        }
        None => tracing::error!(target: "panic", severity = "CRITICAL", thread = name, "panicked: {message}"),
    }
}

/// What the panic says.
fn message(payload: &(dyn Any + Send)) -> &str {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "something that is no text",
    }
}
