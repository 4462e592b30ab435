//! What stands in the table is what the record held.

use crate::support::{Engine, Table, deliver, in_each};
use serde_json::{Value as Json, json};
use tracework_core::{Destination, Key, Kind, OwnedRecord, Severity, Value};
use tracework_testkit::{TestRecord, hostile_strings, span};

/// What PostgreSQL's texts cannot hold is replaced there.
fn held(engine: Engine, text: &str) -> String {
    if engine == Engine::Postgres { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

#[test]
fn hostile_texts_come_back_as_they_were() {
    in_each(|table| {
        let hostile = hostile_strings();
        let record = |(at, text): (usize, &str)| {
            TestRecord::new(text).field("at", Value::U64(at as u64)).field(text, Value::Str(text)).build()
        };
        let records: Vec<_> = hostile.iter().map(|hostile| hostile.text.as_str()).enumerate().map(record).collect();
        let mut sql = table.sql();
        let half = records.len() / 2;
        deliver(&mut sql, &records[..half]).expect("they arrive");
        // The careful way too.
        deliver(&mut sql, &records).expect("they arrive");
        let order = match table.engine {
            Engine::Postgres => "(fields->>'at')::int",
            Engine::Sqlite => "fields->>'$.at'",
            Engine::Maria => "CAST(JSON_VALUE(fields, '$.at') AS INT)",
        };
        let messages = table.texts("message", order);
        let fields = table.texts("fields", order);
        assert_eq!(messages.len(), records.len());
        for ((hostile, message), (record, fields)) in hostile.iter().zip(messages).zip(records.iter().zip(fields)) {
            let whole = record.view().message();
            assert_eq!(message, Some(held(table.engine, whole)), "{:?}: {}", table.engine, hostile.name);
            let fields: Json = serde_json::from_str(&fields.expect("fields")).expect("JSON");
            for entry in record.view().fields() {
                let found = &fields[held(table.engine, entry.key)];
                if let Value::Str(text) = entry.value {
                    assert_eq!(found, &json!(held(table.engine, text)), "{:?}: {}", table.engine, hostile.name);
                }
            }
        }
    });
}

fn full() -> OwnedRecord {
    let request = span("request", &[("method", Value::Str("POST")), ("request_id", Value::Str("r-1"))], None);
    let charge = span("charge", &[("trace_id", Value::Str("4bf9")), ("n", Value::I64(-3))], Some(&request));
    TestRecord::new("payment \"declined\"")
        .severity(Severity::ERROR)
        .kind(Kind::Audit)
        .category("payments")
        .target("shop::card")
        .tags("PAYMENT,USER_1")
        .metadata("region", "eu-1")
        .shared_metadata(&[("service", "shop"), ("host", "h1")])
        .thread("worker", 3)
        .error("error", std::io::Error::other("disk full"))
        .field("amount", Value::F64(12.5))
        .field("nothing", Value::Null)
        .field("yes", Value::Bool(true))
        .field("big", Value::U64(u64::MAX))
        .field("huge", Value::I128(i128::MIN))
        .field("nan", Value::F64(f64::NAN))
        .field("bytes", Value::Bytes(&[0, 255]))
        .field("nested", Value::Json("{\"a\":[1,{\"b\":null}]}"))
        .inside(&charge)
        .build()
}

#[test]
fn every_part_of_a_record_has_its_column() {
    in_each(|table| {
        let record = full();
        deliver(&mut table.sql(), std::slice::from_ref(&record)).expect("it arrives");
        let text = |column: &str| table.texts(column, "1").remove(0);
        let id = record.view().event_id().to_string();
        for (column, expected) in [
            ("event_id", id.as_str()),
            ("severity", "17"),
            ("level", "ERROR"),
            ("kind", "audit"),
            ("category", "payments"),
            ("target", "shop::card"),
            ("message", "payment \"declined\""),
            ("trace_id", "4bf9"),
            ("error", "disk full"),
            ("module", "shop::card"),
            ("file", "src/test.rs"),
            ("line", "1"),
            ("thread", "worker"),
            ("service", "shop"),
        ] {
            assert_eq!(text(column).as_deref(), Some(expected), "{:?}: {column}", table.engine);
        }
        assert_eq!((text("span_id"), text("truncated")), (None, None));
        let time = match table.engine {
            Engine::Postgres => table.ask("SELECT time AT TIME ZONE 'UTC' FROM {t}"),
            _ => table.ask("SELECT time FROM {t}").replace('T', " ").replace('Z', ""),
        };
        assert_eq!(time, "2026-01-15 10:30:45.123456", "{:?}", table.engine);
        let json = |column: &str| serde_json::from_str::<Json>(&text(column).expect("it is there")).expect("JSON");
        assert_eq!(json("tags"), json!(["PAYMENT", "USER_1"]));
        assert_eq!(json("context"), json!({"request_id": "r-1", "trace_id": "4bf9"}));
        let spans = json!([{"name": "request", "method": "POST"}, {"name": "charge", "n": -3}]);
        assert_eq!(json("spans"), spans);
        assert_eq!(json("metadata"), json!({"service": "shop", "host": "h1", "thread": "worker", "region": "eu-1"}));
        let fields = json!({
            "error": "disk full", "amount": 12.5, "nothing": null, "yes": true, "big": u64::MAX,
            "huge": i128::MIN.to_string(), "nan": "NaN", "bytes": "00ff", "nested": {"a": [1, {"b": null}]}
        });
        assert_eq!(json("fields"), fields);
    });
}

/// One column for each type that a table of one's own may have for a field.
fn typed(table: &Table) -> tracework_sql::Sql {
    let (double, bytes) = match table.engine {
        Engine::Postgres => ("double precision", "bytea"),
        _ => ("double", "blob"),
    };
    table
        .ask(&format!("CREATE TABLE {{t}} (n int, t varchar(60), d {double}, w bigint, b boolean, j json, y {bytes})"));
    let columns = ["t", "d", "w", "b", "j", "y"].map(|name| (name.to_owned(), format!("field.{name}")));
    let columns = columns.into_iter().chain([("n".to_owned(), "field.n".to_owned())]);
    table.sql().columns(columns).expect("columns")
}

#[test]
fn a_value_becomes_what_the_column_takes() {
    in_each(|table| {
        let mut sql = typed(table);
        let row = |n: u64, t, d, w, b, j, y| {
            let record = TestRecord::new("x").field("n", Value::U64(n)).field("t", t).field("d", d);
            record.field("w", w).field("b", b).field("j", j).field("y", y).build()
        };
        let (yes, text) = (Value::Bool(true), Value::Str("a\tb\\N"));
        let bytes = Value::Bytes(&[0, 1, 255]);
        let records = [
            row(1, yes, Value::F64(0.1), Value::I64(i64::MIN), yes, yes, bytes),
            row(2, text, Value::Str("2.5"), Value::U64(7), Value::Bool(false), text, text),
            row(
                3,
                Value::I128(i128::MAX),
                Value::I64(-1),
                Value::Str("9"),
                Value::U64(1),
                Value::F64(1.5),
                Value::Null,
            ),
            row(4, Value::F64(f64::INFINITY), Value::Null, Value::Null, Value::Null, Value::Json("[1]"), Value::Null),
        ];
        deliver(&mut sql, &records).expect("they arrive");
        let texts = |column: &str| table.texts(column, "n").into_iter().map(|text| text.unwrap_or("NULL".into()));
        let huge = i128::MAX.to_string();
        let is = |column: &str, expected: [&str; 4]| {
            assert_eq!(texts(column).collect::<Vec<_>>(), expected, "{:?}: {column}", table.engine);
        };
        is("t", ["true", "a\tb\\N", &huge, "Infinity"]);
        let decimal = if table.engine == Engine::Sqlite { "-1.0" } else { "-1" };
        is("d", ["0.1", "2.5", decimal, "NULL"]);
        is("w", ["-9223372036854775808", "7", "9", "NULL"]);
        let (one, zero) = if table.engine == Engine::Postgres { ("true", "false") } else { ("1", "0") };
        is("b", [one, zero, one, "NULL"]);
        is("j", ["true", "\"a\\tb\\\\N\"", "1.5", "[1]"]);
        let hex = match table.engine {
            Engine::Postgres => table.ask("SELECT encode(y, 'hex') FROM {t} WHERE n < 3 ORDER BY n"),
            _ => table.ask("SELECT hex(y) FROM {t} WHERE n < 3 ORDER BY n"),
        };
        assert_eq!(hex.to_lowercase(), "0001ff\n6109625c4e", "{:?}", table.engine);
    });
}

#[test]
fn numbers_that_are_none_are_kept_as_far_as_the_column_can() {
    in_each(|table| {
        let mut sql = typed(table);
        let row = |n: u64, d: f64| {
            TestRecord::new("x").field("n", Value::U64(n)).field("d", Value::F64(d)).field("t", Value::F64(d)).build()
        };
        deliver(&mut sql, &[row(1, f64::NAN), row(2, f64::NEG_INFINITY)]).expect("they arrive");
        let texts: Vec<_> = table.texts("t", "n").into_iter().flatten().collect();
        assert_eq!(texts, ["NaN", "-Infinity"]);
        let numbers: Vec<_> = table.texts("d", "n").into_iter().map(|text| text.unwrap_or("NULL".into())).collect();
        let expected = if table.engine == Engine::Maria { ["NULL", "NULL"] } else { ["NaN", "-Infinity"] };
        assert_eq!(numbers, expected, "{:?}", table.engine);
    });
}

#[test]
fn what_was_cut_or_replaced_is_told() {
    in_each(|table| {
        let cut = TestRecord::new("a\0b").write(|draft| {
            draft.field(Key::Name("long"), Value::Str(&"x".repeat(100_000)));
            draft.field(Key::Name("nul"), Value::Str("\0"));
        });
        deliver(&mut table.sql(), &[cut.build()]).expect("it arrives");
        let told = table.texts("truncated", "1").remove(0).expect("something");
        let told: Json = serde_json::from_str(&told).expect("JSON");
        let expected = match table.engine {
            Engine::Postgres => json!({"keys": ["fields.long"], "replaced": ["message", "fields"]}),
            _ => json!({"keys": ["fields.long"]}),
        };
        assert_eq!(told, expected, "{:?}", table.engine);
    });
}

#[test]
fn nested_values_as_deep_as_any_are_taken() {
    in_each(|table| {
        let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
        let record = TestRecord::new("deep").field("deep", Value::Json(&deep)).build();
        deliver(&mut table.sql(), &[record]).expect("it arrives");
        assert_eq!(table.count(), 1);
    });
}

#[test]
fn nothing_in_a_name_of_a_field_is_a_statement() {
    in_each(|table| {
        let evil = "'); DROP TABLE logs; --";
        let record = TestRecord::new(evil).target(evil).tags(evil).field(evil, Value::Str(evil)).build();
        deliver(&mut table.sql(), &[record]).expect("it arrives");
        assert_eq!(table.texts("target", "1"), [Some(evil.to_owned())]);
        for name in [evil, "logs\"", "l`ogs", "a b"] {
            assert!(table.sql().table(name).is_err());
            assert!(table.sql().columns([(name, "message")]).is_err());
        }
        table.sql().open().expect("it is there");
    });
}
