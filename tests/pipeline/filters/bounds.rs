//! What filters remember is bounded.

use super::still;
use tracework::engine::{Dedup, RateLimit};
use tracework::prelude::*;

#[test]
fn the_key_not_seen_for_the_longest_time_is_forgotten_and_counted() {
    let (bench, _) = still();
    let limit = RateLimit::new(1, Duration::from_secs(60)).by("field.key".parse().expect("a key")).keys(10);
    bench.control.add_stateful_filter("rate", limit).expect("it is added");
    bench.run(|| {
        for key in 0..20 {
            info!(key, "said");
            info!(key = 0, "the one that is always there");
        }
        info!(key = 5, "forgotten by now, so it is new");
        info!(key = 19, "still known");
    });
    assert_eq!(bench.counts("rate"), (21, 21, 0));
    assert_eq!(bench.control.health().filters["rate"].forgotten, 11);
}

#[test]
fn what_is_held_for_a_forgotten_key_goes_on() {
    let (bench, _) = still();
    bench.control.add_stateful_filter("dedup", Dedup::within(Duration::from_secs(60)).keys(2)).expect("it is added");
    bench.run_unsettled(|| {
        for text in ["a", "a", "a", "b", "c"] {
            info!("{text}");
        }
        bench.delivered(4);
    });
    assert_eq!(
        (bench.messages(), bench.marks("repeated")),
        (["a", "b", "a", "c"].map(str::to_owned).into(), vec![0, 0, 2, 0])
    );
}

#[test]
fn records_held_take_a_mebibyte_at_the_most() {
    let (bench, _) = still();
    bench.control.add_stateful_filter("dedup", Dedup::within(Duration::from_secs(60))).expect("it is added");
    let long = "x".repeat(8000);
    bench.run_unsettled(|| {
        for number in 0..400 {
            (0..2).for_each(|_| info!("{number} {long}"));
        }
        bench.asked("dedup", 800);
        let (kept, suppressed, held) = bench.counts("dedup");
        assert_eq!((kept + held, suppressed), (800, 0), "what had no room went on early");
        assert!((50..140).contains(&held), "{held} are held");
    });
}
