//! The helpers of `Result`.

use crate::support::{Bench, Chain, SharedText};
use std::error::Error;
use tracework::core::{Kind, Record, Value};
use tracework::engine::{BacktraceWhen, ErrorSettings};
use tracework::prelude::*;
use tracework::{ResultExt, log_error};

fn refused() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "the bank is closed")
}

fn causes(record: &Record<'_>) -> Vec<String> {
    record.error().expect("an error").causes().map(str::to_owned).collect()
}

#[test]
fn an_error_is_logged_where_it_is_caught() {
    let bench = Bench::new();
    let line = bench.run(|| {
        let result: Result<(), _> = Err(refused());
        assert!(result.log_err().is_err());
        line!() - 1
    });
    let record = bench.only();
    let (record, source) = (record.view(), bench.only().view().source().line);
    assert_eq!((record.severity(), record.message()), (Severity::ERROR, "the bank is closed"));
    assert!(record.source().file.is_some_and(|file| file.ends_with("pipeline/errors/results.rs")));
    assert_eq!(source, Some(line));
    assert_eq!(record.target(), "pipeline::errors::results");
    let error = record.error().expect("an error");
    assert_eq!((error.message(), error.type_name()), ("the bank is closed", Some("std::io::error::Error")));
    assert!(matches!(record.field("error"), Some(Value::Error(_))));
}

#[test]
fn a_value_is_no_error_and_costs_no_record() {
    let bench = Bench::new();
    bench.run(|| {
        assert_eq!("7".parse::<u8>().or_log(1), 7);
        assert_eq!("7".parse::<u8>().ok_or_log(), Some(7));
        assert_eq!("7".parse::<u8>().log_err().or_log_default(), 7);
    });
    assert!(bench.memory.records().is_empty());
}

#[test]
fn defaults_stand_in_for_errors() {
    let bench = Bench::new();
    bench.run(|| {
        assert_eq!("x".parse::<u8>().or_log(1), 1);
        assert_eq!("x".parse::<u8>().or_log_default(), 0);
        assert_eq!("x".parse::<u8>().or_log_else(|_| 3), 3);
        assert_eq!("x".parse::<u8>().ok_or_log(), None);
    });
    let records = bench.memory.records();
    assert_eq!(records.len(), 4);
    for record in &records {
        let error = record.view().error().and_then(|error| error.type_name().map(str::to_owned));
        assert_eq!(error.as_deref(), Some("core::num::error::ParseIntError"));
    }
}

#[test]
fn a_call_may_change_everything() {
    let bench = Bench::new();
    let other = bench.also("other", Severity::CRITICAL);
    bench.run(|| {
        _ = Err::<(), _>(refused()).log_err_with(|caught| {
            caught.level(Severity::WARNING).tags("PAYMENT,BANK").destinations("+other").message("cannot pay")
        });
        _ = Err::<(), _>(refused()).log_err_at(Severity::CRITICAL);
        _ = Err::<(), _>(refused()).log_err_with(|caught| caught.kind(Kind::Security).category("auth").target("doors"));
        _ = Err::<(), _>(refused()).log_err_with(|caught| caught.ignore());
        log_error(&refused(), |caught| caught.level(Severity::DEBUG));
    });
    let records = bench.memory.records();
    assert_eq!(records.len(), 4);
    let first = records[0].view();
    assert_eq!((first.severity(), first.message()), (Severity::WARNING, "cannot pay"));
    assert_eq!(first.tags().collect::<Vec<_>>(), ["PAYMENT", "BANK"]);
    assert_eq!(first.error().map(|error| error.message()), Some("the bank is closed"));
    assert_eq!(other.records().len(), 2, "by name, and by its level");
    assert_eq!(records[1].view().severity(), Severity::CRITICAL);
    let third = records[2].view();
    assert_eq!((third.kind(), third.category(), third.target()), (Kind::Security, Some("auth"), "doors"));
    assert_eq!(records[3].view().severity(), Severity::DEBUG);
}

#[test]
fn the_config_sets_what_calls_do_not() {
    let bench = Bench::new();
    let other = bench.also("other", Severity::CRITICAL);
    let mut settings = ErrorSettings::default();
    settings.level = Severity::WARNING;
    settings.tags = vec!["CAUGHT".into()];
    settings.destinations = vec!["other".into()];
    bench.control.set_errors(settings).expect("it is set");
    bench.run(|| {
        _ = Err::<(), _>(refused()).log_err();
        _ = Err::<(), _>(refused()).log_err_with(|caught| caught.destinations("memory").tags("MORE"));
    });
    let (first, second) = (other.records(), bench.memory.records());
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_eq!(first[0].view().severity(), Severity::WARNING);
    assert_eq!(first[0].view().tags().collect::<Vec<_>>(), ["CAUGHT"]);
    assert_eq!(second[0].view().tags().collect::<Vec<_>>(), ["CAUGHT", "MORE"]);
}

