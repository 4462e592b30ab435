//! The engine as its users see it.

mod earlier;
mod replay;
mod spool;
