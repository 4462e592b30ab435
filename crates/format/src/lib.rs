//! Records to bytes: [`Json`], [`Text`], [`Pattern`], [`Xml`], [`Logfmt`], [`Csv`], [`Gelf`], [`Ecs`], and [`from_fn`]
//! for one of your own. Each is a [`Format`](tracework_core::Format).
//!
//! Escaping is part of encoding: in every line format a record is one line, and no control character, bidirectional
//! control or line separator leaves unescaped, wherever in the record it stood.

mod escape;
mod json;
mod names;
mod number;
mod shared;
mod text;
mod time;

pub use json::{Json, Json as JsonLines, Shape, UnknownShape};
pub use names::Names;
pub use text::Text;
pub use time::{UnknownZone, Zone};
