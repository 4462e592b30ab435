//! Records into tables of SQLite, PostgreSQL, MySQL and MariaDB: [`Sql`].
//!
//! Each engine stands behind a feature of its name. A table is created and migrated, or one of your own is filled by
//! [`Sql::columns`]. The id of each event is unique in it, so a record that is delivered twice stands in it once.

#![cfg_attr(
    not(all(feature = "mysql", feature = "postgres", feature = "sqlite")),
    expect(dead_code, reason = "what only some engines need stands with the rest")
)]

mod deliver;
mod describe;
mod destination;
mod engine;
mod failure;
mod keep;
mod layout;
mod name;
mod rows;
mod settings;
mod shape;
mod url;

pub use destination::Sql;
pub use tracework_core::{Credential, Mistake};
