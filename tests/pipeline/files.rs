//! Into files: every line, once, in order.

use std::time::Duration;
use tracework::core::Overflow;
use tracework::destinations::File;
use tracework::format::Json;
use tracework::prelude::*;
use tracing_subscriber::registry;

#[test]
fn a_csv_file_begins_with_its_header_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.csv");
    let control = Control::new();
    control.attach("file", File::append(&path).format(tracework::format::Csv::new())).expect("it attaches");
    tracing::subscriber::with_default(registry().with(DestinationLayer::new(&control)), || info!("one"));
    let _ = control.shutdown(Duration::from_secs(10));
    let text = std::fs::read_to_string(&path).expect("the file is there");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].contains("timestamp") && lines[1].contains("one"), "{text}");
}

#[test]
fn what_is_set_wrongly_is_told_as_it_is_attached() {
    let folder = tempfile::tempdir().expect("a folder");
    let control = Control::new();
    let cases = [
        (File::append(""), "path: `` names no file"),
        (File::append(folder.path()), "path: this is a folder; name a file in it, such as logs/app.jsonl"),
        (File::rolling("app").max_size("64 MB ish"), "rotate.size: `64 MB ish` is no size"),
        (File::append("app").zone("Europe/Berln"), "zone: `Europe/Berln` is no known time zone"),
    ];
    for (file, why) in cases {
        let told = control.attach("file", file).expect_err(why).to_string();
        assert!(told.starts_with(&format!("the destination `file` cannot start: {why}")), "{told}");
        assert!(control.health().destinations.is_empty(), "nothing of it stays");
    }
    control.attach("file", File::append(folder.path().join("app"))).expect("the name is free");
    let replaced = control.replace("file", File::append(folder.path()));
    assert!(replaced.is_err() && control.health().destinations.len() == 1, "what is there stays");
}

#[test]
fn a_time_that_no_clock_can_tell_is_as_long_as_it_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let control = Control::new();
    for name in ["one", "two"] {
        control.attach(name, File::append(path(name))).expect("it attaches");
    }
    tracing::subscriber::with_default(registry().with(DestinationLayer::new(&control)), || info!("one"));
    assert!(control.flush(Duration::MAX).settled && control.secure(Duration::MAX).settled);
    assert!(control.detach_within("one", Duration::MAX).expect("it is there").settled);
    assert!(control.shutdown(Duration::MAX).total.settled);
    for name in ["one", "two"] {
        assert_eq!(std::fs::read_to_string(path(name)).expect("it is there").lines().count(), 1);
    }
}

#[test]
fn a_file_under_full_load_gets_every_line_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.jsonl");
    let control = Control::new();
    let file = File::append(&path).format(Json::new()).when_full(Overflow::Block { limit: None });
    control.attach("file", file).expect("it attaches");
    let events = 400_000_u64;
    tracing::subscriber::with_default(registry().with(DestinationLayer::new(&control)), || {
        (0..events).for_each(|number| info!(number, amount = 12.5, method = "card", ok = true, "payment processed"));
    });
    let report = control.shutdown(Duration::from_secs(30));
    let text = std::fs::read_to_string(&path).expect("the file is there");
    let lines = text.lines().count() as u64;
    assert_eq!(lines, events, "{report:#?}");
    for (place, line) in text.lines().enumerate() {
        assert!(line.contains(&format!("\"number\":{place},")), "line {place}: {line}");
    }
}
