//! The flight recorder.

use crate::support::Bench;
use std::time::{Duration, Instant};
use tracework::core::{Timestamp, Value};
use tracework::destinations::MemoryHandle;
use tracework::engine::{Clock, Query, RecorderKey, RecorderSpec, Sample};
use tracework::prelude::*;
use tracework_testkit::ManualClock;

/// A pipeline that delivers INFO and above, with a recorder.
fn recording(spec: RecorderSpec) -> Bench {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::INFO).expect("it is there");
    bench.control.set_recorder(Some(spec)).expect("it is set");
    bench
}

fn usual() -> RecorderSpec {
    RecorderSpec::default()
}

fn texts(memory: &MemoryHandle) -> Vec<String> {
    crate::support::messages(memory)
}

/// The messages of records that were written out of the recorder.
fn recorded(memory: &MemoryHandle) -> Vec<String> {
    let records = memory.records();
    let recorded = records.iter().filter(|record| record.view().metadata("recorded") == Some(Value::Bool(true)));
    recorded.map(|record| record.view().message().to_owned()).collect()
}

#[test]
fn an_error_has_the_debug_records_of_its_request_written_before_it() {
    let bench = recording(usual());
    bench.run(|| {
        for request in ["good", "bad"] {
            let _request = info_span!("request", request).entered();
            debug!("{request} 1");
            info!("{request} 2");
            info_span!("inner").in_scope(|| debug!("{request} 3"));
            if request == "bad" {
                error!("{request} 4");
                debug!("{request} 5");
                error!("{request} 6");
                debug!("{request} 7");
            }
        }
        debug!("outside of any request");
        error!("outside too");
    });
    let told = ["good 2", "bad 2", "bad 1", "bad 3", "bad 4", "bad 5", "bad 6", "outside too"];
    assert_eq!(bench.messages(), told);
    assert_eq!(recorded(&bench.memory), ["bad 1", "bad 3", "bad 5"], "what was delivered already is not again");
    let records = bench.memory.records();
    let first = &records[2];
    assert_eq!(first.view().context("request"), Some(Value::Str("bad")), "with its own span");
    assert!(first.view().time() < records[1].view().time(), "and its own time");
    assert_eq!(bench.control.health().recorder.map(|recorder| recorder.written), Some(3));
}

#[test]
fn it_goes_where_it_is_told() {
    let bench = recording(usual());
    let dump = Memory::new(1000);
    let dumped = dump.handle();
    bench.control.create("dump", dump.level(Severity::CRITICAL)).expect("it attaches");
    let to = vec!["dump".to_owned()];
    bench.control.set_recorder(Some(RecorderSpec { to, ..usual() })).expect("it is set");
    bench.run(|| {
        info_span!("request").in_scope(|| {
            debug!("1");
            info!("2");
            error!("3");
        });
    });
    assert_eq!(
        (bench.messages(), texts(&dumped)),
        (vec!["2".to_owned(), "3".into()], vec!["1".to_owned(), "2".into()])
    );
    let refused = bench.control.set_recorder(Some(RecorderSpec { to: vec!["dumb".into()], ..usual() }));
    let told = refused.expect_err("it is not there").to_string();
    assert_eq!(told, "the recorder names the destination `dumb`, which is not attached; did you mean `dump`?");
}

#[test]
fn a_destination_with_exact_levels_gets_them_only_if_it_is_named() {
    let bench = recording(usual());
    let pager = Memory::new(1000);
    let paged = pager.handle();
    bench.control.attach("pager", pager.levels([Severity::ERROR])).expect("it attaches");
    bench.run(|| {
        info_span!("request").in_scope(|| {
            debug!("1");
            error!("2");
        });
    });
    assert_eq!((texts(&paged), bench.messages()), (vec!["2".to_owned()], vec!["1".to_owned(), "2".into()]));
}

