//! What each format writes: exact lines, and what must hold for any record.

mod csv;
mod event_ids;
mod hostile;
mod json;
mod lines;
mod pattern;
mod strict;
mod templates;
mod times;
mod work;
