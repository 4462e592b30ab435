//! Dead letters sent again out of their file, by a later run of the program.

use crate::spool::{payload::assert_same, records};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tracework_core::*;
use tracework_engine::{Control, LedgerRow, Replay, ReplayError};
use tracework_testkit::{Faulty, Recording, Script};

const LONG: Duration = Duration::from_secs(20);

/// Emits records, each written by one of `says`.
fn emit<'a>(control: &Control, says: impl IntoIterator<Item = &'a dyn Fn(&mut Draft)>) {
    let (hub, plan) = (control.hub(), control.plan());
    let (mut lane, mut draft) = (hub.open_nameless_lane(), Draft::new(Limits::default()));
    let outer = tracework_testkit::span("request", &[("method", Value::Str("POST"))], None);
    for (second, say) in says.into_iter().enumerate() {
        draft.begin(Head {
            time: Timestamp(1_768_473_045_123_456_789 + second as i64),
            severity: Severity::ERROR,
            kind: Kind::Security,
            callsite: None,
            generation: plan.generation(),
            roles: u8::MAX,
        });
        say(&mut draft);
        lane.commit(&mut draft, Some(&outer));
    }
}

fn says(text: &'static str) -> impl Fn(&mut Draft) {
    move |draft: &mut Draft| draft.message_str(text)
}

/// All that a record can hold.
fn everything(draft: &mut Draft) {
    draft.message_str("bad\nwith \u{1b}[31m a second line");
    draft.reserved(Reserved::Target, Value::Str("app::db"));
    draft.reserved(Reserved::Line, Value::U64(77));
    draft.reserved(Reserved::Tags, Value::Str("PAYMENT, USER_123"));
    draft.reserved(Reserved::Category, Value::Str("api"));
    draft.metadata("attempt", Value::Str("2"));
    let full = records::full();
    full.view().fields().for_each(|entry| draft.field(Key::Name(entry.key), entry.value));
}

fn keeps_letters(file: &Path) -> impl FnOnce(&mut DestinationSettings) {
    let file = Some(file.to_owned());
    move |settings| settings.dead_letters.file = file
}

/// Has a run of the program leave letters in a file: of the destination `orders`, which refuses all that begins with
/// `bad`. Gives what it refused.
fn leave(file: &Path, says: &[&dyn Fn(&mut Draft)]) -> Vec<OwnedRecord> {
    let control = Control::new();
    let refused: Arc<Mutex<Vec<OwnedRecord>>> = Arc::default();
    let (faulty, script) = Faulty::new(Recording::of_records());
    let own = Arc::clone(&refused);
    script.refuse_at_record(move |record| {
        let bad = record.message().starts_with("bad");
        if bad {
            own.lock().expect("no test panics here").push(OwnedRecord::from(record));
        }
        bad
    });
    control.attach("orders", faulty.set(keeps_letters(file))).expect("it attaches");
    emit(&control, says.iter().copied());
    assert!(control.flush(LONG).settled);
    let mut refused = refused.lock().expect("no test panics here").clone();
    let row = control.health().destinations["orders"].ledger.clone();
    refused.dedup_by_key(|record| record.view().event_id());
    assert_eq!((row.dead_lettered, row.balances()), (refused.len() as u64, true), "{row:?}");
    drop(control.shutdown(LONG));
    refused
}

/// Leaves so many letters.
fn leave_many(file: &Path, count: usize) {
    let says: Vec<_> = (0..count)
        .map(|number| {
            Box::new(move |draft: &mut Draft| draft.message_str(&format!("bad {number}"))) as Box<dyn Fn(&mut Draft)>
        })
        .collect();
    assert_eq!(leave(file, &says.iter().map(AsRef::as_ref).collect::<Vec<_>>()).len(), count);
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("orders.dead.jsonl");
    (folder, file)
}

/// A later run, in which `orders` takes everything.
fn mended(set: impl FnOnce(&mut DestinationSettings)) -> (Control, Recording, Script) {
    let (control, recording) = (Control::new(), Recording::of_records());
    let (faulty, script) = Faulty::new(recording.clone());
    control.attach("orders", faulty.set(set)).expect("it attaches");
    (control, recording, script)
}

fn row(control: &Control) -> LedgerRow {
    let row = control.health().destinations["orders"].ledger.clone();
    assert!(row.balances(), "{row:?}");
    row
}

