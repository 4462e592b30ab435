//! Logging from where nobody should log.

use super::{Case, pipeline, report};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tracework::core::{Batch, Destination, Failure};
use tracework::prelude::*;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

pub(super) const CASES: &[Case] = &[
    ("destination logs", destination_logs),
    ("destination logs on a thread", destination_logs_on_a_thread),
    ("foreign layer logs", foreign_layer_logs),
    ("foreign layer logs between ours", foreign_layer_logs_between_ours),
    ("display logs", display_logs),
    ("display logs in a stack", display_logs_in_a_stack),
    ("display logs for ever", display_logs_for_ever),
    ("drop logs", drop_logs),
    ("filter logs", filter_logs),
    ("span field logs", span_field_logs),
];

static LOGGED: AtomicUsize = AtomicUsize::new(0);

/// Logs whenever it is called, and counts.
struct Chatty;

impl Destination for Chatty {
    fn name(&self) -> &'static str {
        "chatty"
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        LOGGED.fetch_add(batch.len(), Ordering::SeqCst);
        error!("the destination logs");
        log::error!("the destination logs by another way");
        tracing::info_span!("inside").in_scope(|| warn!("and inside a span"));
        Ok(())
    }
}

fn destination_logs() {
    let (control, memory) = pipeline(Severity::TRACE);
    control.attach("chatty", Chatty).expect("it attaches");
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    for number in 0..100 {
        info!(number, "one of a hundred");
        control.flush(Duration::from_secs(10));
    }
    report(&control, &memory);
    println!("logged={}", LOGGED.load(Ordering::SeqCst));
}

/// A destination that logs on a thread of its own, as a client library does, can come back; the loop is the program's.
fn destination_logs_on_a_thread() {
    struct Once;
    impl Destination for Once {
        fn name(&self) -> &'static str {
            "once"
        }
        fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
            let first = batch.records().iter().any(|record| record.message() == "from the program");
            if first {
                let thread = std::thread::spawn(|| info!("from a library's thread"));
                thread.join().expect("it ends well");
            }
            Ok(())
        }
    }
    let (control, memory) = pipeline(Severity::TRACE);
    control.attach("once", Once).expect("it attaches");
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    info!("from the program");
    control.flush(Duration::from_secs(10));
    report(&control, &memory);
}

/// Answers each event with another, but not those.
struct Answers;

impl<S: tracing::Subscriber> Layer<S> for Answers {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "answer" {
            warn!(target: "answer", "answered");
        }
    }
}

fn foreign_layer_logs() {
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry().with(Answers).with(DestinationLayer::new(&control)).init();
    (0..10).for_each(|number| info!(number, "asked"));
    report(&control, &memory);
}

fn foreign_layer_logs_between_ours() {
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry()
        .with(MetadataLayer::new(&control).field("region", "eu-1"))
        .with(Answers)
        .with(TagFilterLayer::new(&control))
        .with(Answers)
        .with(DestinationLayer::new(&control))
        .init();
    (0..10).for_each(|number| info!(number, "asked"));
    report(&control, &memory);
    let complete = memory.records().iter().filter(|record| record.view().metadata("region").is_some()).count();
    println!("complete={complete}");
}

struct ChattyValue;

impl fmt::Display for ChattyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        info!("while formatting");
        f.write_str("chatty")
    }
}

fn display_logs() {
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    info!(value = %ChattyValue, "outer");
    report(&control, &memory);
}

fn display_logs_in_a_stack() {
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry()
        .with(MetadataLayer::new(&control).field("region", "eu-1"))
        .with(TagFilterLayer::new(&control))
        .with(DestinationLayer::new(&control))
        .init();
    info!(value = %ChattyValue, "outer");
    info!("next");
    report(&control, &memory);
    let complete = memory.records().iter().filter(|record| record.view().metadata("region").is_some()).count();
    println!("complete={complete}");
}

fn display_logs_for_ever() {
    struct Endless;
    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            info!(inner = %Endless, "deeper");
            f.write_str("endless")
        }
    }
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    info!(value = %Endless, "outer");
    info!("next");
    report(&control, &memory);
    let dropped = control.health().buffer.dropped.get(&tracework::engine::DropReason::TooDeep).copied();
    println!("too_deep={}", dropped.unwrap_or(0));
}

struct ChattyDrop;

impl Drop for ChattyDrop {
    fn drop(&mut self) {
        tracing::info_span!("drop").in_scope(|| info!("while dropping"));
    }
}

fn drop_logs() {
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    drop(ChattyDrop);
    let unwinding = std::panic::catch_unwind(|| {
        let _chatty = ChattyDrop;
        panic!("with a value that logs when it is dropped");
    });
    assert!(unwinding.is_err());
    report(&control, &memory);
}

/// What the pipeline's own parts log does not come back, nor does it hold them up.
fn filter_logs() {
    let (control, memory) = pipeline(Severity::TRACE);
    control
        .add_filter("chatty", |_: &tracework::core::Record<'_>| {
            info!("a filter logs");
            true
        })
        .expect("it is added");
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    (0..10).for_each(|number| info!(number, "filtered"));
    report(&control, &memory);
}

fn span_field_logs() {
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    let span = tracing::info_span!("span", value = %ChattyValue, late = tracing::field::Empty);
    span.record("late", tracing::field::display(ChattyValue));
    span.in_scope(|| info!("inside"));
    report(&control, &memory);
}
