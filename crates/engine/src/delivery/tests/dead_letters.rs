//! Dead letters: kept within bounds, written to a file, delivered again on request.

use super::support::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tracework_core::*;

/// A destination that refuses everything for good while it is told to.
fn refusing(refuses: &Arc<AtomicBool>) -> Fake {
    let own = Arc::clone(refuses);
    Fake::new(move |_| if own.load(Ordering::SeqCst) { Err(Failure::permanent("too large")) } else { Ok(()) })
}

#[test]
fn only_the_newest_are_kept_and_all_are_counted() {
    let (outlet, _) = refusing(&Arc::new(AtomicBool::new(true))).start(|settings| settings.dead_letters.records = 3);
    outlet.push(numbers(0..10));
    assert!(flush(&outlet));
    let messages: Vec<_> =
        outlet.dead_letters().iter().map(|letter| letter.record.view().message().to_owned()).collect();
    assert_eq!(messages, lines(7..10));
    assert_eq!(row(&outlet).dead_lettered, 10);
    outlet.set_dead_letters(DeadLetterSettings { records: 1_000, bytes: 0, file: None });
    assert!(outlet.dead_letters().is_empty(), "bytes are a bound too");
}

#[test]
fn replayed_ones_are_delivered_and_counted_as_recovered() {
    let refuses = Arc::new(AtomicBool::new(true));
    let (outlet, seen) = refusing(&refuses).start(|_| ());
    outlet.push(numbers(0..4));
    assert!(flush(&outlet));
    refuses.store(false, Ordering::SeqCst);
    assert_eq!(outlet.replay_dead_letters(), 4);
    assert!(flush(&outlet));
    let end = row(&outlet);
    assert_eq!(seen.lines(), lines(0..4));
    assert_eq!((end.accepted, end.recovered, end.dead_lettered, end.delivered), (4, 4, 4, 4));
    assert_eq!(outlet.replay_dead_letters(), 0);
}

#[test]
fn each_is_a_line_of_the_file() {
    let folder = std::env::temp_dir().join(format!("dead-letters-{}", std::process::id()));
    let file = folder.join("deep").join("app.jsonl");
    let (outlet, _) =
        refusing(&Arc::new(AtomicBool::new(true))).start(|settings| settings.dead_letters.file = Some(file.clone()));
    outlet.push(numbers(0..2));
    assert!(flush(&outlet));
    let text = std::fs::read_to_string(&file).expect("it is written");
    std::fs::remove_dir_all(&folder).expect("it is there");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    let start = "{\"time\":\"2026-01-15T10:30:45.000000Z\",\"destination\":\"fake\",\"reason\":\"too large\",\"attempts\":1,\"payload\":\"";
    assert!(lines[0].starts_with(start) && lines[0].ends_with("}}"), "{}", lines[0]);
    assert!(lines[0].contains("\",\"record\":{"), "what people read stands last: {}", lines[0]);
    assert!(lines[0].contains("n0000") && lines[1].contains("n0001"));
}

#[test]
fn a_file_that_cannot_be_written_shows() {
    let no_folder = std::env::current_exe().expect("this program is a file").join("app.jsonl");
    let (outlet, _) = refusing(&Arc::new(AtomicBool::new(true)))
        .start(|settings| settings.dead_letters.file = Some(no_folder.clone()));
    outlet.push(numbers(0..1));
    assert!(flush(&outlet));
    assert_eq!((outlet.dead_letters().len(), row(&outlet).dead_lettered), (1, 1));
    assert!(outlet.health().last_error.expect("it is kept").message.starts_with("cannot write the dead letter"));
}

#[test]
fn a_line_that_was_cut_short_does_not_take_the_next_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("app.jsonl");
    std::fs::write(&file, "{\"time\":\"2026-01-").expect("it can be written");
    let (outlet, _) =
        refusing(&Arc::new(AtomicBool::new(true))).start(|settings| settings.dead_letters.file = Some(file.clone()));
    outlet.push(numbers(0..2));
    assert!(flush(&outlet));
    let text = std::fs::read_to_string(&file).expect("it is there");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "{\"time\":\"2026-01-"));
    assert!(lines[1..].iter().all(|line| line.starts_with("{\"time\"") && line.ends_with("}}")), "{text}");
}
