//! What an earlier run left in a disk buffer is known as soon as its destination is attached.

use std::path::Path;
use std::time::{Duration, Instant};
use tracework_core::*;
use tracework_engine::{Control, PlanSpec, Planned, Source};
use tracework_testkit::{Faulty, Recording};

const LONG: Duration = Duration::from_secs(20);

fn on_disk(folder: &Path, destination: impl Destination) -> Attachment {
    let disk = DiskSettings { path: Some(folder.to_owned()), ..DiskSettings::default() };
    destination.set(move |settings| {
        settings.delivery = Delivery::AtLeastOnce;
        settings.disk = Some(disk);
        settings.buffer.when_full = Overflow::Block { limit: None };
    })
}

/// Has a run leave so many records, which it cannot deliver.
fn leave(folder: &Path, records: u64) {
    let control = Control::new();
    let (faulty, script) = Faulty::new(Recording::of_records());
    script.fail(usize::MAX, FailureClass::Temporary);
    control.attach("orders", on_disk(folder, faulty)).expect("it attaches");
    let (mut lane, mut draft) = (control.hub().open_nameless_lane(), Draft::new(Limits::default()));
    for number in 0..records {
        let (severity, kind, generation) = (Severity::INFO, Kind::Log, control.plan().generation());
        draft.begin(Head { time: Timestamp(0), severity, kind, callsite: None, generation, roles: u8::MAX });
        draft.message_str(&number.to_string());
        lane.commit(&mut draft, None);
    }
    assert!(control.secure(LONG).settled);
    assert_eq!(control.shutdown(Duration::from_millis(100)).total.spooled, records);
}

/// A way to attach a destination.
type Way = fn(&Control, Attachment);

const WAYS: [(&str, Way); 4] = [
    ("attach", |control, one| control.attach("orders", one).expect("it attaches")),
    ("create", |control, one| control.create("orders", one).expect("it attaches")),
    ("attach_all", |control, one| {
        control.attach_all(vec![("orders".to_owned(), one)], |_| {}).expect("it attaches");
    }),
    ("reload", |control, attachment| {
        let planned = Planned { name: "orders".to_owned(), attachment, source: Source::default() };
        control.reload(vec![planned], PlanSpec::default()).expect("it loads");
    }),
];

#[test]
fn a_flush_or_a_shutdown_right_behind_delivers_it() {
    for (name, attach) in WAYS {
        for ends in [false, true] {
            let folder = tempfile::tempdir().expect("a folder");
            leave(folder.path(), 50);
            let (control, recording) = (Control::new(), Recording::of_records());
            attach(&control, on_disk(folder.path(), recording.clone()));
            let row = if ends {
                control.shutdown(LONG).destinations["orders"].clone()
            } else {
                assert!(control.flush(LONG).settled);
                control.health().destinations["orders"].ledger.clone()
            };
            assert_eq!((row.recovered, row.delivered, recording.len()), (50, 50, 50), "{name}, ends: {ends}");
        }
    }
}

#[test]
fn several_of_which_one_cannot_have_its_disk_buffer_are_refused_together() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let (user, control) = (Control::new(), Control::new());
    user.attach("orders", on_disk(folders[1].path(), Recording::of_records())).expect("it attaches");
    let begin = Instant::now();
    let both = |of: &Control| {
        let one = |place: usize| on_disk(folders[place].path(), Recording::of_records());
        of.attach_all(vec![("first".to_owned(), one(0)), ("orders".to_owned(), one(1))], |_| {})
    };
    let error = both(&control).expect_err("the other has it").to_string();
    assert!(error.contains("`orders` cannot start") && error.contains("in use"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(5) && control.plan().spec().destinations().count() == 0);
    let _ = user.shutdown(LONG);
    both(&control).expect("it is free, and so is the one that was opened for nothing");
}
