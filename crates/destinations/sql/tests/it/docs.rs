//! The page about the destination: its tables are those that are made, its questions are answered.

use crate::support::{Engine, Table, deliver, in_each};
use tracework_core::{Destination, Severity, Timestamp, Value};
use tracework_testkit::{TestRecord, span};

const PAGE: &str = include_str!("../../../../../docs/destinations/sql.md");

/// The blocks for an engine, with the table's own name.
fn blocks(table: &Table) -> Vec<String> {
    let mark = match table.engine {
        Engine::Sqlite => "```sql,sqlite\n",
        Engine::Postgres => "```sql,postgres\n",
        Engine::Maria => "```sql,mariadb\n",
    };
    let found = PAGE.split(mark).skip(1).filter_map(|rest| rest.split("```").next());
    found.map(|block| block.replace("logs", &table.name)).collect()
}

/// The columns of a table, each with its type.
fn columns(table: &Table) -> String {
    match table.engine {
        Engine::Sqlite => table.ask("SELECT name, type, \"notnull\", pk FROM pragma_table_info('{t}')"),
        _ => table.ask(
            "SELECT c.column_name, c.data_type, c.is_nullable, c.character_set_name, c.collation_name \
             FROM information_schema.columns AS c WHERE table_name = '{t}' ORDER BY ordinal_position",
        ),
    }
}

fn indexes(table: &Table) -> String {
    let found = match table.engine {
        Engine::Sqlite => table.ask("SELECT name FROM pragma_index_list('{t}') ORDER BY 1"),
        Engine::Postgres => table.ask("SELECT indexname FROM pg_indexes WHERE tablename = '{t}' ORDER BY 1"),
        Engine::Maria => table.ask(
            "SELECT index_name, column_name FROM information_schema.statistics WHERE table_name = '{t}' ORDER BY 1",
        ),
    };
    found.replace(&table.name, "t")
}

#[test]
fn its_tables_are_those_that_are_made() {
    in_each(|table| {
        let told = Table::new(table.engine).expect("it answered before");
        told.ask(&blocks(&told)[0]);
        table.sql().open().expect("it makes the table");
        assert_eq!(columns(&told), columns(table), "{:?}", table.engine);
        assert_eq!(indexes(&told), indexes(table), "{:?}", table.engine);
        told.sql().create(false).open().expect("it has all that is needed");
    });
}

#[test]
fn its_questions_are_answered() {
    in_each(|table| {
        let request = span("request", &[("user_id", Value::Str("u-7")), ("request_id", Value::Str("r-1"))], None);
        let record = TestRecord::new("declined").severity(Severity::ERROR).tags("PAYMENT").inside(&request);
        let record = record.time(Timestamp::from(std::time::SystemTime::now())).field("amount", Value::F64(12.5));
        let old = TestRecord::new("long ago").severity(Severity::ERROR).tags("PAYMENT,OLD");
        deliver(&mut table.sql(), &[record.build(), old.build()]).expect("they arrive");
        let blocks = blocks(table);
        let answer = table.ask(&blocks[1]);
        assert_eq!(answer.lines().count(), 1, "{:?}: {answer}", table.engine);
        let has = |part| answer.contains(part);
        assert!(has("ERROR") && has("declined") && has("u-7") && has("12.5"), "{:?}: {answer}", table.engine);
        if let Some(more) = blocks.get(2) {
            let answer = table.ask(more);
            assert_eq!(answer.matches("PAYMENT").count(), 2, "{answer}");
            assert!(answer.contains("OLD") && answer.ends_with("declined"), "{answer}");
        }
    });
}
