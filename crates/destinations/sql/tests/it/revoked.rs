//! Names that lead nowhere, certificates that expired, and users that may no longer log in or write: nothing is lost, and it
//! is told.

use crate::support::{Engine, Table, deliver};
use std::io::{Read as _, Write as _};
use tracework_core::{Failure, FailureClass, OwnedRecord};
use tracework_sql::Sql;
use tracework_testkit::{Authority, TestRecord};

fn records(messages: &[&str]) -> Vec<OwnedRecord> {
    messages.iter().map(|message| TestRecord::new(*message).build()).collect()
}

fn temporary(failure: &Failure, told: &[&str]) {
    assert_eq!((failure.class(), failure.refusals().len()), (FailureClass::Temporary, 0), "{failure}");
    let text = failure.to_string();
    assert!(told.iter().any(|told| text.contains(told)) && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_name_that_leads_nowhere_is_looked_up_again() {
    for url in ["postgres://ann:hunter2@no-such-host.invalid/logs", "mariadb://ann:hunter2@no-such-host.invalid/logs"] {
        let failure =
            deliver(&mut Sql::new(url).expect("a destination"), &records(&["one"])).expect_err("no such host");
        temporary(&failure, &["ann@no-such-host.invalid/logs: "]);
    }
}

#[test]
fn a_certificate_that_expired_is_told() {
    let authority = Authority::new();
    // Who wants TLS asks for it first, in eight bytes.
    let server = authority.expired(|stream| {
        stream.read_exact(&mut [0; 8])?;
        stream.write_all(b"S")
    });
    let (port, ca) = (server.port(), authority.ca().display().to_string());
    let url = format!("postgres://ann:hunter2@localhost:{port}/logs?sslmode=verify-full&sslrootcert={ca}");
    let failure = deliver(&mut Sql::new(url).expect("a destination"), &records(&["one"])).expect_err("it expired");
    temporary(&failure, &["expired", "Expired"]);
}

/// Statements of an administrator about the user `ann_TABLE`.
struct Revocation {
    engine: Engine,
    create: &'static str,
    lock: &'static str,
    unlock: &'static str,
    forbid: &'static str,
    allow: &'static str,
    drop: &'static str,
    scheme: &'static str,
    locked: &'static [&'static str],
    forbidden: &'static [&'static str],
}

const REVOCATIONS: [Revocation; 2] = [
    Revocation {
        engine: Engine::Postgres,
        create: "CREATE ROLE ann_{t} LOGIN; GRANT SELECT, INSERT ON {t} TO ann_{t}; GRANT SELECT ON tracework_tables TO ann_{t}",
        lock: "ALTER ROLE ann_{t} NOLOGIN; \
               SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'ann_{t}'",
        unlock: "ALTER ROLE ann_{t} LOGIN",
        forbid: "REVOKE INSERT ON {t} FROM ann_{t}",
        allow: "GRANT INSERT ON {t} TO ann_{t}",
        drop: "DROP OWNED BY ann_{t}; DROP ROLE ann_{t}",
        scheme: "postgres://ann_{t}@127.0.0.1:5432/test",
        locked: &["is not permitted to log in"],
        forbidden: &["permission denied"],
    },
    Revocation {
        engine: Engine::Maria,
        create: "CREATE USER ann_{t}@'127.0.0.1' IDENTIFIED BY 'hunter2'; GRANT SELECT, INSERT ON test.* TO ann_{t}@'127.0.0.1'",
        lock: "ALTER USER ann_{t}@'127.0.0.1' ACCOUNT LOCK; KILL USER ann_{t}@'127.0.0.1'",
        unlock: "ALTER USER ann_{t}@'127.0.0.1' ACCOUNT UNLOCK",
        forbid: "REVOKE INSERT ON test.* FROM ann_{t}@'127.0.0.1'; KILL USER ann_{t}@'127.0.0.1'",
        allow: "GRANT INSERT ON test.* TO ann_{t}@'127.0.0.1'; KILL USER ann_{t}@'127.0.0.1'",
        drop: "DROP USER ann_{t}@'127.0.0.1'",
        scheme: "mariadb://ann_{t}:hunter2@127.0.0.1:3306/test",
        locked: &["locked", "Access denied"],
        forbidden: &["command denied", "INSERT"],
    },
];

#[test]
fn a_user_who_may_no_longer_log_in_or_write_is_told_and_let_in_again() {
    for revocation in REVOCATIONS {
        let Some(table) = Table::new(revocation.engine) else { continue };
        let all = records(&["one", "two", "three"]);
        // The table is made by somebody who may.
        deliver(&mut table.sql(), &all[..1]).expect("it may");
        table.ask(revocation.create);
        let url = revocation.scheme.replace("{t}", &table.name);
        let sql = Sql::new(url).and_then(|sql| sql.table(&table.name)).expect("a destination");
        let mut sql = sql.create(false);
        deliver(&mut sql, &all[..1]).expect("it may, and twice is once");

        table.ask(revocation.lock);
        let failure = deliver(&mut sql, &all[1..2]).expect_err("it may not log in");
        temporary(&failure, revocation.locked);
        table.ask(revocation.unlock);
        deliver(&mut sql, &all[1..2]).expect("it may again");

        table.ask(revocation.forbid);
        let failure = deliver(&mut sql, &all[2..]).expect_err("it may not write");
        temporary(&failure, revocation.forbidden);
        table.ask(revocation.allow);
        deliver(&mut sql, &all[2..]).expect("it may again");
        drop(sql);
        table.ask(revocation.drop);
        assert_eq!(table.count(), 3, "{:?}", table.engine);
    }
}
