//! Retention.

use crate::support::{deliver, in_each};
use std::time::{Duration, SystemTime};
use tracework_core::{Destination, OwnedRecord, Timestamp};
use tracework_testkit::TestRecord;

fn aged(days: u64, at: u64) -> OwnedRecord {
    let time = SystemTime::now() - Duration::from_secs(days * 86_400) + Duration::from_millis(at);
    TestRecord::new(format!("{days} days {at:05}")).time(Timestamp::from(time)).build()
}

#[test]
fn rows_that_are_too_old_go_and_the_others_stay() {
    in_each(|table| {
        let mut sql = table.sql().keep_age(Duration::from_secs(30 * 86_400));
        let old: Vec<_> = (0..2_500).map(|at| aged(40, at)).collect();
        let new: Vec<_> = (0..10).map(|at| aged(20, at)).collect();
        deliver(&mut sql, &old).expect("it arrives");
        deliver(&mut sql, &new).expect("it arrives");
        let mut told = Vec::new();
        for _ in 0..20 {
            sql.tick().expect("it deletes");
            told.extend(sql.notice());
        }
        assert_eq!(table.count(), 10, "{:?}", table.engine);
        let notice = format!("2500 rows of `{}` that retention does not keep were deleted", table.name);
        assert_eq!(told, [notice], "{:?}", table.engine);
    });
}

#[test]
fn the_oldest_rows_go_where_there_are_too_many() {
    in_each(|table| {
        let mut sql = table.sql().keep_rows(1_000);
        let records: Vec<_> = (0..3_700).map(|at| aged(1, at)).collect();
        deliver(&mut sql, &records).expect("it arrives");
        for _ in 0..20 {
            sql.tick().expect("it deletes");
        }
        assert_eq!(table.count(), 1_000, "{:?}", table.engine);
        assert_eq!(table.texts("min(message)", "1"), [Some("1 days 02700".to_owned())]);
    });
}

#[test]
fn the_oldest_rows_go_where_they_have_too_many_bytes() {
    in_each(|table| {
        let mut sql = table.sql().keep_bytes(300_000);
        let long = "x".repeat(1_000);
        let record = |at: u64| {
            let time = SystemTime::now() - Duration::from_secs(86_400) + Duration::from_millis(at);
            TestRecord::new(format!("{at:05} {long}")).time(Timestamp::from(time)).build()
        };
        let records: Vec<_> = (0..2_000).map(record).collect();
        deliver(&mut sql, &records).expect("it arrives");
        for _ in 0..20 {
            sql.tick().expect("it deletes");
        }
        // A row has its message, its id and some hundred bytes more; PostgreSQL compresses long texts of its own accord.
        let left = table.count();
        assert!((150..=1_500).contains(&left), "{:?}: {left}", table.engine);
        assert_eq!(table.ask("SELECT count(*) FROM {t} WHERE message LIKE '01999 %'"), "1", "the newest stay");
        let told = sql.notice().expect("something was deleted");
        assert_eq!(
            told,
            format!("{} rows of `{}` that retention does not keep were deleted", 2_000 - left, table.name)
        );
    });
}

#[test]
fn a_column_of_numbers_holds_times_too() {
    in_each(|table| {
        let id = if table.engine == crate::support::Engine::Postgres { "uuid" } else { "char(36)" };
        table.ask(&format!("CREATE TABLE {{t}} (id {id} PRIMARY KEY, at bigint)"));
        let sql = table.sql().columns([("id", "event_id"), ("at", "time")]).expect("columns");
        let mut sql = sql.keep_age(Duration::from_secs(30 * 86_400));
        deliver(&mut sql, &[aged(40, 0), aged(20, 0)]).expect("it arrives");
        sql.tick().expect("it deletes");
        assert_eq!(table.count(), 1, "{:?}", table.engine);
    });
}

#[test]
fn what_cannot_be_kept_is_told() {
    in_each(|table| {
        let message = || table.sql().columns([("m", "message")]).expect("columns");
        assert!(message().keep_age(Duration::from_secs(1)).check().is_err());
        assert!(message().keep_rows(1).check().is_err());
        assert!(table.sql().keep_rows(0).check().is_err());
        assert!(table.sql().keep_rows(1).check().is_ok());
    });
}
