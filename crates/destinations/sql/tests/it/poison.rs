//! A record that the table refuses, between good ones.

use crate::support::{Engine, Table, deliver, in_each};
use tracework_core::{Failure, FailureClass, Value};
use tracework_testkit::TestRecord;

/// A table of one's own with a column that takes three letters, one that must not be NULL, and one that is checked.
fn strict(table: &Table) -> tracework_sql::Sql {
    let id = if table.engine == Engine::Postgres { "uuid" } else { "char(36)" };
    let check = if table.engine == Engine::Sqlite { "CHECK (length(who) <= 3)" } else { "" };
    table.ask(&format!(
        "CREATE TABLE {{t}} (id {id} PRIMARY KEY, who varchar(3) NOT NULL {check}, amount int CHECK (amount < 100), \
         key_ varchar(20) UNIQUE)"
    ));
    let columns = [("id", "event_id"), ("who", "field.who"), ("amount", "field.amount"), ("key_", "field.key")];
    table.sql().columns(columns).expect("columns")
}

fn refused(result: Result<(), Failure>) -> Vec<(usize, String)> {
    let Err(failure) = result else { return Vec::new() };
    assert_eq!(failure.class(), FailureClass::Permanent, "{failure}");
    assert!(!failure.refusals().is_empty(), "each is named: {failure}");
    failure.refusals().iter().map(|refusal| (refusal.at, refusal.reason.clone())).collect()
}

fn good(at: usize) -> TestRecord {
    let who = format!("{}", at % 100);
    TestRecord::new("good").field("who", Value::Str(&who)).field("amount", Value::U64(7))
}

#[test]
fn only_bad_records_are_refused_and_each_with_its_reason() {
    in_each(|table| {
        let mut sql = strict(table);
        let bad = |who: Option<&str>, amount: Value<'_>, key: Option<&str>| {
            let mut record = TestRecord::new("bad").field("amount", amount);
            if let Some(who) = who {
                record = record.field("who", Value::Str(who));
            }
            if let Some(key) = key {
                record = record.field("key", Value::Str(key));
            }
            record.build()
        };
        let mut records: Vec<_> = (0..200).map(|at| good(at).build()).collect();
        records[3] = bad(Some("too long"), Value::U64(1), None);
        records[50] = bad(None, Value::U64(1), None);
        records[51] = bad(Some("a"), Value::U64(100), None);
        records[120] = bad(Some("b"), Value::U64(1), Some("same"));
        records[199] = bad(Some("c"), Value::U64(1), Some("same"));
        let refusals = refused(deliver(&mut sql, &records));
        let places: Vec<_> = refusals.iter().map(|(at, _)| *at).collect();
        assert_eq!(places, [3, 50, 51, 199], "{:?}: {refusals:?}", table.engine);
        assert_eq!(table.count(), 196, "{:?}", table.engine);
        for (at, reason) in &refusals {
            let column = [(3, "who"), (50, "who"), (51, "amount"), (199, "key_")];
            let (_, name) = column.iter().find(|(bad, _)| bad == at).expect("one of them");
            let said = reason.contains(name) || reason.contains("CHECK") || reason.contains("check");
            assert!(said, "{:?} {at}: {reason}", table.engine);
        }
        // Once more: those that are there stay, the same four are refused.
        let again: Vec<_> = refused(deliver(&mut sql, &records)).into_iter().map(|(at, _)| at).collect();
        assert_eq!(again, [3, 50, 51, 199], "{:?}", table.engine);
        assert_eq!(table.count(), 196, "{:?}", table.engine);
    });
}

#[test]
fn where_every_record_is_bad_each_is_refused() {
    in_each(|table| {
        let mut sql = strict(table);
        let records: Vec<_> = (0..64).map(|_| TestRecord::new("bad").build()).collect();
        assert_eq!(refused(deliver(&mut sql, &records)).len(), 64, "{:?}", table.engine);
        assert_eq!(table.count(), 0);
        deliver(&mut sql, &[good(1).build()]).expect("a good one arrives after them");
    });
}

#[test]
fn what_is_no_number_is_refused_where_the_column_takes_numbers() {
    for engine in [Engine::Postgres, Engine::Maria] {
        let Some(table) = Table::new(engine) else { continue };
        let mut sql = strict(&table);
        let not = good(1).field("amount", Value::Str("seven")).build();
        let huge = good(1).field("amount", Value::U128(u128::MAX)).build();
        let refusals = refused(deliver(&mut sql, &[good(1).build(), not, huge, good(2).build()]));
        let places: Vec<_> = refusals.iter().map(|(at, _)| *at).collect();
        assert_eq!(places, [1, 2], "{engine:?}: {refusals:?}");
        assert_eq!(table.count(), 2);
    }
}
