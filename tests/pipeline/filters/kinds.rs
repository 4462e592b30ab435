//! What each kind keeps.

use super::still;
use tracework::engine::{Burst, Dedup, Except, FilterKey, RateLimit, Sample};
use tracework::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

fn key(parts: &str) -> FilterKey {
    parts.parse().expect("a key")
}

#[test]
fn a_rate_limit_keeps_its_burst_and_then_its_rate() {
    let (bench, clock) = still();
    bench.control.add_stateful_filter("rate", RateLimit::new(10, SECOND).burst(3)).expect("it is added");
    bench.run(|| {
        let say = |number: u32| info!(number, "said");
        (0..8).for_each(say);
        clock.advance(Duration::from_millis(99));
        say(8);
        clock.advance(Duration::from_millis(1));
        say(9);
        say(10);
        clock.advance(Duration::from_secs(60));
        (11..20).for_each(say);
    });
    let numbers: Vec<_> =
        bench.memory.records().iter().map(|r| r.view().field("number").map(|v| v.to_string())).collect();
    let numbers: Vec<_> = numbers.into_iter().flatten().collect();
    assert_eq!(numbers, ["0", "1", "2", "9", "11", "12", "13"]);
    assert_eq!(bench.marks("suppressed"), [0, 0, 0, 6, 1, 0, 0]);
    assert_eq!(bench.counts("rate"), (7, 13, 0));
}

#[test]
fn a_clock_set_back_does_not_close_a_rate_limit_for_long() {
    let (bench, clock) = still();
    bench.control.add_stateful_filter("rate", RateLimit::new(1, SECOND)).expect("it is added");
    bench.run(|| {
        let say = || info!("said");
        say();
        clock.step_back(Duration::from_secs(3600));
        say();
        clock.advance(SECOND);
        say();
    });
    assert_eq!(bench.counts("rate"), (2, 1, 0));
}

#[test]
fn each_key_has_a_limit_of_its_own() {
    let (bench, _) = still();
    let limit = RateLimit::new(1, SECOND).by(key("context.user, field.kind_of"));
    bench.control.add_stateful_filter("rate", limit).expect("it is added");
    bench.run(|| {
        for user in ["ann", "bob", "ann"] {
            let _request = tracing::info_span!("request", user).entered();
            for kind_of in [1, 2, 1] {
                info!(kind_of, "said by {user}");
                error!(kind_of, "another callsite, the same key");
            }
        }
        info!("no user, no kind");
        info!("the same key from elsewhere");
    });
    assert_eq!(bench.counts("rate"), (5, 15, 0));
}

#[test]
fn an_exception_is_kept_and_does_not_count() {
    let (bench, _) = still();
    let limit = Except::new("level >= ERROR".parse().expect("a rule"), RateLimit::new(1, SECOND).by(key("target")));
    bench.control.add_stateful_filter("rate", limit).expect("it is added");
    bench.run(|| {
        (0..5).for_each(|_| error!("kept"));
        (0..5).for_each(|_| info!("limited"));
    });
    assert_eq!(bench.messages(), ["kept", "kept", "kept", "kept", "kept", "limited"]);
    let told = &bench.control.health().filters["rate"].filter;
    assert_eq!(
        told,
        "{ type: rate, limit: 1, per: 1s, burst: 1, by: [target], keys: 4096, except: \"level >= ERROR\" }"
    );
}

#[test]
fn a_burst_keeps_the_first_and_then_one_in_so_many() {
    let (bench, clock) = still();
    bench.control.add_stateful_filter("burst", Burst::first(2, SECOND).then_one_in(3)).expect("it is added");
    bench.run(|| {
        let say = |number: u32| info!("{number}");
        (0..9).for_each(say);
        clock.advance(SECOND);
        (10..13).for_each(say);
    });
    assert_eq!(bench.messages(), ["0", "1", "4", "7", "10", "11"]);
    assert_eq!(bench.marks("suppressed"), [0, 0, 2, 2, 1, 0]);
    assert_eq!(bench.counts("burst"), (6, 6, 0));
}

