//! Records to bytes: [`Json`], [`Text`], [`Pattern`], [`Xml`], [`Logfmt`], [`Csv`], [`Gelf`], [`Ecs`], and [`from_fn`]
//! for one of your own. Each is a [`Format`](tracework_core::Format). A [`Template`] makes the names that destinations
//! need: of topics, queues, keys; a [`Place`] is one part of a record, for a column or a header.
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
#[cfg(feature = "otlp")]
mod otlp;
mod part;
mod pattern;
mod place;
mod shared;
mod template;
mod text;
mod time;
mod xml;

pub use csv::{Csv, UnknownColumn};
pub use custom::{FromFn, from_fn};
pub use ecs::Ecs;
pub use escape::is_dangerous;
pub use gelf::Gelf;
pub use json::{Json, Json as JsonLines, Shape, UnknownShape, put_json_str};
pub use logfmt::Logfmt;
pub use names::Names;
#[cfg(feature = "otlp")]
pub use otlp::OtlpEncoder;
pub use pattern::{Escape, Pattern, PatternError};
pub use place::{Found, Place, PlaceKind, Places, UnknownPlace, json_value, plain};
pub use template::{Allowed, RefusedName, Template};
pub use text::Text;
pub use time::{UnknownZone, Zone};
pub use xml::Xml;
