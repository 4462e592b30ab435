//! What can be caught: errors of every make.

use super::backtrace;
use std::any::{Any, type_name};
use std::borrow::Cow;
use std::error::Error;
use std::fmt::Debug;
use tracework_engine::CaughtFrom;

/// What can be caught and logged: every [`Error`], `anyhow::Error`, `eyre::Report`, boxed errors, a text in the place of
/// an error, and what `JoinHandle::join` gives of a thread that panicked. `How` tells these apart and is always found
/// by the compiler.
pub trait AnyError<How> {
    /// The error, and what is known of it.
    fn describe(&self) -> Described<'_>;
}

/// An error, and what is known of it.
#[derive(Clone)]
pub struct Described<'a> {
    /// The error.
    pub from: CaughtFrom<'a>,
    /// Its type, where it is known.
    pub type_name: Option<&'a str>,
    /// The backtrace that it brings along.
    pub backtrace: Option<String>,
}

impl Debug for Described<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Described").field("type_name", &self.type_name).finish_non_exhaustive()
    }
}

/// How something is an error. Nobody needs to name these.
pub mod how {
    /// It implements `Error`.
    #[derive(Debug)]
    pub enum Direct {}
    /// It gives a reference to an `Error`: `anyhow::Error`, `eyre::Report`, `Box<dyn Error>`.
    #[derive(Debug)]
    pub enum ByRef {}
    /// It is a box that may be sent.
    #[derive(Debug)]
    pub enum Boxed {}
    /// It is a text.
    #[derive(Debug)]
    pub enum Text {}
    /// It is what a thread panicked with.
    #[derive(Debug)]
    pub enum Panic {}
}

impl<E: Error + 'static> AnyError<how::Direct> for E {
    fn describe(&self) -> Described<'_> {
        Described { from: CaughtFrom::Error(self), type_name: Some(type_name::<E>()), backtrace: None }
    }
}

impl<E: AsRef<dyn Error + 'static> + Debug> AnyError<how::ByRef> for E {
    fn describe(&self) -> Described<'_> {
        let error: &(dyn Error + 'static) = self.as_ref();
        // A report tells its backtrace in no other way that all of them have in common.
        let backtrace = backtrace::of_report(self);
        let own = Some(type_name::<E>()).filter(|name| !name.starts_with("alloc::boxed::Box<"));
        Described { from: CaughtFrom::Error(error), type_name: known(error).or(own), backtrace }
    }
}

impl AnyError<how::Boxed> for Box<dyn Error + Send + Sync> {
    fn describe(&self) -> Described<'_> {
        described(&**self)
    }
}

impl AnyError<how::Boxed> for Box<dyn Error + Send> {
    fn describe(&self) -> Described<'_> {
        described(&**self)
    }
}

fn described<'a>(error: &'a (dyn Error + 'static)) -> Described<'a> {
    Described { from: CaughtFrom::Error(error), type_name: known(error), backtrace: None }
}

macro_rules! texts {
    ($($text:ty),+) => {
        $(impl AnyError<how::Text> for $text {
            fn describe(&self) -> Described<'_> {
                Described { from: CaughtFrom::Text(self), type_name: None, backtrace: None }
            }
        })+
    };
}

texts!(String, &'static str, Cow<'static, str>, Box<str>);

impl AnyError<how::Panic> for Box<dyn Any + Send> {
    fn describe(&self) -> Described<'_> {
        let (from, type_name) = payload(&**self);
        Described { from, type_name, backtrace: None }
    }
}

/// What a panic's payload says, and its type where that is known: `panic` for a text.
pub(super) fn payload<'a>(payload: &'a (dyn Any + Send)) -> (CaughtFrom<'a>, Option<&'a str>) {
    const PANIC: Option<&str> = Some("panic");
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (CaughtFrom::Panic(text), PANIC);
    }
    if let Some(text) = payload.downcast_ref::<String>() {
        return (CaughtFrom::Panic(text), PANIC);
    }
    if let Some(text) = payload.downcast_ref::<Cow<'static, str>>() {
        return (CaughtFrom::Panic(text), PANIC);
    }
    if let Some(error) = error_in(payload) {
        return (CaughtFrom::Error(error), known(error).or(PANIC));
    }
    (CaughtFrom::Panic("a value of a type that is not known"), PANIC)
}

/// The error that a payload is, if it is of a type that can be asked for.
fn error_in<'a>(payload: &'a (dyn Any + Send)) -> Option<&'a (dyn Error + 'static)> {
    let sync = payload.downcast_ref::<Box<dyn Error + Send + Sync>>().map(|error| &**error as &(dyn Error + 'static));
    let send = || payload.downcast_ref::<Box<dyn Error + Send>>().map(|error| &**error as &(dyn Error + 'static));
    let io = || payload.downcast_ref::<std::io::Error>().map(|error| error as &(dyn Error + 'static));
    sync.or_else(send).or_else(io)
}

macro_rules! known_types {
    ($($error:ty),+ $(,)?) => {
        /// The type of an error, if it is one that is often met.
        fn known(error: &(dyn Error + 'static)) -> Option<&'static str> {
            $(if error.is::<$error>() {
                return Some(type_name::<$error>());
            })+
            None
        }
    };
}

known_types!(
    std::io::Error,
    std::fmt::Error,
    std::num::ParseIntError,
    std::num::ParseFloatError,
    std::num::TryFromIntError,
    std::str::Utf8Error,
    std::str::ParseBoolError,
    std::string::FromUtf8Error,
    std::env::VarError,
    std::time::SystemTimeError,
    std::sync::mpsc::RecvError,
    std::sync::mpsc::RecvTimeoutError,
    std::array::TryFromSliceError,
    std::char::ParseCharError,
    std::cell::BorrowError,
    std::cell::BorrowMutError,
    std::alloc::LayoutError,
    std::ffi::NulError,
    std::thread::AccessError,
    tracework_engine::PlanError,
    tracework_core::Failure,
);
