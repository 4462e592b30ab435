//! Records to bytes: [`Json`], [`Text`], [`Pattern`], [`Xml`], [`Logfmt`], [`Csv`], [`Gelf`], [`Ecs`], and [`from_fn`]
//! for one of your own. Each is a [`Format`](tracework_core::Format).
//!
//! Escaping is part of encoding: in every line format a record is one line, and no control character, bidirectional
//! control or line separator leaves unescaped, wherever in the record it stood.

mod csv;
mod custom;
mod ecs;
mod escape;
mod gelf;
mod json;
mod logfmt;
mod names;
mod number;
mod part;
mod pattern;
mod shared;
mod text;
mod time;
mod xml;

pub use csv::{Csv, UnknownColumn};
pub use custom::{FromFn, from_fn};
pub use ecs::Ecs;
pub use gelf::Gelf;
pub use json::{Json, Json as JsonLines, Shape, UnknownShape};
pub use logfmt::Logfmt;
pub use names::Names;
pub use pattern::{Pattern, PatternError};
pub use text::Text;
pub use time::{UnknownZone, Zone};
pub use xml::Xml;
