//! Connections that are killed, tables and files that are gone, servers that are down or hang.

use crate::support::{Engine, Table, deliver, in_each};
use std::net::TcpListener;
use std::time::{Duration, Instant};
use tracework_core::{Destination, FailureClass, OwnedRecord};
use tracework_sql::Sql;
use tracework_testkit::TestRecord;

fn record(text: &str) -> OwnedRecord {
    TestRecord::new(text).build()
}

/// Kills the connections of destinations to this table, from the server's side.
fn kill(table: &Table) -> usize {
    match table.engine {
        Engine::Sqlite => 0,
        Engine::Postgres => {
            let killed = table.ask(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                 WHERE application_name = 'tracework' AND query LIKE '%{t}%'",
            );
            killed.parse().expect("a number")
        }
        Engine::Maria => {
            // A connection that is idle shows no statement, so this one has a user of its own.
            let ids = table.ask("SELECT id FROM information_schema.processlist WHERE user = '{t}'");
            ids.lines().map(|id| table.ask(&format!("KILL {id}"))).count()
        }
    }
}

#[test]
fn a_connection_that_is_killed_is_made_anew() {
    for engine in [Engine::Postgres, Engine::Maria] {
        let Some(table) = Table::new(engine) else { continue };
        let url = if engine == Engine::Maria {
            table.ask("CREATE USER {t}@'%' IDENTIFIED BY 'secret'; GRANT ALL ON test.* TO {t}@'%'");
            format!("mariadb://{}@127.0.0.1:3306/test", table.name)
        } else {
            format!("{}?application_name=tracework", table.url())
        };
        let mut sql = Sql::new(&url).and_then(|sql| sql.table(&table.name)).expect("a destination");
        if engine == Engine::Maria {
            sql = sql.password("secret");
        }
        deliver(&mut sql, &[record("before")]).expect("it arrives");
        assert_eq!(kill(&table), 1, "{engine:?}");
        // At once, without a failure: what did arrive before would be known by its id.
        deliver(&mut sql, &[record("after")]).expect("it arrives");
        assert_eq!(table.count(), 2, "{engine:?}");
        if engine == Engine::Maria {
            table.ask("DROP USER {t}@'%'");
        }
    }
}

#[test]
fn a_table_that_is_dropped_is_made_anew() {
    in_each(|table| {
        let mut sql = table.sql();
        deliver(&mut sql, &[record("before")]).expect("it arrives");
        table.ask("DROP TABLE {t}");
        deliver(&mut sql, &[record("after")]).expect("it arrives");
        assert_eq!(table.count(), 1, "{:?}", table.engine);
    });
}

#[test]
fn a_table_that_is_dropped_and_not_to_be_created_is_waited_for() {
    in_each(|table| {
        table.sql().open().expect("it makes the table");
        let mut sql = table.sql().create(false);
        deliver(&mut sql, &[record("before")]).expect("it arrives");
        table.ask("DROP TABLE {t}");
        let failure = deliver(&mut sql, &[record("after")]).expect_err("there is no table");
        assert_eq!(failure.class(), FailureClass::Temporary);
        assert!(failure.to_string().contains("there is no table"), "{failure}");
        table.sql().open().expect("it makes the table");
        deliver(&mut sql, &[record("after")]).expect("it arrives");
        assert_eq!(table.count(), 1, "{:?}", table.engine);
    });
}

#[test]
fn a_file_that_is_deleted_is_made_anew() {
    let Some(table) = Table::new(Engine::Sqlite) else { return };
    let mut sql = table.sql();
    deliver(&mut sql, &[record("before")]).expect("it arrives");
    for end in ["", "-wal", "-shm"] {
        _ = std::fs::remove_file(format!("{}{end}", table.path()));
    }
    sql.tick().expect("it looks");
    deliver(&mut sql, &[record("after")]).expect("it arrives");
    assert_eq!(table.count(), 1);
}

#[test]
fn a_server_that_is_down_is_a_temporary_failure_that_names_it() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    for scheme in ["postgres", "mysql"] {
        let url = format!("{scheme}://ann:hunter2@127.0.0.1:{port}/logs");
        let mut sql = Sql::new(&url).expect("a destination");
        let failure = sql.open().expect_err("nobody listens");
        assert_eq!(failure.class(), FailureClass::Temporary);
        let text = failure.to_string();
        assert!(text.contains(&format!("{scheme}://ann@127.0.0.1:{port}/logs")) && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_server_that_never_answers_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    for scheme in ["postgres", "mysql"] {
        let url = format!("{scheme}://ann@127.0.0.1:{port}/logs");
        let mut sql = Sql::new(&url).expect("a destination").timeout(Duration::from_millis(300));
        let started = Instant::now();
        let failure = deliver(&mut sql, &[record("x")]).expect_err("nobody answers");
        assert_eq!(failure.class(), FailureClass::Temporary);
        assert!(failure.to_string().contains("connecting took longer than 300 ms"), "{failure}");
        assert!(started.elapsed() < Duration::from_secs(5));
        sql.close().expect("it closes");
    }
}

#[test]
fn a_table_that_is_locked_is_waited_for_no_longer_than_said() {
    let Some(table) = Table::new(Engine::Postgres) else { return };
    let mut sql = table.sql().timeout(Duration::from_millis(500));
    deliver(&mut sql, &[record("before")]).expect("it arrives");
    let locked = std::thread::scope(|scope| {
        let lock = scope.spawn(|| table.ask("BEGIN; LOCK TABLE {t}; SELECT pg_sleep(2); COMMIT"));
        std::thread::sleep(Duration::from_millis(500));
        let failure = deliver(&mut sql, &[record("after")]).expect_err("it is locked");
        lock.join().expect("it ends");
        failure
    });
    assert_eq!(locked.class(), FailureClass::Temporary);
    assert!(locked.to_string().contains("took longer than 500 ms"), "{locked}");
    deliver(&mut sql, &[record("after")]).expect("it arrives");
    assert_eq!(table.count(), 2);
}

#[test]
fn a_user_who_may_not_is_told_so_and_time_may_mend_it() {
    let Some(table) = Table::new(Engine::Postgres) else { return };
    table.ask("CREATE ROLE {t} LOGIN; CREATE TABLE {t} (id uuid PRIMARY KEY)");
    let url = format!("postgres://{}@127.0.0.1:5432/test", table.name);
    let sql = Sql::new(&url).and_then(|sql| sql.table(&table.name)?.columns([("id", "event_id")]));
    let mut sql = sql.expect("a destination");
    let failure = deliver(&mut sql, &[record("x")]).expect_err("it may not insert");
    assert_eq!(failure.class(), FailureClass::Temporary);
    assert!(failure.to_string().contains("permission denied"), "{failure}");
    assert!(failure.to_string().contains("grant it"), "{failure}");
    table.ask("GRANT INSERT, SELECT ON {t} TO {t}");
    deliver(&mut sql, &[record("x")]).expect("it arrives");
    drop(sql);
    table.ask("DROP TABLE {t}; DROP ROLE {t}");
}
