//! What goes wrong in tracework itself: the self-log, and the handlers of failures.

use crate::support::{Bench, soon};
use std::sync::mpsc;
use std::time::Duration;
use tracework::core::{Batch, Destination, Enrichment, Failure, FailureClass, Record};
use tracework::engine::{SelfLogOutput, SelfLogSource};
use tracework::prelude::*;

/// Fails at every delivery, and logs about it.
struct Fails(fn() -> Failure);

impl Destination for Fails {
    fn name(&self) -> &'static str {
        "fails"
    }

    fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> {
        error!("nobody may hear this");
        Err((self.0)())
    }
}

#[test]
fn a_writer_that_always_fails_shows_in_a_counter_a_callback_and_the_self_log() {
    let bench = Bench::new();
    let (told, hears) = mpsc::channel();
    let tell = move |name: &str, failure: &tracework::engine::FailureReport| {
        error!("nobody may hear this either");
        _ = told.send((name.to_owned(), failure.message.clone(), failure.class));
    };
    bench.control.on_failure(tell).expect("a thread");
    bench.control.attach("web", Fails(|| Failure::permanent("410 gone"))).expect("it attaches");
    bench.run(|| info!("hello"));
    let heard = hears.recv_timeout(Duration::from_secs(10)).expect("it is told");
    assert_eq!(heard, ("web".into(), "410 gone".into(), FailureClass::Permanent));
    assert!(soon(|| bench.control.health().destinations["web"].ledger.dead_lettered == 1));
    let health = bench.control.health();
    let last = health.last_errors.last().expect("an entry");
    assert_eq!((&last.source, last.message.as_str()), (&SelfLogSource::Destination("web".into()), "410 gone"));
    assert!(last.first.0 > 0);
    assert!(soon(|| bench.control.failures().told >= 1));
    let messages: Vec<_> = bench.memory.records().iter().map(|record| record.view().message().to_owned()).collect();
    assert_eq!(messages, ["hello"], "nothing of it came back into the pipeline");
}

#[test]
fn a_panic_of_a_destination_is_told_with_what_it_said() {
    struct Panics;
    impl Destination for Panics {
        fn name(&self) -> &'static str {
            "panics"
        }
        fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> {
            panic!("no such socket")
        }
    }
    let bench = Bench::new();
    let (told, hears) = mpsc::channel();
    let tell = move |_: &str, failure: &tracework::engine::FailureReport| {
        _ = told.send(failure.panicked);
    };
    bench.control.on_failure(tell).expect("a thread");
    bench.control.attach("panics", Panics).expect("it attaches");
    bench.run_unsettled(|| info!("hello"));
    assert_eq!(hears.recv_timeout(Duration::from_secs(10)), Ok(true));
    let noted = || bench.control.self_log().iter().any(|entry| entry.message.contains("no such socket"));
    assert!(soon(noted), "{:?}", bench.control.self_log());
}

#[test]
fn an_enricher_that_panics_is_named() {
    let bench = Bench::new();
    let enricher = |_: &Record<'_>, _: &mut Enrichment<'_>| panic!("a fault in the enricher");
    bench.control.add_enricher("region", enricher).expect("it is added");
    let stack = tracing_subscriber::registry()
        .with(MetadataLayer::new(&bench.control))
        .with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, || (0..5).for_each(|number| info!(number, "hello")));
    let log = bench.control.self_log();
    let entry = log.iter().find(|entry| entry.source == SelfLogSource::Enricher("region".into())).expect("an entry");
    assert_eq!((entry.message.as_str(), entry.count), ("the enricher panicked", 5));
}

#[test]
fn the_self_log_goes_to_a_file_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("self.log");
    let bench = Bench::new();
    let output = SelfLogOutput { stderr: false, file: Some(path.clone()) };
    bench.control.set_self_log(output);
    bench.control.note(SelfLogSource::Config, "line 3:\nno such key");
    let text = || std::fs::read_to_string(&path).unwrap_or_default();
    assert!(soon(|| text() == "tracework: config: line 3:\\nno such key\n"), "{}", text());
}

#[test]
fn a_plan_with_a_self_log_full_of_trouble_still_delivers() {
    let bench = Bench::new();
    bench
        .control
        .attach("web", Fails(|| Failure::permanent(format!("refused {:?}", std::time::Instant::now()))))
        .expect("it attaches");
    bench.run(|| (0..2_000).for_each(|number| info!(number, "hello")));
    assert_eq!(bench.memory.records().len(), 2_000);
    assert!(bench.control.self_log().len() <= 256);
}

#[test]
fn what_housekeeping_did_is_in_the_self_log_and_nowhere_else() {
    struct Keeps(Option<&'static str>);
    impl Destination for Keeps {
        fn name(&self) -> &'static str {
            "keeps"
        }
        fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> {
            Ok(())
        }
        fn notice(&mut self) -> Option<String> {
            self.0.take().map(str::to_owned)
        }
    }
    let bench = Bench::new();
    bench.control.attach("table", Keeps(Some("7 rows were deleted"))).expect("it attaches");
    bench.run(|| info!("hello"));
    let noted = |entry: &tracework::engine::SelfLogEntry| {
        entry.source == SelfLogSource::Destination("table".into()) && entry.message == "7 rows were deleted"
    };
    assert!(soon(|| bench.control.self_log().iter().any(noted)), "{:?}", bench.control.self_log());
    assert_eq!(bench.control.failures().told, 0, "it is no failure");
    assert_eq!(bench.memory.records().len(), 1);
}
