//! Errors that the program catches, and panics, as records.
//!
//! Each becomes an ordinary event of `tracing`, so other people's layers see it too. Its callsite is made for the place
//! in the program that caught it, with that place's file and line.

mod any;
mod backtrace;
mod emit;
mod panics;
mod result;
mod site;
mod target;

pub use any::{AnyError, Described, how};
pub use panics::{install_panic_hook, log_panics};
pub use result::{ResultExt, log_error};

use tracework_core::Reserved;

/// The name of our own events: what their fields say is known, whatever a config calls reserved fields.
pub(crate) const NAME: &str = "caught error";

/// What the field of an event of our own says.
pub(crate) fn reserved(field: &str) -> Option<Reserved> {
    Some(match field {
        "error.type" => Reserved::ErrorType,
        "error.backtrace" => Reserved::Backtrace,
        "file" => Reserved::File,
        "line" => Reserved::Line,
        _ => return Reserved::named(field),
    })
}
