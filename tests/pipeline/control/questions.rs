//! What Control tells: health, callsites, dead letters, the end.

use crate::support::Bench;
use std::time::Duration;
use tracework::core::Attach as _;
use tracework::engine::State;
use tracework::prelude::*;
use tracework_testkit::{Faulty, Recording};

#[test]
fn health_shows_each_destination_and_the_whole() {
    let bench = Bench::new();
    bench.run(|| (0..100).for_each(|number| info!(number, "counted")));
    let health = bench.control.health();
    let memory = &health.destinations["memory"];
    assert_eq!((memory.state, memory.kind.as_str()), (State::Healthy, "memory"));
    assert_eq!((memory.ledger.accepted, memory.ledger.delivered, memory.pending_bytes), (100, 100, 0));
    assert_eq!((health.records, health.buffer.accepted, health.buffer.delivered), (100, 100, 100));
    assert!(memory.batches > 0 && memory.largest_batch > 0 && health.is_well(), "{health:#?}");
    bench.control.disable("memory").expect("it is attached");
    assert_eq!(bench.control.health().destinations["memory"].state, State::Disabled);
}

#[test]
fn every_callsite_that_was_reached_is_told_with_its_records() {
    let bench = Bench::new();
    let line = line!() + 1;
    bench.run(|| (0..7).for_each(|number| info!(number, "seven times")));
    let callsites = bench.control.callsites();
    let found =
        callsites.iter().find(|count| count.callsite.file == Some(file!()) && count.callsite.line == Some(line));
    let found = found.expect("it is told");
    assert_eq!((found.records, found.callsite.target), (7, module_path!()));
}

#[test]
fn a_record_that_no_delivery_accepts_is_a_dead_letter_and_can_be_replayed() {
    let bench = Bench::new();
    let recording = Recording::of_records();
    let (picky, script) = Faulty::new(recording.clone());
    script.refuse(|record| record.message() == "poison");
    bench.control.attach("picky", picky).expect("it attaches");
    bench.run(|| {
        info!("good");
        info!("poison");
        info!("good too");
    });
    let letters = bench.control.dead_letters("picky").expect("it is attached");
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].record.view().message(), "poison");
    let ledger = bench.control.health().destinations["picky"].ledger.clone();
    assert_eq!((ledger.delivered, ledger.dead_lettered, ledger.balances()), (2, 1, true), "{ledger:?}");
    script.heal();
    assert_eq!(bench.control.replay_dead_letters("picky").expect("it is attached"), 1);
    bench.settle();
    assert_eq!(recording.messages(), ["good", "good too", "poison"]);
    assert!(bench.control.health().destinations["picky"].ledger.balances());
}

#[test]
fn a_shutdown_reports_every_destination_and_ends_capture() {
    let bench = Bench::new();
    let control = bench.control.clone();
    let report =
        tracing::subscriber::with_default(tracing_subscriber::registry().with(DestinationLayer::new(&control)), || {
            (0..1_000).for_each(|number| info!(number, "before"));
            let report = control.shutdown(Duration::from_secs(10));
            info!("after");
            report
        });
    assert_eq!((report.total.delivered, report.total.lost, report.total.pending), (1_000, 0, 0));
    assert!(report.destinations["memory"].balances());
    assert!(report.into_result().is_ok());
    assert_eq!(bench.memory.len(), 1_000);
    assert!(control.set_level("memory", Severity::INFO).is_err(), "nothing can be changed any more");
    assert_eq!(control.shutdown(Duration::from_secs(1)).total.delivered, 0);
}

#[test]
fn a_flush_succeeds_on_a_full_dropping_queue() {
    use tracework::core::Overflow;
    let bench = Bench::new();
    let recording = Recording::of_records();
    let (slow, script) = Faulty::new(recording.clone());
    script.slow(Duration::from_millis(20));
    bench.control.attach("slow", slow.memory(16 << 10).when_full(Overflow::DropNewest)).expect("it attaches");
    bench.run_unsettled(|| (0..20_000).for_each(|number| info!(number, "too many")));
    let report = bench.control.flush(Duration::from_secs(20));
    assert_eq!(report.pending, 0, "{report:?}");
    let ledger = bench.control.health().destinations["slow"].ledger.clone();
    assert!(ledger.lost() > 0 && ledger.balances(), "{ledger:?}");
    assert_eq!((ledger.accepted, ledger.pending), (20_000, 0));
    let own = recording.records().iter().filter(|record| record.view().internal()).count();
    assert!(own > 0, "the loss is told in the stream");
    assert_eq!(recording.len() - own, usize::try_from(ledger.delivered).expect("few"));
}

#[test]
fn a_flush_never_takes_longer_than_its_time() {
    let bench = Bench::new();
    let (stuck, script) = Faulty::new(Recording::of_records());
    script.hang();
    bench.control.attach("stuck", stuck).expect("it attaches");
    bench.run_unsettled(|| info!("stuck"));
    let begun = std::time::Instant::now();
    let report = bench.control.flush(Duration::from_millis(200));
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!((report.pending, report.delivered), (1, 1));
    script.release();
    bench.settle();
}
