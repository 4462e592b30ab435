//! Tables that are created, migrated, or somebody else's.

use crate::support::{Engine, Table, deliver, in_each};
use tracework_core::{Destination, FailureClass, Value};
use tracework_testkit::TestRecord;

#[test]
fn a_table_is_created_with_its_columns_and_recorded() {
    in_each(|table| {
        table.sql().open().expect("it opens");
        table.sql().open().expect("it opens when it is there");
        assert_eq!(table.count(), 0);
        assert_eq!(table.ask("SELECT version FROM tracework_tables WHERE name = '{t}'"), "1");
        let columns = match table.engine {
            Engine::Sqlite => table.ask("SELECT name FROM pragma_table_info('{t}')"),
            _ => table.ask(
                "SELECT column_name FROM information_schema.columns WHERE table_name = '{t}' ORDER BY ordinal_position",
            ),
        };
        let columns: Vec<_> = columns.lines().collect();
        assert_eq!(columns.len(), 22, "{columns:?}");
        assert_eq!(columns[..3], ["event_id", "time", "severity"]);
    });
}

#[test]
fn a_table_of_ours_gets_the_columns_that_it_lacks() {
    in_each(|table| {
        let first = [("id", "event_id"), ("text", "message")];
        deliver(&mut table.sql().columns(first).expect("columns"), &[TestRecord::new("old").build()])
            .expect("it arrives");
        // An earlier version is recorded for it.
        table.ask("UPDATE tracework_tables SET version = 0 WHERE name = '{t}'");
        let then = [("id", "event_id"), ("text", "message"), ("at", "time"), ("more", "fields")];
        let mut sql = table.sql().columns(then).expect("columns");
        deliver(&mut sql, &[TestRecord::new("new").field("a", Value::U64(1)).build()]).expect("it arrives");
        assert_eq!(table.ask("SELECT version FROM tracework_tables WHERE name = '{t}'"), "1");
        let texts = table.texts("more", "text");
        assert_eq!(texts.len(), 2);
        assert!(texts[0].as_ref().is_some_and(|json| json.replace(' ', "") == "{\"a\":1}"), "{texts:?}");
        assert_eq!(texts[1], None, "the old row stays");
        // Whoever runs with fewer columns goes on.
        deliver(&mut table.sql().columns(first).expect("columns"), &[TestRecord::new("z").build()])
            .expect("it arrives");
        assert_eq!(table.count(), 3);
    });
}

#[test]
fn a_table_of_others_is_left_as_it_is() {
    in_each(|table| {
        table.ask("CREATE TABLE {t} (message varchar(50), a int)");
        let mut sql = table.sql();
        let failure = sql.open().expect_err("it lacks columns");
        assert_eq!(failure.class(), FailureClass::Temporary);
        let text = failure.to_string();
        assert!(text.contains("has no column `event_id`, `time`"), "{text}");
        assert!(text.contains("none of ours") && text.contains("`columns`"), "{text}");
        let mut sql = table.sql().columns([("message", "message"), ("a", "severity")]).expect("columns");
        deliver(&mut sql, &[TestRecord::new("x").build()]).expect("it arrives");
        assert_eq!(table.ask("SELECT a FROM {t}"), "9");
        let mut sql = table.sql().columns([("message", "event_id")]).expect("columns");
        let failure = sql.open().expect_err("it is not unique");
        assert!(failure.to_string().contains("no unique index"), "{failure}");
    });
}

#[test]
fn a_column_that_must_be_there_and_is_not_said_is_told() {
    in_each(|table| {
        table.ask("CREATE TABLE {t} (message varchar(50), a int NOT NULL, b int NOT NULL DEFAULT 3)");
        let failure = table.sql().columns([("message", "message")]).expect("columns").open().expect_err("a is missing");
        assert!(failure.to_string().contains("`a` of"), "{failure}");
        table.sql().columns([("message", "message"), ("a", "line")]).expect("columns").open().expect("it opens");
    });
}

#[test]
fn without_create_a_missing_table_is_an_error() {
    in_each(|table| {
        let failure = table.sql().create(false).open().expect_err("there is none");
        assert!(failure.to_string().contains("there is no table"), "{failure}");
        assert!(failure.to_string().contains("create: true"), "{failure}");
    });
}

#[cfg(unix)]
#[test]
fn a_new_file_and_its_journal_are_not_for_everybody() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(table) = Table::new(Engine::Sqlite) else { return };
    _ = std::fs::remove_dir_all(std::path::Path::new(&table.path()).parent().expect("a folder"));
    let mut sql = table.sql();
    deliver(&mut sql, &[TestRecord::new("x").build()]).expect("it arrives");
    for end in ["", "-wal", "-shm"] {
        let data = std::fs::metadata(format!("{}{end}", table.path())).expect("it is there");
        assert_eq!(data.permissions().mode() & 0o777, 0o640, "{end}");
    }
    let folder = std::path::Path::new(&table.path()).parent().expect("a folder").metadata().expect("it is there");
    assert_eq!(folder.permissions().mode() & 0o777, 0o750);
    assert_eq!(table.ask("PRAGMA journal_mode"), "wal");
}

#[test]
fn a_schema_of_its_own() {
    let Some(table) = Table::new(Engine::Postgres) else { return };
    table.ask("CREATE SCHEMA s{t}");
    let mut sql = table.sql().table(&format!("s{0}.{0}", table.name)).expect("a name");
    deliver(&mut sql, &[TestRecord::new("x").build()]).expect("it arrives");
    assert_eq!(table.ask("SELECT message FROM s{t}.{t}"), "x");
    assert_eq!(table.ask("SELECT version FROM s{t}.tracework_tables"), "1");
    drop(sql);
    table.ask("DROP SCHEMA s{t} CASCADE");
}
