//! The suite passes a good destination and catches a bad one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use tracework_core::{Batch, Command, Destination, Failure, FailureClass, Format, Wants};
use tracework_testkit::conformance::Subject;
use tracework_testkit::{Faulty, Lines, Recording, conformance};

fn of_bytes() -> Subject {
    let recording = Recording::new();
    let reader = recording.clone();
    Subject::new(recording, move || reader.text().lines().map(str::to_owned).collect())
}

fn of_records() -> Subject {
    let recording = Recording::of_records();
    let reader = recording.clone();
    Subject::new(recording, move || reader.messages())
}

/// One that its script breaks after the first record of a batch.
fn that_fails() -> Subject {
    let recording = Recording::new();
    let reader = recording.clone();
    let (faulty, script) = Faulty::new(recording);
    let healer = script.clone();
    Subject::new(faulty, move || reader.messages())
        .fault(move || script.fail_after(1, usize::MAX, FailureClass::Temporary), move || healer.heal())
}

conformance!(a_destination_of_bytes, of_bytes());
conformance!(a_destination_of_records, of_records());
conformance!(a_destination_that_fails, that_fails());

conformance!(Recording::new());

/// What is wrong with a destination.
#[derive(Clone, Copy, Debug)]
enum Fault {
    LosesTheThird,
    TurnsAround,
    Doubles,
    Refuses,
    Panics,
    LosesAtCommand,
    ForgetsAtOpen,
    CannotClose,
    SaysTooMuch,
    HasNoName,
}

struct Bad(Recording, Fault);

impl Destination for Bad {
    fn name(&self) -> &'static str {
        if matches!(self.1, Fault::HasNoName) { "" } else { "bad" }
    }

    fn open(&mut self) -> Result<(), Failure> {
        if matches!(self.1, Fault::ForgetsAtOpen) {
            self.0.clear();
        }
        Ok(())
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        for place in 0..batch.len() {
            let place = if matches!(self.1, Fault::TurnsAround) { batch.len() - 1 - place } else { place };
            let one = batch.slice(place..place + 1);
            match self.1 {
                Fault::LosesTheThird if place == 2 => {}
                Fault::Doubles if place == 2 => {
                    self.0.deliver(&one)?;
                    self.0.deliver(&one)?;
                }
                Fault::Refuses => return Err(Failure::permanent("no").after(place)),
                Fault::SaysTooMuch => return Err(Failure::temporary("no").after(place + 9_000)),
                Fault::Panics => panic!("it panics"),
                _ => self.0.deliver(&one)?,
            }
        }
        Ok(())
    }

    fn command(&mut self, _: Command) -> Result<(), Failure> {
        if matches!(self.1, Fault::LosesAtCommand) {
            self.0.clear();
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        if matches!(self.1, Fault::CannotClose) { Err(Failure::temporary("no")) } else { Ok(()) }
    }
}

#[test]
fn the_suite_catches_a_destination_that_is_wrong() {
    use Fault::*;
    let faults = [
        LosesTheThird,
        TurnsAround,
        Doubles,
        Refuses,
        Panics,
        LosesAtCommand,
        ForgetsAtOpen,
        CannotClose,
        SaysTooMuch,
        HasNoName,
    ];
    for fault in faults {
        let make = || {
            let recording = Recording::new();
            let reader = recording.clone();
            Subject::new(Bad(recording, fault), move || reader.messages())
        };
        assert!(catch_unwind(AssertUnwindSafe(|| conformance::check(make))).is_err(), "{fault:?} should be caught");
    }
}

#[test]
fn without_a_reader_the_suite_still_catches_what_refuses_or_panics() {
    for fault in [Fault::Refuses, Fault::Panics, Fault::CannotClose, Fault::SaysTooMuch, Fault::HasNoName] {
        let make = || Subject::from(Bad(Recording::new(), fault));
        assert!(catch_unwind(AssertUnwindSafe(|| conformance::check(make))).is_err(), "{fault:?} should be caught");
    }
    conformance::check(|| Subject::from(Bad(Recording::new(), Fault::LosesTheThird)));
}

/// A format that lets a line end through.
#[derive(Clone)]
struct Naive;

impl Format for Naive {
    fn encode(&mut self, record: &tracework_core::Record<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(record.message().as_bytes());
        out.push(b'\n');
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(Naive)
    }
}

#[test]
fn the_suite_catches_a_record_that_becomes_two_lines() {
    assert!(catch_unwind(AssertUnwindSafe(|| conformance::accepts_any_text(of_bytes().format(Naive)))).is_err());
    conformance::accepts_any_text(of_bytes().format(Lines));
}

#[test]
fn every_case_is_in_the_list() {
    let names: Vec<_> = conformance::CASES.iter().map(|(name, _)| *name).collect();
    let mut once = names.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), names.len());
    assert_eq!(Recording::of_records().wants(), Wants::Records);
}
