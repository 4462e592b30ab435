//! The engine's thread: takes what the lanes hold, and hands each destination its share.

mod dispatch;
mod filters;
mod merge;
mod recorder;
mod thread;
mod watched;

pub(crate) use thread::start;
