//! Filters with a memory.

mod bounds;
mod held;
mod kinds;
mod load;
mod places;

use crate::support::Bench;
use std::time::{Duration, Instant};
use tracework::core::Timestamp;
use tracework::engine::Clock;
use tracework::prelude::*;
use tracework_testkit::ManualClock;

/// A pipeline with a clock that stands still.
fn still() -> (Bench, ManualClock) {
    let clock = ManualClock::new(Timestamp(1_768_473_045_000_000_000));
    let control = Control::builder().clock(Clock::manual(clock.nanos())).build().expect("a plan");
    (Bench::of(control), clock)
}

impl Bench {
    /// The numbers that records carry in their metadata under `key`, 0 where there is none.
    fn marks(&self, key: &str) -> Vec<u64> {
        let marks = self.memory.records();
        let mark = |record: &tracework::core::OwnedRecord| match record.view().metadata(key) {
            Some(tracework::core::Value::U64(number)) => number,
            None => 0,
            other => panic!("{other:?} is no count"),
        };
        marks.iter().map(mark).collect()
    }

    /// Waits until the filter was asked about so many records, without a flush, which would let go of what is held.
    fn asked(&self, filter: &str, records: u64) {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let health = self.control.health().filters[filter].clone();
            let asked = health.kept + health.suppressed + health.held;
            if asked == records {
                return;
            }
            assert!(Instant::now() < end && asked < records, "{asked} of {records}: {health:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// What the filter kept, suppressed and holds.
    fn counts(&self, filter: &str) -> (u64, u64, u64) {
        let health = self.control.health().filters[filter].clone();
        (health.kept, health.suppressed, health.held)
    }

    /// Waits until `memory` has so many records.
    fn delivered(&self, records: usize) {
        let end = Instant::now() + Duration::from_secs(10);
        while self.memory.records().len() < records {
            assert!(Instant::now() < end, "{} of {records} records", self.memory.records().len());
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
