//! A faulty destination does what its script says, and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use tracework_core::{Command, Destination, FailureClass};
use tracework_testkit::{Bundle, Call, Faulty, Recording, Script, TestRecord};

const SOON: Duration = Duration::from_secs(10);

fn faulty() -> (Faulty, Script, Recording) {
    let recording = Recording::new();
    let (faulty, script) = Faulty::new(recording.clone());
    (faulty, script, recording)
}

fn bundle(messages: &[&str]) -> Bundle {
    Bundle::of_records(messages.iter().map(|&message| TestRecord::new(message).build()).collect())
}

#[test]
fn it_fails_as_often_as_it_is_told() {
    let (mut faulty, script, recording) = faulty();
    script.fail(2, FailureClass::Permanent);
    for _ in 0..2 {
        let failure = bundle(&["a", "b"]).with(|batch| faulty.deliver(batch)).expect_err("it fails");
        assert_eq!((failure.class(), failure.delivered()), (FailureClass::Permanent, 0));
    }
    script.fail_after(1, 1, FailureClass::Temporary);
    let failure = bundle(&["a", "b"]).with(|batch| faulty.deliver(batch)).expect_err("it fails");
    assert_eq!((failure.class(), failure.delivered()), (FailureClass::Temporary, 1));
    bundle(&["b"]).with(|batch| faulty.deliver(batch)).expect("it is over");
    assert_eq!((recording.messages(), script.attempts()), (vec!["a".to_owned(), "b".to_owned()], 4));
}

#[test]
fn it_refuses_what_it_is_told_to_refuse() {
    let (mut faulty, script, recording) = faulty();
    script.refuse(|record| record.message() == "bad");
    let failure = bundle(&["a", "bad", "c"]).with(|batch| faulty.deliver(batch)).expect_err("it refuses");
    assert_eq!((failure.class(), failure.delivered(), recording.len()), (FailureClass::Permanent, 0, 0));
    script.refuse_at_record(|record| record.message() == "bad");
    let failure = bundle(&["a", "bad", "c"]).with(|batch| faulty.deliver(batch)).expect_err("it refuses");
    assert_eq!((failure.class(), failure.delivered()), (FailureClass::Permanent, 1));
    bundle(&["c"]).with(|batch| faulty.deliver(batch)).expect("the others are accepted");
    script.heal();
    bundle(&["bad"]).with(|batch| faulty.deliver(batch)).expect("it is healed");
    assert_eq!(recording.messages(), ["a", "c", "bad"]);
}

#[test]
fn it_hangs_until_it_is_released() {
    let (mut faulty, script, recording) = faulty();
    script.hang();
    let worker = std::thread::spawn(move || bundle(&["a"]).with(|batch| faulty.deliver(batch)).is_ok());
    assert!(script.wait_until_hung(SOON));
    assert!(!recording.wait_for(1, Duration::from_millis(30)), "nothing is delivered");
    script.release();
    assert!(recording.wait_for(1, SOON));
    assert!(worker.join().expect("it does not panic"));
}

#[test]
fn it_does_not_hang_when_nobody_can_release_it() {
    let (mut faulty, script, recording) = faulty();
    script.hang();
    drop(script);
    bundle(&["a"]).with(|batch| faulty.deliver(batch)).expect("it delivers");
    assert_eq!(recording.len(), 1);
}

#[test]
fn it_panics_once_and_is_slow() {
    let (mut faulty, script, recording) = faulty();
    script.panic_on(2);
    bundle(&["a"]).with(|batch| faulty.deliver(batch)).expect("the first is delivered");
    assert!(catch_unwind(AssertUnwindSafe(|| bundle(&["b"]).with(|batch| faulty.deliver(batch)))).is_err());
    script.slow(Duration::from_millis(50));
    let start = Instant::now();
    bundle(&["c"]).with(|batch| faulty.deliver(batch)).expect("the third is delivered");
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert!(script.wait_for_attempts(3, SOON) && !script.wait_for_attempts(4, Duration::ZERO));
    assert_eq!(recording.messages(), ["a", "c"]);
}

#[test]
fn the_other_calls_fail_as_planned_and_are_passed_on() {
    let (mut faulty, script, recording) = faulty();
    script.fail_open(1, FailureClass::Temporary);
    script.fail_flush(1, FailureClass::Temporary);
    script.fail_close(FailureClass::Permanent);
    assert!(faulty.open().is_err() && faulty.flush().is_err() && faulty.close().is_err());
    assert!(recording.calls().is_empty());
    assert!(faulty.open().is_ok() && faulty.flush().is_ok() && faulty.tick().is_ok());
    assert!(faulty.command(Command::Rotate).is_ok() && faulty.close().is_ok());
    assert_eq!(recording.calls(), [Call::Open, Call::Flush, Call::Tick, Call::Command(Command::Rotate), Call::Close]);
    assert!(recording.wait_for_call(Call::Close, Duration::ZERO));
    assert_eq!(faulty.name(), "recording");
}
