//! Groups of errors.

use crate::support::{Bench, soon};
use tracework::ResultExt;
use tracework::prelude::*;

fn fails(order: u32) -> Result<(), std::io::Error> {
    Err(std::io::Error::other(format!("order {order} of 'ann' failed")))
}

#[test]
fn errors_of_one_place_and_kind_are_one_group() {
    let bench = Bench::new();
    bench.run(|| {
        for order in 0..40 {
            _ = fails(order).log_err();
        }
        _ = fails(1).log_err_at(Severity::CRITICAL);
        info!("no error");
    });
    let errors = bench.control.errors();
    assert_eq!((errors.groups.len(), errors.total, errors.forgotten), (2, 41, 0));
    let group = errors.groups.iter().find(|group| group.count == 40).expect("the group of the loop");
    assert_eq!(group.message, "order 0 of 'ann' failed");
    assert_eq!(group.type_name.as_deref(), Some("std::io::error::Error"));
    assert!(group.site.as_ref().is_some_and(|(file, line)| file.ends_with("groups.rs") && *line > 0));
    assert!(group.first_seen <= group.last_seen);
    let fingerprint = format!("{:016x}", group.fingerprint);
    let records = bench.memory.records();
    let same = records.iter().filter(|record| {
        record.view().error().and_then(|error| error.fingerprint()).is_some_and(|other| other == fingerprint)
    });
    assert_eq!(same.count(), 40, "the records say which group they are of");
    assert!(records.iter().any(|record| record.view().error().is_none()));
    bench.control.clear_errors();
    assert_eq!(bench.control.errors().total, 0);
}

#[test]
fn an_event_of_tracing_is_grouped_too() {
    let bench = Bench::new();
    bench.run(|| {
        for number in 0..3 {
            error!(error = %format!("attempt {number}"), "cannot connect");
        }
    });
    let errors = bench.control.errors();
    assert_eq!((errors.groups.len(), errors.groups[0].count), (1, 3));
}

#[test]
fn a_thousand_kinds_of_errors_stay_within_the_bound() {
    let bench = Bench::new();
    bench.run(|| {
        for first in 'a'..='z' {
            for second in 'a'..='z' {
                for third in ['a', 'b'] {
                    _ = Err::<(), _>(format!("kind {first}{second}{third}")).log_err();
                }
            }
        }
    });
    assert!(soon(|| bench.control.errors().total == 1_352));
    let errors = bench.control.errors();
    assert_eq!(errors.groups.len(), 512);
    assert_eq!(errors.forgotten, 1_352 - 512);
}
