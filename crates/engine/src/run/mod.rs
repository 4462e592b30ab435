//! The engine's thread: takes what the lanes hold, and hands each destination its share.

mod dispatch;
mod merge;
mod thread;

pub(crate) use thread::start;
