//! The face: a config of its own types, and the one line that sets everything up.

mod bad;
mod capture;
mod fuzz;
mod init;
#[cfg(feature = "kafka")]
mod kafka;
mod kept;
mod nowhere;
mod posting;
mod sample;
mod saved;
mod schema;
mod secrets;
#[cfg(all(feature = "sql-postgres", feature = "sql-sqlite", feature = "sql-mysql"))]
mod sql;
mod webhook;
