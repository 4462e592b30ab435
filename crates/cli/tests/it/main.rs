//! The program, as its users run it: over real files.

mod bad;
mod check;
mod docs;
mod explain;
mod hostile;
mod misuse;
mod order;
mod pipe;
mod promises;
mod replay;
mod sample;
mod schema;
mod support;
