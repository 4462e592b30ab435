//! A record that comes again stands in the table once.

use crate::support::{Engine, Table, deliver, in_each};
use tracework_core::{Destination, OwnedRecord};
use tracework_testkit::TestRecord;

fn records(count: usize) -> Vec<OwnedRecord> {
    (0..count).map(|at| TestRecord::new(format!("record {at}")).build()).collect()
}

#[test]
fn a_batch_that_is_replayed_changes_nothing() {
    in_each(|table| {
        let records = records(700);
        let mut sql = table.sql();
        deliver(&mut sql, &records[..500]).expect("it arrives");
        // Some of it is there, some is not; then nothing is new; then all of it.
        deliver(&mut sql, &records[200..]).expect("it arrives");
        deliver(&mut sql, &records).expect("it arrives");
        deliver(&mut table.sql(), &records).expect("it arrives");
        assert_eq!(table.count(), 700, "{:?}", table.engine);
        sql.close().expect("it closes");
    });
}

#[test]
fn a_record_twice_in_one_batch_is_there_once() {
    in_each(|table| {
        let mut records = records(10);
        records.extend(records.clone());
        deliver(&mut table.sql(), &records).expect("it arrives");
        assert_eq!(table.count(), 10, "{:?}", table.engine);
    });
}

#[test]
fn a_replay_of_many_batches_goes_on_and_then_new_records_arrive() {
    in_each(|table| {
        let records = records(2_000);
        let mut sql = table.sql();
        for _ in 0..2 {
            for some in records.chunks(50) {
                deliver(&mut sql, some).expect("it arrives");
            }
        }
        assert_eq!(table.count(), 2_000, "{:?}", table.engine);
    });
}

#[test]
fn several_writers_of_one_table_lose_and_double_nothing() {
    in_each(|table| {
        let records = records(1_500);
        // All at once from the start: who creates the table is not known. They overlap by 500 records each.
        std::thread::scope(|scope| {
            for from in [0, 250, 500, 1_000] {
                let (mut sql, records) = (table.sql(), &records[from..from + 500]);
                scope.spawn(move || {
                    for some in records.chunks(25) {
                        let mut attempts = 0;
                        while let Err(failure) = deliver(&mut sql, some) {
                            attempts += 1;
                            assert!(attempts < 20, "{failure}");
                            std::thread::sleep(std::time::Duration::from_millis(20));
                        }
                    }
                });
            }
        });
        assert_eq!(table.count(), 1_500, "{:?}", table.engine);
    });
}

/// Writes 1,000 records of its own to the table that the environment names; does nothing when it is run as a test.
#[test]
fn a_process_that_writes() {
    let (Ok(url), Ok(name)) = (std::env::var("SQL_CHILD_URL"), std::env::var("SQL_CHILD_TABLE")) else { return };
    let mut sql = tracework_sql::Sql::new(&url).and_then(|sql| sql.table(&name)).expect("a destination");
    let own = std::process::id();
    for some in 0..20 {
        let record = |at| {
            let name = format!("{own}");
            let time = tracework_core::Timestamp(i64::from(own) * 1_000_000_000 + at);
            TestRecord::new(format!("{own} {some} {at}")).time(time).thread(&name, 1).build()
        };
        let records: Vec<_> = (0..50).map(record).collect();
        while deliver(&mut sql, &records).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
    sql.close().expect("it closes");
}

#[test]
fn two_processes_write_to_one_table() {
    for engine in [Engine::Sqlite, Engine::Postgres, Engine::Maria] {
        let Some(table) = Table::new(engine) else { continue };
        let program = std::env::current_exe().expect("a path");
        let child = || {
            let mut command = std::process::Command::new(&program);
            command.args(["--exact", "replay::a_process_that_writes", "--test-threads", "1"]);
            command.env("SQL_CHILD_URL", table.url()).env("SQL_CHILD_TABLE", &table.name);
            command.stdout(std::process::Stdio::null()).spawn().expect("it starts")
        };
        let children = [child(), child()];
        for mut child in children {
            assert!(child.wait().expect("it ends").success(), "{engine:?}");
        }
        assert_eq!(table.count(), 2_000, "{engine:?}");
    }
}
