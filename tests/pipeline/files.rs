//! Into files: every line, once, in order.

use std::time::Duration;
use tracework::core::Overflow;
use tracework::destinations::File;
use tracework::format::Json;
use tracework::prelude::*;
use tracing_subscriber::registry;

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
