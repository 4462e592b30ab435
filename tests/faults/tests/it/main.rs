//! The short pass of the fault suite: each fault, put to every destination it concerns. The lines are printed.

use std::path::Path;
use tracework_faults::{Length, faults};

#[expect(clippy::print_stdout, reason = "each fault prints its lines")]
fn put(name: &str) {
    let program = Path::new(env!("CARGO_BIN_EXE_tracework-faults"));
    let fault = faults().iter().find(|fault| fault.name == name).expect("a fault of the table");
    let each = |destination: &&str| fault.put_to(destination, Length::Short, program);
    let lines: Vec<_> = fault.destinations.iter().flat_map(each).collect();
    lines.iter().for_each(|line| println!("{line}"));
    let broken: Vec<_> = lines.iter().filter(|line| !line.broken.is_empty()).map(ToString::to_string).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// A test for each of these faults; `every_fault_has_a_test` knows them all.
macro_rules! faults {
    ($($name:ident)*) => {
        const TESTED: &[&str] = &[$(stringify!($name)),*];

        $(#[test]
        fn $name() {
            put(stringify!($name));
        })*
    };
}

faults!(kill9 full_disk down half_open reset ack_lost slow busy poison ends signals no_descriptors deleted together);

#[test]
fn every_fault_has_a_test() {
    let names: Vec<_> = faults().iter().map(|fault| fault.name).collect();
    assert_eq!(names, TESTED);
}
