//! Nothing that lapin logs comes back into the pipeline, whatever happens to the connection.

use crate::support::{Queue, broker, id, url};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tracework_amqp::Amqp;
use tracework_core::{Attach, Severity};
use tracework_engine::Control;
use tracework_layer::DestinationLayer;
use tracework_testkit::{Proxy, Recording, Way};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

const CHILD: &str = "TRACEWORK_TEST_FEEDBACK";
const EVENTS: usize = 200;

/// Events that another layer of the same stack sees.
static SEEN: AtomicU64 = AtomicU64::new(0);
/// The names of the spans that it sees.
static SPANS: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

struct Counting;

impl<S: tracing::Subscriber> Layer<S> for Counting {
    fn on_new_span(&self, attributes: &tracing::span::Attributes<'_>, _: &tracing::Id, _: Context<'_, S>) {
        SPANS.lock().expect("not poisoned").push(attributes.metadata().name());
    }

    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        SEEN.fetch_add(1, Ordering::Relaxed);
    }
}

/// The subscriber is that of the whole process, so that threads which lapin starts have it too.
#[test]
fn what_lapin_logs_never_comes_back() {
    if let Ok(queue) = std::env::var(CHILD) {
        return child(&queue);
    }
    let Some(queue) = Queue::new() else { return };
    let program = std::env::current_exe().expect("a program");
    let test = ["--exact", "feedback::what_lapin_logs_never_comes_back", "--nocapture"];
    let output = Command::new(program).args(test).env(CHILD, &queue.name).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let mut arrived: Vec<_> = queue.messages().iter().map(id).collect();
    arrived.sort();
    arrived.dedup();
    assert_eq!(arrived.len(), EVENTS);
}

fn child(queue: &str) {
    let proxy = Proxy::to(broker().expect("a broker")).expect("a proxy");
    let control = Control::new();
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).with(Counting).init();
    let recording = Recording::of_records();
    control.attach("all", recording.clone().level(Severity::TRACE)).expect("attached");
    let amqp = Amqp::to(&url(proxy.address())).and_then(|amqp| amqp.routing_key(queue)).expect("a destination");
    let amqp = amqp.timeout(Duration::from_secs(2)).level(Severity::TRACE);
    control.attach("mq", amqp).expect("attached");
    for number in 0..EVENTS {
        if number == EVENTS / 2 {
            let _ = control.flush(Duration::from_secs(20));
            proxy.set(Way::Down);
            std::thread::sleep(Duration::from_millis(1_500));
            proxy.set(Way::Open);
        }
        tracing::trace!(number, "ours");
    }
    let flushed = control.flush(Duration::from_secs(30));
    assert_eq!(flushed.pending, 0, "{flushed:?}");
    let _ = control.shutdown(Duration::from_secs(10));
    assert!(proxy.connections() > 1, "the connection was lost meanwhile");
    let ours = u64::try_from(EVENTS).expect("a number");
    assert_eq!(SEEN.load(Ordering::Relaxed), ours, "another layer sees our events and no other");
    assert_eq!(recording.messages().len(), EVENTS, "{:?}", recording.messages());
    // A span that lapin's thread enters before it can be marked, once for each connection (adr/0038).
    let spans = SPANS.lock().expect("not poisoned");
    assert!(spans.iter().all(|name| *name == "io_loop") && spans.len() < 20, "{spans:?}");
}
