//! Errors that come in other ways than by our helpers, and how formats show them.

use crate::support::{Bench, Chain};
use std::error::Error;
use tracework::core::{Format, Record};
use tracework::engine::{BacktraceWhen, ErrorSettings};
use tracework::format::{Csv, Ecs, Gelf, Json, Logfmt, Pattern, Shape, Text, Xml};
use tracework::prelude::*;

fn message(record: &Record<'_>) -> Option<String> {
    record.error().map(|error| error.message().to_owned())
}

#[tracing::instrument(err, skip_all)]
fn charge(amount: u32) -> Result<u32, Chain> {
    if amount == 0 { Err(Chain::of(&["nothing to pay", "the cart is empty"])) } else { Ok(amount) }
}

#[test]
fn instrument_err_is_an_error_of_its_span() {
    let bench = Bench::new();
    bench.run(|| {
        assert!(charge(0).is_err());
        assert!(charge(1).is_ok());
    });
    let record = bench.only();
    let record = record.view();
    assert_eq!(message(&record).as_deref(), Some("nothing to pay"));
    assert_eq!(record.error().and_then(|error| error.type_name()), None, "the type is not known");
    assert_eq!(record.spans().next().map(|span| span.name()), Some("charge"));
    assert_eq!(bench.control.errors().groups.len(), 1);
}

#[test]
fn every_way_to_write_an_error_is_recognised() {
    let bench = Bench::new();
    let chain = Chain::of(&["cannot pay", "refused"]);
    bench.run(|| {
        error!(error = &chain as &(dyn Error + 'static), "failed");
        error!(error = %chain, "failed");
        warn!(err = ?"cannot pay", "failed");
        error!(error = "cannot pay", "failed");
        error!(cause = &chain as &(dyn Error + 'static), "failed");
        error!(reason = %chain, "no field that is called an error");
        info!(error = 7, "a number");
    });
    let errors: Vec<_> = bench.memory.records().iter().map(|record| message(&record.view())).collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        errors,
        [
            text("cannot pay"),
            text("cannot pay"),
            text("\"cannot pay\""),
            text("cannot pay"),
            text("cannot pay"),
            None,
            None
        ]
    );
}

fn encoded(bench: &Bench, mut format: impl Format) -> String {
    let mut out = Vec::new();
    format.encode(&bench.only().view(), &mut out);
    String::from_utf8(out).expect("text")
}

#[test]
fn every_format_shows_the_error() {
    let bench = Bench::new();
    let mut settings = ErrorSettings::default();
    settings.backtrace = BacktraceWhen::Always;
    bench.control.set_errors(settings).expect("it is set");
    let failed = || Err::<(), _>(std::io::Error::other(Chain::of(&["cannot pay", "refused"])));
    bench.run(|| _ = failed().log_err_with(|caught| caught.message("no order")));
    let group = format!("{:016x}", bench.control.errors().groups[0].fingerprint);

    let json: serde_json::Value = serde_json::from_str(&encoded(&bench, Json::new())).expect("JSON");
    let error = &json["error"];
    assert_eq!(error["type"], "std::io::error::Error");
    assert_eq!(error["message"], "cannot pay");
    assert_eq!(error["chain"], serde_json::json!(["refused"]));
    assert_eq!(error["fingerprint"], group.as_str());
    assert!(error["backtrace"].as_str().is_some_and(|text| text.contains("every_format_shows_the_error")));
    let flat: serde_json::Value = serde_json::from_str(&encoded(&bench, Json::new().shape(Shape::Flat))).expect("JSON");
    assert_eq!(flat["error"]["type"], "std::io::error::Error");
    let ecs: serde_json::Value = serde_json::from_str(&encoded(&bench, Ecs::new())).expect("JSON");
    assert_eq!((&ecs["error.type"], &ecs["error.code"]), (&"std::io::error::Error".into(), &group.as_str().into()));
    assert!(ecs["error.stack_trace"].as_str().is_some_and(|text| text.contains("Caused by: refused")));
    let gelf: serde_json::Value = serde_json::from_str(&encoded(&bench, Gelf::new())).expect("JSON");
    assert_eq!(gelf["_error.type"], "std::io::error::Error");

    for text in [
        encoded(&bench, Text::new()),
        encoded(&bench, Text::pretty()),
        encoded(&bench, Logfmt::new()),
        encoded(&bench, Xml::new()),
        encoded(&bench, Csv::new()),
        encoded(&bench, Pattern::new("%level %error %error.type").expect("a pattern")),
        encoded(&bench, Pattern::new("{level} {error} {error.type}").expect("a pattern")),
    ] {
        assert!(text.contains("cannot pay") || text.contains("%error"), "{text}");
    }
    let logfmt = encoded(&bench, Logfmt::new());
    assert!(logfmt.contains(&format!("error.fingerprint={group}")), "{logfmt}");
    assert_eq!(logfmt.lines().count(), 1, "one record is one line");
    assert!(encoded(&bench, Xml::new()).contains("<type>std::io::error::Error</type>"));
    let pretty = encoded(&bench, Text::pretty());
    assert!(pretty.contains("error.type: std::io::error::Error") && pretty.contains("backtrace:\n"), "{pretty}");
}

#[test]
fn hostile_errors_stay_in_their_line() {
    let bench = Bench::new();
    bench.run(|| _ = Err::<(), _>("a\nb\u{1b}[31m\u{202e}\u{2028}c\0".repeat(2_000)).log_err());
    for line in [encoded(&bench, Json::new()), encoded(&bench, Logfmt::new()), encoded(&bench, Text::new())] {
        assert_eq!(line.matches('\n').count(), 1);
        assert!(!line.contains('\u{1b}') && !line.contains('\u{202e}') && !line.contains('\u{2028}'));
    }
    assert!(bench.only().view().message_cut());
}

#[test]
fn secrets_in_errors_are_hidden_everywhere() {
    let bench = Bench::new();
    let secret = "postgres://ann:hunter2@db/app";
    bench.run(|| _ = Err::<(), _>(format!("cannot reach {secret}")).log_err());
    let group = bench.control.errors().groups.remove(0);
    assert!(!encoded(&bench, Json::new()).contains("hunter2"), "{}", encoded(&bench, Json::new()));
    assert!(!group.message.contains("hunter2"), "{group:?}");
    assert!(!format!("{:?}", group.sample).contains("hunter2"));
}
