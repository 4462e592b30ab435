//! CSV.

use crate::work::{Given, Work, full, pairs, text};
use tracework_core::Format;
use tracework_format::Csv;

/// The cells of the lines of `format` for `work`, and the names of the columns.
pub(crate) fn cells(format: &mut Csv, work: &Work) -> (Vec<String>, Vec<String>) {
    let file = [format.header().expect("there is one"), work.line(format).into_bytes()].concat();
    let mut reader = ::csv::ReaderBuilder::new().from_reader(&*file);
    let names = reader.headers().expect("there are names").iter().map(Into::into).collect();
    let mut records = reader.records();
    let cells = records.next().expect("there is a record").expect("it can be read").iter().map(Into::into).collect();
    assert!(records.next().is_none());
    (names, cells)
}

#[test]
fn csv_has_a_cell_for_each_part() {
    let (names, values) = cells(&mut Csv::new(), &full());
    let expected = [
        ("timestamp", "2024-01-15T10:30:45.123456Z"),
        ("level", "INFO"),
        ("kind", "log"),
        ("category", "api"),
        ("target", "auth_service"),
        ("module", "auth_service::login"),
        ("file", "src/login.rs"),
        ("line", "142"),
        ("thread", "main"),
        ("message", "user authenticated"),
        ("tags", "USER_123,PAYMENT"),
        ("context", r#"{"user_id":"user_789","request_id":"req_123456"}"#),
        ("fields", r#"{"auth_method":"pass word","duration_ms":45,"ratio":0.5}"#),
        ("spans", r#"[{"name":"request","method":"POST"},{"name":"login","attempt":1}]"#),
        ("metadata", r#"{"service":"payments","host":"h1","thread":"main"}"#),
    ];
    assert_eq!(names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect::<Vec<_>>(), expected);
}

#[test]
fn no_text_becomes_a_formula() {
    for formula in
        ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", " =1", "\"=1", "'=1", "\u{ff1d}1"]
    {
        let work = Work { message: formula.into(), ..Work::default() };
        let mut csv = Csv::new().columns(["message"]).expect("it is a part");
        let (_, values) = cells(&mut csv, &work);
        assert!(values[0].starts_with('\''), "{formula:?} is {:?}", values[0]);
    }
    let fields = pairs(&[("number", Given::I64(-5)), ("text", text("-5"))]);
    let mut csv = Csv::new().columns(["field.number", "field.text", "field.none"]).expect("they are parts");
    assert_eq!(Work { fields, ..Work::default() }.line(&mut csv), "\"-5\",\"'-5\",\"\"\n");
}

#[test]
fn a_column_that_is_no_part_is_an_error() {
    let error = Csv::new().columns(["level", "massage"]).expect_err("there is no such part");
    assert!(error.to_string().starts_with("`massage` is no part of a record; there are time, level"), "{error}");
}
