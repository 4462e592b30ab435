//! Every kind of value arrives as what it is.

use crate::support::{Bench, Chain};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use tracework::core::Value;
use tracework::prelude::*;

#[test]
fn whole_numbers_of_every_width_arrive_exactly() {
    let bench = Bench::new();
    bench.run(|| {
        info!(a = i8::MIN, b = u16::MAX, c = i64::MIN, d = u64::MAX, e = i128::MIN, f = u128::MAX, g = usize::MAX);
    });
    let record = bench.only();
    let record = record.view();
    assert_eq!(record.field("a"), Some(Value::I64(-128)));
    assert_eq!(record.field("b"), Some(Value::U64(65_535)));
    assert_eq!(record.field("c"), Some(Value::I64(i64::MIN)));
    assert_eq!(record.field("d"), Some(Value::U64(u64::MAX)));
    assert_eq!(record.field("e"), Some(Value::I128(i128::MIN)));
    assert_eq!(record.field("f"), Some(Value::U128(u128::MAX)));
    assert_eq!(record.field("g"), Some(Value::U64(usize::MAX as u64)));
}

#[test]
fn floating_point_numbers_arrive_even_those_that_are_none() {
    let bench = Bench::new();
    bench.run(|| info!(half = 0.5_f32, tiny = f64::MIN_POSITIVE, endless = f64::INFINITY, none = f64::NAN));
    let record = bench.only();
    let record = record.view();
    assert_eq!(record.field("half"), Some(Value::F64(0.5)));
    assert_eq!(record.field("tiny"), Some(Value::F64(f64::MIN_POSITIVE)));
    assert_eq!(record.field("endless"), Some(Value::F64(f64::INFINITY)));
    assert!(matches!(record.field("none"), Some(Value::F64(none)) if none.is_nan()));
}

#[test]
fn bytes_arrive_as_bytes() {
    let bench = Bench::new();
    bench.run(|| info!(body = &b"\x00\xff{"[..], "received"));
    assert_eq!(bench.only().view().field("body"), Some(Value::Bytes(b"\x00\xff{")));
}

#[test]
fn an_error_arrives_with_its_whole_source_chain() {
    let bench = Bench::new();
    let error = Chain::of(&["cannot pay", "cannot reach the bank", "connection refused"]);
    bench.run(|| error!(error = &error as &(dyn Error + 'static), "failed"));
    let record = bench.only();
    let Some(Value::Error(chain)) = record.view().field("error") else { panic!("no error: {record:?}") };
    assert_eq!(chain.message(), "cannot pay");
    assert_eq!(chain.causes().collect::<Vec<_>>(), ["cannot reach the bank", "connection refused"]);
}

#[test]
fn what_was_rendered_arrives_as_rendered() {
    struct Plain;
    impl fmt::Display for Plain {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("shown")
        }
    }
    impl fmt::Debug for Plain {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("debugged")
        }
    }
    let bench = Bench::new();
    bench.run(|| info!(display = %Plain, debug = ?Plain, text = "text", none = None::<u32>, some = Some(7_u32)));
    let record = bench.only();
    let record = record.view();
    assert_eq!(record.field("display"), Some(Value::Text("shown")));
    assert_eq!(record.field("debug"), Some(Value::Text("debugged")));
    assert_eq!(record.field("text"), Some(Value::Str("text")));
    assert_eq!(record.field("none"), None);
    assert_eq!(record.field("some"), Some(Value::U64(7)));
}

#[test]
fn a_nested_value_stays_nested() {
    let bench = Bench::new();
    let items = BTreeMap::from([("book", 2), ("pen", 1)]);
    bench.run(|| info!(items = json(&items), "ordered"));
    assert_eq!(bench.only().view().field("items"), Some(Value::Json(r#"{"book":2,"pen":1}"#)));
}

#[test]
fn a_lazy_value_is_computed_once_however_many_look_at_it() {
    let bench = Bench::new();
    let computed = Cell::new(0);
    bench.run(|| {
        info!(
            total = lazy(|| {
                computed.set(computed.get() + 1);
                42
            })
        );
    });
    assert_eq!(computed.get(), 1);
    assert_eq!(bench.only().view().field("total"), Some(Value::Text("42")));
}

#[test]
fn a_lazy_value_is_not_computed_for_a_record_that_nobody_wants() {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::WARNING).expect("it is attached");
    let computed = Cell::new(0);
    bench.run(|| {
        info!(
            total = lazy(|| {
                computed.set(computed.get() + 1);
                42
            })
        );
    });
    assert_eq!((computed.get(), bench.memory.len()), (0, 0));
}

#[test]
fn a_critical_record_is_an_error_to_others_and_critical_to_us() {
    let bench = Bench::new();
    let fmt = bench.beside_fmt(|| critical!(disk = "/dev/sda", "no space left"));
    assert!(fmt.contains("ERROR") && fmt.contains("severity=\"CRITICAL\""), "{fmt}");
    let record = bench.only();
    assert_eq!(record.view().severity(), Severity::CRITICAL);
    assert_eq!(record.view().field("disk"), Some(Value::Str("/dev/sda")));
    assert_eq!(record.view().field("severity"), None);
}

#[test]
fn a_field_named_twice_keeps_its_last_value() {
    let bench = Bench::new();
    bench.run(|| info!(message = "first", "second"));
    assert_eq!(bench.messages().len(), 1);
}