#[test]
fn dedup_tells_the_first_at_once_and_the_last_with_their_number() {
    let (bench, clock) = still();
    bench.control.add_stateful_filter("dedup", Dedup::within(10 * SECOND)).expect("it is added");
    bench.run_unsettled(|| {
        for _ in 0..42 {
            warn!(host = "db1", "cannot connect");
            clock.advance(Duration::from_millis(10));
        }
        warn!(host = "db2", "cannot connect");
        bench.asked("dedup", 43);
        assert_eq!(bench.counts("dedup"), (2, 40, 1));
        bench.delivered(2);
        let last = clock.now();
        clock.advance(10 * SECOND);
        bench.delivered(3);
        assert_eq!(bench.marks("repeated"), [0, 0, 41]);
        let told = bench.memory.records()[2].clone();
        assert_eq!(told.view().time().0, last.0 - 10_000_000, "it is the last one, with its own time");
        assert_eq!(told.view().field("host"), Some(tracework::core::Value::Str("db1")));
        // The window is over: it is new again.
        let say = || warn!(host = "db1", "cannot connect");
        say();
        bench.delivered(4);
    });
    bench.settle();
    assert_eq!(bench.marks("repeated"), [0, 0, 41, 0]);
    assert_eq!(bench.counts("dedup"), (4, 40, 0));
}

#[test]
fn dedup_of_one_key_lets_go_before_another_record() {
    let (bench, _) = still();
    bench.control.add_stateful_filter("dedup", Dedup::within(10 * SECOND).keys(1)).expect("it is added");
    bench.run(|| {
        (0..5).for_each(|_| info!("again"));
        info!("another");
        (0..2).for_each(|_| info!("more"));
    });
    assert_eq!(bench.messages(), ["again", "again", "another", "more", "more"]);
    assert_eq!(bench.marks("repeated"), [0, 4, 0, 0, 1]);
    assert_eq!(bench.counts("dedup"), (5, 3, 0));
}

#[test]
fn a_sample_is_of_the_size_asked_for() {
    let (bench, _) = still();
    bench.control.add_stateful_filter("sample", Sample::one_in(10)).expect("it is added");
    bench.run(|| (0..1000).for_each(|number| info!(number, "said")));
    assert_eq!(bench.counts("sample"), (100, 900, 0));
    bench.control.add_stateful_filter("sample", Sample::probability(0.25)).expect("it is replaced");
    bench.run(|| (0..10_000).for_each(|number| info!(number, "said")));
    let (kept, suppressed, _) = bench.counts("sample");
    assert_eq!(kept + suppressed, 10_000);
    assert!((2_200..2_800).contains(&kept), "{kept}");
}

#[test]
fn a_sample_by_key_keeps_all_of_a_request_or_nothing_and_the_same_everywhere() {
    let kept = |bench: &crate::support::Bench| {
        let sample = Sample::probability(0.5).by(key("context.request_id"));
        bench.control.add_stateful_filter("sample", sample).expect("it is added");
        bench.run(|| {
            for request in 0..200 {
                let _request = tracing::info_span!("request", request_id = format!("r-{request}")).entered();
                (0..3).for_each(|_| info!("in it"));
            }
        });
        let ids = bench.memory.records();
        let ids = ids.iter().filter_map(|r| r.view().context("request_id").map(|v| v.to_string()));
        ids.collect::<Vec<_>>()
    };
    let first = kept(&still().0);
    let second = kept(&still().0);
    assert_eq!(first, second, "the choice depends on the key alone");
    assert!(first.chunks(3).all(|three| three.iter().all(|id| *id == three[0])), "all of a request: {first:?}");
    assert!((60..140).contains(&(first.len() / 3)), "{}", first.len());
    // Chosen once and for all: services of different versions must agree.
    assert_eq!(first.iter().step_by(3).take(3).collect::<Vec<_>>(), ["r-2", "r-3", "r-4"]);
}
