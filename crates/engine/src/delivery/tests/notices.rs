//! What is said in the stream about lost records.

use super::support::*;
use crate::DropReason;
use std::sync::atomic::Ordering;
use tracework_core::*;

fn notices(lines: &[String]) -> Vec<String> {
    lines.iter().filter(|line| line.contains("lost")).cloned().collect()
}

#[test]
fn a_loss_is_said_in_the_same_stream_when_there_is_room_again() {
    let (fake, door) = hanging();
    let (outlet, seen) = fake.start(|settings| {
        settings.buffer = BufferSettings { memory: 10 * size_of_one(), when_full: Overflow::DropNewest };
    });
    outlet.push(numbers(0..1));
    until("it is being delivered", || seen.opened.load(Ordering::SeqCst) == 1);
    outlet.push(numbers(1..100));
    let lost = row(&outlet).lost();
    door.open();
    until("it is said", || !notices(&seen.lines()).is_empty());
    assert_eq!(notices(&seen.lines()), [format!("{lost} records lost: queue full")]);
    let end = row(&outlet);
    assert_eq!((end.internal, end.accepted, end.delivered), (1, 100, 100 - lost), "a notice is not accepted");
}

#[test]
fn there_is_one_notice_a_second_and_the_last_comes_at_the_end() {
    let (outlet, seen) = Fake::well().start(|settings| {
        settings.buffer = BufferSettings { memory: 3 * size_of_one(), when_full: Overflow::DropNewest };
    });
    for _ in 0..20 {
        outlet.push(numbers(0..50));
        assert!(flush(&outlet));
    }
    assert!(outlet.close(within(5_000)));
    let said = notices(&seen.lines());
    assert!((1..=3).contains(&said.len()), "{said:?}");
    let counted: u64 =
        said.iter().map(|line| line.split(' ').next().and_then(|count| count.parse::<u64>().ok()).unwrap_or(0)).sum();
    let end = row(&outlet);
    assert_eq!((counted, end.internal), (dropped(&end, DropReason::QueueFull), said.len() as u64));
}

#[test]
fn what_the_shutdown_costs_is_said_too() {
    let fake = Fake::new(|batch| {
        if batch.records().iter().any(|record| !record.internal()) {
            std::thread::sleep(std::time::Duration::from_millis(60));
        }
        Ok(())
    });
    let (outlet, seen) = fake.start(|settings| settings.batch.records = 1);
    outlet.push(numbers(0..100));
    outlet.close(within(1_000));
    let end = row(&outlet);
    let lost = dropped(&end, DropReason::Shutdown);
    assert!(lost > 0);
    assert_eq!(notices(&seen.lines()), [format!("{lost} records lost: the time to shut down was over")]);
}

#[test]
fn a_record_of_our_own_is_internal() {
    let (outlet, seen) = Fake::well().start(|_| ());
    let parcel = numbers(7..8);
    let own = OwnedRecord::from(&parcel.round.record(parcel.picks[0]));
    assert!(outlet.announce(own));
    until("it is delivered", || seen.lines() == lines(7..8));
    until("it is counted", || row(&outlet).internal == 1);
    assert_eq!(row(&outlet).accepted, 0);
}
