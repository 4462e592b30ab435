//! The destination against real databases.

mod conformance;
mod dead;
mod docs;
mod keeping;
mod lost;
mod poison;
mod pooled;
mod replay;
mod revoked;
mod sqlite;
mod support;
mod tables;
mod values;