#[test]
fn a_named_span_or_a_value_can_be_the_key() {
    let spec = RecorderSpec { by: RecorderKey::Span("job".into()), ..usual() };
    let bench = recording(spec.clone());
    bench.run(|| {
        info_span!("worker").in_scope(|| {
            debug!("in no job");
            info_span!("job").in_scope(|| debug!("another job"));
            info_span!("job").in_scope(|| {
                debug!("this job");
                info_span!("step").in_scope(|| error!("failed"));
            });
        });
    });
    assert_eq!(bench.messages(), ["this job", "failed"]);

    let key = "context.request_id".parse().expect("a key");
    let bench = recording(RecorderSpec { by: RecorderKey::Value(key), ..spec });
    bench.run(|| {
        for request_id in [1, 2, 1] {
            info_span!("part", request_id).in_scope(|| debug!("of {request_id}"));
        }
        info_span!("last", request_id = "1").in_scope(|| error!("failed"));
        debug!("without the value");
    });
    assert_eq!(bench.messages(), ["of 1", "of 1", "failed"]);
}

#[test]
fn only_the_latest_records_are_kept_of_a_key() {
    let bench = recording(RecorderSpec { records: 10, ..usual() });
    bench.run(|| {
        info_span!("request").in_scope(|| {
            (0..95).for_each(|number| debug!("{number}"));
            error!("failed");
        });
    });
    let told: Vec<_> = (85..95).map(|number| number.to_string()).collect();
    assert_eq!(recorded(&bench.memory), told);
}

#[test]
fn keys_and_bytes_are_bounded() {
    let bench = recording(RecorderSpec { keys: 5, ..usual() });
    let spans: Vec<_> = (0..8).map(|number| bench.run(|| info_span!("request", number))).collect();
    bench.run(|| {
        let spans: Vec<_> = (0..8).map(|number| info_span!("request", number)).collect();
        spans.iter().for_each(|span| span.in_scope(|| debug!("kept for a while")));
        spans.iter().for_each(|span| span.in_scope(|| error!("failed")));
    });
    drop(spans);
    assert_eq!(recorded(&bench.memory).len(), 5, "of the five latest");
    let health = bench.control.health().recorder.expect("there is one");
    assert!(health.forgotten >= 3, "{health:?}");

    let bench = recording(RecorderSpec { memory: 100 << 10, ..usual() });
    let long = "x".repeat(4000);
    bench.run(|| {
        let spans: Vec<_> = (0..100).map(|number| info_span!("request", number)).collect();
        spans.iter().for_each(|span| span.in_scope(|| debug!("{long}")));
        bench.settle();
        let health = bench.control.health().recorder.expect("there is one");
        assert!(health.bytes <= 100 << 10 && health.keys > 5, "{health:?}");
        assert_eq!(health.keys + health.forgotten, 100);
    });
}

