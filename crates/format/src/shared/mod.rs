//! What formats share: what they keep between records, and the one way through a record's parts.

mod context;
mod cuts;
mod fields;
mod fragment;
mod kept;
mod metadata;
mod pairs;
mod plain;
mod said;
mod setup;
mod site;

pub(crate) use context::{Context, has_own_trace, named_spans};
pub(crate) use cuts::{cut_names, is_whole, write_missing};
pub(crate) use fields::{Dialect, Keys, Role, Seen, fields_of, is_taken, span_fields, write_fields, write_span};
#[cfg(feature = "otlp")]
pub(crate) use fields::{last_of, name_bit};
pub(crate) use fragment::Fragment;
pub(crate) use kept::{Leaves, Settled, Sites};
pub(crate) use metadata::metadata_of;
pub(crate) use pairs::{Pairs, has_field};
pub(crate) use plain::{Plain, error_pairs, thread_label};
pub(crate) use said::{Said, chain, is_cut, tags_around, tags_of};
pub(crate) use setup::{Kept, Setup};
pub(crate) use site::Site;
