//! The short pass of the fault suite: each fault, put to every destination it concerns. The lines are printed.

use std::path::Path;
use std::sync::Mutex;
use tracework_faults::{Everything, Length, Level, faults};

/// Best effort is put to these alone: what is peculiar to the others shows at least once.
const BEST_EFFORT: &[&str] = &["file", "postgres", "http", "syslog", "all"];

/// So many at once: most of their time they wait.
const BESIDE: usize = 4;

#[expect(clippy::print_stdout, reason = "each fault prints its lines")]
fn put(name: &str) {
    let program = Path::new(env!("CARGO_BIN_EXE_tracework-faults"));
    let fault = faults().iter().find(|fault| fault.name == name).expect("a fault of the table");
    let all = fault.destinations.iter().flat_map(|to| fault.levels.iter().map(move |level| (*to, *level)));
    let all = all.filter(|(to, level)| *level == Level::AtLeastOnce || BEST_EFFORT.contains(to));
    let (left, lines) = (Mutex::new(all), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let next = left.lock().expect("no panic under it").next();
            let Some((destination, level)) = next else { return };
            for line in fault.put_to(destination, level, Length::Short, program) {
                println!("{line}");
                lines.lock().expect("no panic under it").push(line);
            }
        }
    };
    std::thread::scope(|scope| (0..BESIDE).for_each(|_| drop(scope.spawn(work))));
    let lines = lines.into_inner().expect("no panic under it");
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

faults!(kill9 full_disk down half_open reset ack_lost slow busy poison ends signals no_descriptors deleted out_of_memory spool_deleted spool_read_only
    two_processes no_such_name revoked together);

#[test]
fn every_fault_has_a_test() {
    let names: Vec<_> = faults().iter().map(|fault| fault.name).collect();
    assert_eq!(names, TESTED);
}

/// A small pass of `scripts/everything`.
#[test]
#[expect(clippy::print_stdout, reason = "it prints its table")]
fn everything_is_everywhere_and_once() {
    let program = env!("CARGO_BIN_EXE_tracework-faults").into();
    let outcome = Everything { program, lines: 2_000 }.run().expect("it runs");
    println!("{outcome}");
    assert!(outcome.is_whole(), "{outcome}\n{}", outcome.told);
}
