//! What SQLite alone does: its thread, and what becomes of a transaction that takes too long.

use crate::support::{Engine, Table, deliver};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tracework_core::{Destination, FailureClass, OwnThread, OwnedRecord, Value};
use tracework_testkit::TestRecord;

fn record(message: &str) -> OwnedRecord {
    TestRecord::new(message).build()
}

/// The names of the threads that were marked, and how many of them have ended.
static MARKED: Mutex<Vec<String>> = Mutex::new(Vec::new());
static ENDED: AtomicUsize = AtomicUsize::new(0);

struct Ending;

impl Drop for Ending {
    fn drop(&mut self) {
        ENDED.fetch_add(1, Ordering::SeqCst);
    }
}

fn mark() {
    thread_local! { static ENDING: Ending = const { Ending }; }
    ENDING.with(|_| ());
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    MARKED.lock().expect("nobody panicked").push(name);
}

#[test]
fn its_thread_is_marked_and_ends_with_the_connection() {
    let Some(table) = Table::new(Engine::Sqlite) else { return };
    let mut sql = table.sql();
    sql.own_threads(OwnThread::marked_by(mark));
    for round in 1..=3 {
        deliver(&mut sql, &[record("x")]).expect("it arrives");
        assert_eq!(ENDED.load(Ordering::SeqCst), round - 1);
        sql.close().expect("it closes");
        assert_eq!(ENDED.load(Ordering::SeqCst), round, "it is gone once the connection is closed");
    }
    sql.open().expect("it opens");
    drop(sql);
    let started = Instant::now();
    while ENDED.load(Ordering::SeqCst) < 4 {
        assert!(started.elapsed() < Duration::from_secs(10), "it is gone soon after the destination");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(*MARKED.lock().expect("nobody panicked"), ["tracework-sqlite"; 4]);
    assert_eq!(table.count(), 3);
}

/// Has each row that says `slow` take minutes.
fn slow(table: &Table) {
    table.ask(
        "CREATE TRIGGER slow AFTER INSERT ON {t} WHEN NEW.message = 'slow' BEGIN SELECT count(*) FROM (WITH RECURSIVE \
         c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 2000000000) SELECT x FROM c); END",
    );
}

#[test]
fn what_takes_too_long_is_broken_off_and_taken_back() {
    let Some(table) = Table::new(Engine::Sqlite) else { return };
    let mut sql = table.sql().timeout(Duration::from_millis(500));
    deliver(&mut sql, &[record("before")]).expect("it arrives");
    slow(&table);
    let records: Vec<_> = (0..200).map(|at| record(if at == 150 { "slow" } else { "fine" })).collect();
    let failure = deliver(&mut sql, &records).expect_err("it takes minutes");
    assert_eq!(failure.class(), FailureClass::Temporary);
    assert!(failure.to_string().contains("inserting took longer than 500 ms"), "{failure}");
    // Nobody has the file locked any more, and nothing of the batch is there.
    assert_eq!(table.ask("DROP TRIGGER slow; SELECT count(*) FROM {t}"), "1");
    deliver(&mut sql, &records).expect("they arrive");
    assert_eq!(table.count(), 201);
}

#[test]
fn a_file_that_another_has_locked_is_waited_for_no_longer_than_said() {
    let Some(table) = Table::new(Engine::Sqlite) else { return };
    let mut sql = table.sql().timeout(Duration::from_millis(600));
    deliver(&mut sql, &[record("before")]).expect("it arrives");
    let other = rusqlite::Connection::open(table.path()).expect("it opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("it locks");
    let failure = deliver(&mut sql, &[record("after")]).expect_err("it is locked");
    assert_eq!(failure.class(), FailureClass::Temporary);
    assert!(failure.to_string().contains("database is locked"), "{failure}");
    other.execute_batch("ROLLBACK").expect("it unlocks");
    deliver(&mut sql, &[record("after")]).expect("it arrives");
    assert_eq!(table.count(), 2);
}

#[test]
fn what_is_refused_only_at_the_end_is_found() {
    let Some(table) = Table::new(Engine::Sqlite) else { return };
    table.ask("CREATE TABLE people (name TEXT PRIMARY KEY); INSERT INTO people VALUES ('ann')");
    table.ask("CREATE TABLE {t} (id TEXT PRIMARY KEY, who TEXT REFERENCES people DEFERRABLE INITIALLY DEFERRED)");
    let mut sql = table.sql().columns([("id", "event_id"), ("who", "field.who")]).expect("columns");
    let who = |at: usize| if at == 77 { "eve" } else { "ann" };
    let records: Vec<_> = (0..100).map(|at| TestRecord::new("x").field("who", Value::Str(who(at))).build()).collect();
    let failure = deliver(&mut sql, &records).expect_err("nobody knows eve");
    let refused: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
    assert_eq!(refused, [(77, FailureClass::Permanent)], "{failure}");
    assert_eq!(table.count(), 99);
}

#[test]
fn what_a_row_has_not_is_null_whatever_the_row_before_had() {
    let Some(table) = Table::new(Engine::Sqlite) else { return };
    let mut sql = table.sql().columns([("id", "event_id"), ("a", "field.a"), ("b", "field.b")]).expect("columns");
    let values = [(Some("x"), None), (None, Some("x")), (Some("x"), Some("x")), (Some(""), None), (None, None)];
    let record = |(a, b): (Option<&str>, Option<&str>)| {
        let given = [("a", a), ("b", b)].into_iter().filter_map(|(name, value)| Some((name, value?)));
        given.fold(TestRecord::new("x"), |record, (name, value)| record.field(name, Value::Str(value))).build()
    };
    // Over several pieces, so that one begins after each of them.
    let records: Vec<_> = values.iter().copied().cycle().map(record).take(500).collect();
    deliver(&mut sql, &records).expect("they arrive");
    let expected: Vec<_> = values.iter().cycle().take(500).collect();
    for (column, value) in [("a", 0), ("b", 1)] {
        let texts = table.texts(column, "rowid");
        let of = |pair: &&(Option<&str>, Option<&str>)| if value == 0 { pair.0 } else { pair.1 }.map(str::to_owned);
        assert_eq!(texts, expected.iter().map(of).collect::<Vec<_>>(), "{column}");
    }
}

#[test]
fn a_file_shrinks_when_rows_go() {
    let Some(table) = Table::new(Engine::Sqlite) else { return };
    let mut sql = table.sql().keep_rows(10);
    let long = "x".repeat(1_000);
    let records: Vec<_> = (0..3_000).map(|at| record(&format!("{at} {long}"))).collect();
    deliver(&mut sql, &records).expect("they arrive");
    let pages = || table.ask("PRAGMA page_count").parse::<u64>().expect("a number");
    let before = pages();
    for _ in 0..20 {
        sql.tick().expect("it deletes");
    }
    assert_eq!(table.count(), 10);
    let after = pages();
    assert!(before > 700 && after < 30, "{before} pages became {after}");
}
