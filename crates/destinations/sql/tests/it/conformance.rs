//! The suite that every destination passes.

use crate::support::{Engine, Table};
use std::sync::Arc;
use tracework_core::Destination;
use tracework_testkit::conformance::{self, Subject};

/// A table to which the suite delivers. To break it, it is renamed; its destination does not create another.
fn subject(table: Table) -> Subject {
    let table = Arc::new(table);
    let mut first = table.sql();
    first.open().expect("it makes the table");
    first.close().expect("it closes");
    let (reader, breaker, mender) = (Arc::clone(&table), Arc::clone(&table), Arc::clone(&table));
    // Rows of a table have no order of their own.
    let read = move || reader.texts("message", "message").into_iter().flatten().collect();
    Subject::new(table.sql().create(false), read).fault(
        move || _ = breaker.ask("ALTER TABLE {t} RENAME TO {t}_away"),
        move || _ = mender.ask("ALTER TABLE {t}_away RENAME TO {t}"),
    )
}

fn conforms(engine: Engine) {
    if Table::new(engine).is_some() {
        conformance::check(|| subject(Table::new(engine).expect("it answered before")));
    }
}

#[test]
fn sqlite_does_what_every_destination_must() {
    conforms(Engine::Sqlite);
}

#[test]
fn postgres_does_what_every_destination_must() {
    conforms(Engine::Postgres);
}

#[test]
fn mariadb_does_what_every_destination_must() {
    conforms(Engine::Maria);
}