#[test]
fn a_key_ends_with_its_span_or_by_age() {
    let clock = ManualClock::new(Timestamp(1_768_473_045_000_000_000));
    let control = Control::builder().clock(Clock::manual(clock.nanos())).build().expect("a plan");
    let bench = Bench::of(control);
    bench.control.set_level("memory", Severity::INFO).expect("it is there");
    bench.control.set_recorder(Some(usual())).expect("it is set");
    let keys = |wanted: u64| {
        let end = Instant::now() + Duration::from_secs(10);
        while bench.control.health().recorder.map(|recorder| recorder.keys) != Some(wanted) {
            assert!(Instant::now() < end, "{:?} instead of {wanted}", bench.control.health().recorder);
            clock.advance(Duration::from_millis(600));
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    bench.run_unsettled(|| {
        let open = info_span!("stays open");
        open.in_scope(|| debug!("kept"));
        info_span!("ends").in_scope(|| debug!("kept for a second"));
        bench.settle();
        assert_eq!(bench.control.health().recorder.map(|recorder| recorder.keys), Some(2));
        keys(1);
        open.in_scope(|| error!("failed"));
        bench.settle();
        assert_eq!(recorded(&bench.memory), ["kept"]);
        clock.advance(Duration::from_secs(300));
        keys(0);
    });
}

#[test]
fn tasks_that_take_turns_on_several_threads_do_not_mix() {
    let bench = recording(usual());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_time().build().expect("a runtime");
    let subscriber = tracing_subscriber::registry().with(DestinationLayer::new(&bench.control));
    let dispatch = tracing::Dispatch::new(subscriber);
    tracing::dispatcher::with_default(&dispatch, || {
        use tracing::Instrument as _;
        use tracing::instrument::WithSubscriber as _;
        let tasks: Vec<_> = (0..40)
            .map(|task| {
                let work = async move {
                    for step in 0..10 {
                        debug!(step, "task {task}");
                        tokio::time::sleep(Duration::from_micros(200)).await;
                    }
                    if task % 4 == 0 {
                        error!("task {task} failed");
                    }
                };
                runtime.spawn(work.instrument(info_span!("task", task)).with_current_subscriber())
            })
            .collect();
        runtime.block_on(async { futures_join(tasks).await });
    });
    bench.settle();
    let records = bench.memory.records();
    for task in 0..40 {
        let own = records
            .iter()
            .filter(|record| record.view().context("task").is_some_and(|value| value.to_string() == task.to_string()));
        let steps: Vec<_> = own.map(|record| record.view().field("step").map(|step| step.to_string())).collect();
        let wanted: Vec<_> = match task % 4 {
            0 => (0..10).map(|step: u32| Some(step.to_string())).chain([None]).collect(),
            _ => Vec::new(),
        };
        assert_eq!(steps, wanted, "task {task}");
    }
}

async fn futures_join(tasks: Vec<tokio::task::JoinHandle<()>>) {
    for task in tasks {
        task.await.expect("it ends");
    }
}

#[test]
fn what_a_filter_suppressed_is_written_when_something_goes_wrong_after_all() {
    let bench = recording(usual());
    let sample = Sample::probability(0.0).by("context.request".parse().expect("a key"));
    let sample = tracework::engine::Except::new("level >= ERROR".parse().expect("a rule"), sample);
    bench.control.add_stateful_filter("sample", sample).expect("it is added");
    bench.run(|| {
        for request in ["good", "bad"] {
            let _request = info_span!("request", request).entered();
            info!("{request} 1");
            if request == "bad" {
                error!("{request} 2");
            }
        }
    });
    assert_eq!(bench.messages(), ["bad 1", "bad 2"]);
}

#[test]
fn it_opens_callsites_but_nothing_that_is_silenced_or_filtered() {
    let bench = recording(usual());
    bench
        .control
        .set_targets("secret=info".parse::<tracework::rules::Directives>().expect("targets").targets)
        .expect("set");
    bench
        .control
        .add_filter("private", |record: &tracework::core::Record<'_>| !record.has_tag("PRIVATE"))
        .expect("added");
    let mut evaluated = 0;
    bench.run(|| {
        info_span!("request").in_scope(|| {
            debug!(target: "secret", "{}", { evaluated += 1; 1 });
            debug!(tags = "PRIVATE", "filtered");
            trace!("below the recorder's level");
            debug!("kept");
            error!("failed");
        });
    });
    assert_eq!((bench.messages(), evaluated), (vec!["kept".to_owned(), "failed".into()], 0));
    bench.control.set_recorder(None).expect("it is ended");
    bench.run(|| {
        info_span!("request").in_scope(|| {
            debug!("{}", {
                evaluated += 1;
                1
            });
            error!("failed");
        });
    });
    assert_eq!((bench.memory.records().len(), evaluated), (3, 0), "without it, the callsites sleep again");
    assert!(!bench.control.explain(&Query { severity: Severity::DEBUG, ..Query::default() }).destinations[0].1);
}

#[test]
fn a_detached_destination_and_a_new_one_do_not_mix_up_what_was_delivered() {
    let bench = recording(usual());
    let first = bench.also("first", Severity::INFO);
    bench.run(|| {
        let request = info_span!("request");
        request.in_scope(|| {
            debug!("1");
            info!("2");
        });
        bench.control.detach("memory").expect("it is there");
        let second = bench.also("second", Severity::INFO);
        request.in_scope(|| error!("3"));
        bench.settle();
        assert_eq!(texts(&first), ["2", "1", "3"]);
        assert_eq!(texts(&second), ["1", "2", "3"], "it had not got the second yet");
    });
}

use tracing::{info_span, trace};