#[test]
fn errors_of_every_make_are_caught() {
    let bench = Bench::new();
    bench.run(|| {
        let chain = || Chain::of(&["cannot pay", "no line", "refused"]);
        let boxed: Result<(), Box<dyn Error>> = Err(Box::new(chain()));
        _ = boxed.log_err();
        let sent: Result<(), Box<dyn Error + Send + Sync>> = Err(Box::new(chain()));
        _ = sent.log_err();
        let sent: Result<(), Box<dyn Error + Send>> = Err(Box::new(chain()));
        _ = sent.log_err();
        let report: anyhow::Result<()> =
            Err(anyhow::Error::new(Chain::of(&["no line", "refused"])).context("cannot pay"));
        _ = report.log_err();
        let report: eyre::Result<()> =
            Err(eyre::Report::new(Chain::of(&["no line", "refused"])).wrap_err("cannot pay"));
        _ = report.log_err();
        _ = Err::<(), _>("cannot pay".to_owned()).log_err();
        _ = Err::<(), _>("cannot pay").log_err();
        _ = std::thread::spawn(|| std::panic::panic_any("cannot pay".to_owned())).join().log_err();
    });
    let records = bench.memory.records();
    assert_eq!(records.len(), 8);
    for record in &records {
        assert_eq!(record.view().error().map(|error| error.message().to_owned()).as_deref(), Some("cannot pay"));
    }
    for record in &records[..5] {
        assert_eq!(causes(&record.view()), ["no line", "refused"]);
    }
    let types: Vec<_> = records
        .iter()
        .map(|record| record.view().error().and_then(|error| error.type_name().map(str::to_owned)))
        .collect();
    assert_eq!(types[0], None, "the type of what is in a box is not known");
    assert_eq!(types[3].as_deref(), Some("anyhow::Error"));
    assert_eq!(types[4].as_deref(), Some("eyre::Report"));
    assert_eq!(types[7].as_deref(), Some("panic"));
}

#[test]
fn an_error_whose_display_panics_or_loops_does_no_harm() {
    #[derive(Debug)]
    struct Hostile;
    impl std::fmt::Display for Hostile {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("no text")
        }
    }
    impl Error for Hostile {}
    #[derive(Debug)]
    struct Endless;
    impl std::fmt::Display for Endless {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("again")
        }
    }
    impl Error for Endless {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self)
        }
    }
    let bench = Bench::new();
    bench.run(|| {
        _ = Err::<(), _>(Hostile).log_err();
        _ = Err::<(), _>(Endless).log_err();
    });
    let records = bench.memory.records();
    assert_eq!(records.len(), 2);
    assert!(records[0].view().incomplete());
    assert!(causes(&records[1].view()).len() < 40);
}

#[test]
fn a_backtrace_is_captured_when_the_settings_ask_for_it() {
    let bench = Bench::new();
    let mut settings = ErrorSettings::default();
    settings.backtrace = BacktraceWhen::Always;
    bench.control.set_errors(settings).expect("it is set");
    bench.run(|| _ = Err::<(), _>(refused()).log_err());
    let record = bench.only();
    let error = record.view();
    let backtrace = error.error().and_then(|error| error.backtrace()).expect("a backtrace");
    assert!(backtrace.contains("a_backtrace_is_captured"), "{backtrace}");
    let first = backtrace.lines().next().unwrap_or_default();
    assert!(!first.contains("force_capture"), "frames of ours are left out: {backtrace}");
}

#[test]
fn other_layers_see_an_ordinary_event_with_the_right_place() {
    #[derive(Clone, Default)]
    struct Places(std::sync::Arc<std::sync::Mutex<Vec<Option<u32>>>>);
    impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Places {
        fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
            self.0.lock().expect("unpoisoned").push(event.metadata().line());
        }
    }
    let (bench, places) = (Bench::new(), Places::default());
    let text = SharedText::default();
    let fmt = tracing_subscriber::fmt::layer().with_ansi(false).without_time().with_writer(text.clone());
    let stack = tracing_subscriber::registry().with(fmt).with(places.clone());
    let line = tracing::subscriber::with_default(stack, || {
        _ = Err::<(), _>(refused()).log_err();
        line!() - 1
    });
    assert_eq!(*places.0.lock().expect("unpoisoned"), [Some(line)]);
    assert!(text.get().contains("the bank is closed"), "{}", text.get());
    drop(bench);
}

#[test]
fn the_handler_of_the_program_has_the_last_word_and_may_fail() {
    let bench = Bench::new();
    bench.control.on_error(|caught| {
        assert!(caught.to_string() != "hostile", "the handler fails");
        // What it catches itself is not handed to it.
        _ = Err::<(), _>("inside").log_err();
        if caught.error().is_some_and(|error| error.is::<std::io::Error>()) {
            caught.tags("IO").level(Severity::CRITICAL);
        }
    });
    bench.run(|| {
        _ = Err::<(), _>(refused()).log_err_at(Severity::WARNING);
        _ = Err::<(), _>("hostile").log_err();
    });
    let records = bench.memory.records();
    let messages: Vec<_> = records.iter().map(|record| record.view().message().to_owned()).collect();
    assert_eq!(messages, ["inside", "the bank is closed", "hostile"]);
    assert_eq!(records[1].view().severity(), Severity::CRITICAL);
    assert!(records[1].view().has_tag("IO"));
    let log = bench.control.self_log();
    assert!(log.iter().any(|entry| entry.message.contains("handler of caught errors panicked")), "{log:?}");
}

#[test]
fn one_error_inside_a_span_has_its_spans() {
    let bench = Bench::new();
    bench.run(|| {
        let _span = tracing::info_span!("charge", user_id = "ann", tags = "PAYMENT").entered();
        _ = Err::<(), _>(refused()).log_err();
    });
    let record = bench.only();
    let record = record.view();
    assert_eq!(record.spans().map(|span| span.name()).collect::<Vec<_>>(), ["charge"]);
    assert!(record.has_tag("PAYMENT"));
}
