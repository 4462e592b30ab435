//! Backtraces, as the environment or a setting asks for them.

use std::backtrace::Backtrace;
use std::fmt::Debug;
use std::sync::OnceLock;
use tracework_engine::BacktraceWhen;

/// What a variable of the environment asks for; it is read once, as the standard library does.
fn asked(variable: &'static str, kept: &'static OnceLock<Option<String>>) -> Option<&'static str> {
    let value = kept.get_or_init(|| std::env::var(variable).ok());
    value.as_deref().filter(|value| *value != "0")
}

/// What `RUST_BACKTRACE` asks for: `full` keeps every frame.
fn environment() -> Option<&'static str> {
    static VALUE: OnceLock<Option<String>> = OnceLock::new();
    asked("RUST_BACKTRACE", &VALUE)
}

/// May a report have captured a backtrace?
fn of_library() -> bool {
    static VALUE: OnceLock<Option<String>> = OnceLock::new();
    match asked("RUST_LIB_BACKTRACE", &VALUE) {
        Some(_) => true,
        None => VALUE.get().is_some_and(Option::is_none) && environment().is_some(),
    }
}

/// The calls that lead here, of a panic.
pub(super) fn of_panic(when: BacktraceWhen) -> Option<String> {
    let wanted = match when {
        BacktraceWhen::Always => true,
        BacktraceWhen::Never => false,
        _ => environment().is_some(),
    };
    wanted.then(captured)
}

/// The calls that lead here, of an error that brings none along.
pub(super) fn of_caught(when: BacktraceWhen) -> Option<String> {
    (when == BacktraceWhen::Always).then(captured)
}

fn captured() -> String {
    let text = Backtrace::force_capture().to_string();
    if environment() == Some("full") { text } else { trimmed(&text) }
}

/// The backtrace that a report brings along. `anyhow` and `eyre` write it behind these words; only where the
/// environment asks for backtraces can there be one.
pub(super) fn of_report(report: &impl Debug) -> Option<String> {
    if !of_library() {
        return None;
    }
    behind_words(&format!("{report:?}"))
}

fn behind_words(text: &str) -> Option<String> {
    let lower = "Stack backtrace:\n";
    text.rfind(lower).map(|at| trimmed(&text[at + lower.len()..]))
}

/// What begins the symbols of frames that belong to the panic or to us.
const OURS: [&str; 10] = [
    "std::backtrace",
    "<std::backtrace",
    "std::panicking",
    "core::panicking",
    "std::panic::",
    "rust_begin_unwind",
    "__rustc",
    "tracework_layer::errors",
    "<alloc::boxed::Box<F,A> as",
    "<core::result::Result<T,E> as tracework_layer",
];

/// The frames of the program: without those above a panic, and those below `main`.
fn trimmed(text: &str) -> String {
    let mut kept = String::new();
    let mut begun = false;
    let mut skips = false;
    for line in text.lines() {
        if let Some(symbol) = symbol(line) {
            begun |= !OURS.iter().any(|ours| symbol.starts_with(ours));
            if symbol.contains("__rust_begin_short_backtrace") {
                break;
            }
            skips = !begun;
        }
        if !skips {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    if kept.trim().is_empty() { text.to_owned() } else { kept }
}

/// The symbol of a line that begins a frame: `  12: app::main`.
fn symbol(line: &str) -> Option<&str> {
    let (number, symbol) = line.trim_start().split_once(": ")?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then_some(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frames_of_the_program_are_kept() {
        let text = "   0: std::backtrace::Backtrace::force_capture\n             at /rustc/x\n   1: std::panicking::begin\n   \
                    2: app::fails\n             at ./src/main.rs:3:5\n   3: app::main\n   4: std::sys::backtrace::__rust_begin_short_backtrace\n   5: main\n";
        assert_eq!(trimmed(text), "   2: app::fails\n             at ./src/main.rs:3:5\n   3: app::main\n");
        assert_eq!(trimmed("something else\n"), "something else\n");
        assert_eq!(trimmed(""), "");
    }

    #[test]
    fn a_report_s_backtrace_stands_behind_its_words() {
        let report = "it failed\n\nCaused by:\n    no\n\nStack backtrace:\n   0: app::main\n";
        assert_eq!(behind_words(report).as_deref(), Some("   0: app::main\n"));
        assert_eq!(behind_words("it failed"), None);
    }
}