#[test]
fn what_was_refused_comes_after_a_restart_once_and_as_it_was() {
    let (_folder, file) = place();
    let refused = leave(&file, &[&says("good"), &everything, &says("good too")]);
    let before = std::fs::read(&file).expect("it is there");

    let (control, recording, _script) = mended(|_| ());
    let replayed = control.replay_dead_letter_file("orders", &file).expect("it is read");
    assert_eq!((replayed.records, replayed.unreadable, replayed.others), (1, 0, 0), "{replayed:?}");
    assert_eq!(replayed.destinations["orders"], 1);
    assert!(control.flush(LONG).settled);
    let came = recording.records();
    assert_eq!((came.len(), refused.len()), (1, 1));
    assert_same(&refused[0].view(), &came[0].view());
    assert!(came[0].view().fields().count() >= 15, "it has a field of every kind");
    let row = row(&control);
    assert_eq!((row.accepted, row.recovered, row.delivered, row.dead_lettered), (0, 1, 1, 0));
    assert_eq!(std::fs::read(&file).expect("it is there"), before, "the file stays as it is");

    control.replay_dead_letter_file("orders", &file).expect("it is read");
    assert!(control.flush(LONG).settled);
    let ids: Vec<_> = recording.records().iter().map(|record| record.view().event_id()).collect();
    assert_eq!(ids, [ids[0], ids[0]], "who sends it again sends the same id");
}

#[test]
fn lines_that_are_no_letters_are_told_and_the_others_sent() {
    let (_folder, file) = place();
    leave(&file, &[&says("bad 1"), &says("bad 2"), &says("bad 3")]);
    let text = std::fs::read_to_string(&file).expect("it is there");
    let lines: Vec<_> = text.lines().collect();
    let old = lines[1].split_once("\"payload\":\"").expect("it has one");
    let old = format!("{}{}", old.0, old.1.split_once("\",").expect("it ends").1);
    let cut = &lines[2][..lines[2].len() - 20];
    std::fs::write(&file, [lines[0], "what is this?", &old, cut].join("\n")).expect("it can be written");

    let (control, recording, _script) = mended(|_| ());
    let replayed = control.replay_dead_letter_file("orders", &file).expect("it is read");
    assert!(control.flush(LONG).settled);
    assert_eq!(recording.messages(), ["bad 1"]);
    assert_eq!((replayed.records, replayed.unreadable), (1, 3));
    let told: Vec<_> = replayed.told.iter().map(ToString::to_string).collect();
    let expected = [
        "line 2: it is no JSON, or not one object alone",
        "line 3: it has no payload: an earlier version wrote it, for people to read",
        "line 4: it is cut short",
    ];
    assert_eq!(told, expected);
}

#[test]
fn each_goes_to_the_destination_that_it_names() {
    let (_folder, file) = place();
    leave(&file, &[&says("bad 1"), &says("bad 2")]);
    let text = std::fs::read_to_string(&file).expect("it is there");
    let lines: Vec<_> = text.lines().collect();
    let renamed = |line: &str, name: &str| line.replace("\"orders\"", &format!("\"{name}\""));
    let all = [lines[0].to_owned(), renamed(lines[1], "audit"), renamed(lines[1], "gone\\u001b")].join("\n");
    std::fs::write(&file, all).expect("it can be written");

    let (control, recording, _script) = mended(|_| ());
    let audit = Recording::of_records();
    control.create("audit", audit.clone()).expect("it attaches");
    let replayed = control.replay(&Replay::of(&file)).expect("it is read");
    assert!(control.flush(LONG).settled);
    assert_eq!((recording.messages(), audit.messages()), (vec!["bad 1".to_owned()], vec!["bad 2".to_owned()]));
    assert_eq!((replayed.records, replayed.homeless, replayed.others, replayed.unreadable), (2, 1, 0, 0));
    assert_eq!(replayed.told[0].to_string(), "line 3: there is no destination `gone\\u{1b}`");

    let replayed = control.replay_dead_letter_file("audit", &file).expect("it is read");
    assert_eq!((replayed.records, replayed.homeless, replayed.others), (1, 0, 2));
    let error = control.replay_dead_letter_file("adit", &file).expect_err("there is none");
    assert!(error.to_string().contains("did you mean `audit`?"), "{error}");
    let error = control.replay_dead_letter_file("audit", file.with_extension("gone")).expect_err("it is not there");
    assert!(matches!(&error, ReplayError::File { .. }) && error.to_string().contains("cannot be read"), "{error}");
}

