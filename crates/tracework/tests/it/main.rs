//! The face: a config of its own types, and the one line that sets everything up.

mod bad;
mod capture;
mod fuzz;
mod init;
mod kept;
mod sample;
mod saved;
mod schema;
