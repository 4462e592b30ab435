//! What each format writes: exact lines, and what must hold for any record.

mod csv;
mod hostile;
mod json;
mod lines;
mod pattern;
mod strict;
mod times;
mod work;