#[test]
fn what_is_refused_again_is_a_letter_again_and_not_sent_for_ever() {
    let (_folder, file) = place();
    leave_many(&file, 3);
    let (control, recording, script) = mended(keeps_letters(&file));
    script.refuse(|_| true);
    let replayed = control.replay_dead_letter_file("orders", &file).expect("it is read");
    assert!(control.flush(LONG).settled);
    assert_eq!((replayed.records, row(&control).dead_lettered), (3, 3));
    let text = std::fs::read_to_string(&file).expect("it is there");
    assert_eq!((text.lines().count(), recording.len()), (6, 0));
}

#[test]
fn ten_thousand_pass_through_a_small_queue_and_none_is_dropped() {
    let (_folder, file) = place();
    leave_many(&file, 10_000);
    let memory = 256 << 10;
    let (control, recording, script) = mended(|settings| {
        settings.buffer = BufferSettings { memory, when_full: Overflow::DropNewest };
    });
    script.slow(Duration::from_millis(2));
    let (watched, most) = (control.clone(), Arc::new(Mutex::new(0)));
    let (seen, ended) = (Arc::clone(&most), Arc::new(Mutex::new(false)));
    let over = Arc::clone(&ended);
    let watcher = std::thread::spawn(move || {
        while !*over.lock().expect("no test panics here") {
            let held = watched.health().destinations["orders"].pending_bytes;
            let mut most = seen.lock().expect("no test panics here");
            *most = held.max(*most);
        }
    });
    let replayed = control.replay_dead_letter_file("orders", &file).expect("it is read");
    assert!(control.flush(LONG).settled);
    *ended.lock().expect("no test panics here") = true;
    watcher.join().expect("it does not panic");
    let most = *most.lock().expect("no test panics here");
    assert!((1..=memory / 2).contains(&most), "half of the queue is left to others: {most}");
    let row = row(&control);
    assert_eq!((replayed.records, row.delivered, row.lost(), recording.len()), (10_000, 10_000, 0, 10_000));
    let order: Vec<_> = (0..10_000).map(|number| format!("bad {number}")).collect();
    assert_eq!(recording.messages(), order);
}

#[test]
fn one_that_stands_still_is_waited_for_as_long_as_is_said() {
    let (_folder, file) = place();
    leave_many(&file, 500);
    let (control, recording, script) = mended(|settings| settings.buffer.memory = 16 << 10);
    script.hang();
    let replay = Replay::of(&file).patience(Duration::from_millis(100));
    let error = control.replay(&replay).expect_err("there is no room");
    let ReplayError::NoRoom { destination, line, replayed } = &error else { panic!("{error}") };
    assert_eq!((destination.as_str(), *line), ("orders", replayed.records + 1));
    assert!((1..500).contains(&replayed.records) && row(&control).lost() == 0, "{error}");
    assert!(error.to_string().ends_with("there is no room in the queue of `orders`"), "{error}");
    let sent = replayed.records;
    script.release();
    assert!(control.flush(LONG).settled);
    assert_eq!(recording.len() as u64, sent);
}

#[test]
fn a_disk_buffer_takes_them_and_drops_none_for_them() {
    let (folder, file) = place();
    leave_many(&file, 4_000);
    for (bytes, when_full) in
        [(8 << 20, Overflow::Block { limit: None }), (8 << 20, Overflow::DropNewest), (256 << 10, Overflow::DropOldest)]
    {
        let disk = DiskSettings { path: Some(folder.path().join("spool")), bytes, ..DiskSettings::default() };
        let set = |settings: &mut DestinationSettings| {
            settings.delivery = Delivery::AtLeastOnce;
            settings.disk = Some(disk.clone());
            settings.buffer = BufferSettings { memory: 64 << 10, when_full };
        };
        let (control, _, script) = mended(set);
        script.fail(usize::MAX, FailureClass::Temporary);
        let replay = Replay::of(&file).patience(Duration::from_millis(500));
        let sent = match control.replay(&replay) {
            Ok(replayed) => replayed.records,
            Err(error) => error.replayed().expect("it was begun").records,
        };
        assert!(if bytes > 1 << 20 { sent == 4_000 } else { (1..4_000).contains(&sent) }, "{sent} {when_full:?}");
        assert!(control.secure(LONG).settled);
        let down = row(&control);
        assert_eq!((down.lost(), down.recovered), (0, sent), "{when_full:?}");
        let last = control.shutdown(Duration::from_millis(500)).destinations["orders"].clone();
        assert_eq!((last.lost(), last.spooled), (0, sent), "{when_full:?}");

        let (control, recording, _script) = mended(set);
        assert!(control.flush(LONG).settled);
        assert_eq!(recording.len() as u64, sent, "{when_full:?}");
        drop(control.shutdown(LONG));
    }
}
