//! Nothing that tonic, h2, hyper, reqwest and rustls log comes back into the pipeline, whatever happens to the connection.

use crate::receiver::Receiver;
use crate::web::{Reply, Web};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tracework_core::{Attach, Severity};
use tracework_engine::Control;
use tracework_layer::DestinationLayer;
use tracework_otlp::{Otlp, Protocol};
use tracework_testkit::{Proxy, Recording, Way};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

const CHILD: &str = "TRACEWORK_TEST_FEEDBACK";
const EVENTS: usize = 200;

/// Spans and events that another layer of the same stack sees.
static SEEN: AtomicU64 = AtomicU64::new(0);

struct Counting;

impl<S: tracing::Subscriber> Layer<S> for Counting {
    fn on_new_span(&self, _: &tracing::span::Attributes<'_>, _: &tracing::Id, _: Context<'_, S>) {
        SEEN.fetch_add(1, Ordering::Relaxed);
    }

    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        SEEN.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs this test once more in a process of its own, whose subscriber is that of all its threads.
fn run(test: &str, protocol: Protocol, to: SocketAddr) {
    let program = std::env::current_exe().expect("a program");
    let test = format!("feedback::{test}");
    let settings = format!("{} {to}", protocol.name());
    let child = Command::new(program).args(["--exact", &test, "--nocapture"]).env(CHILD, settings).output();
    let output = child.expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}

fn assert_all(mut messages: Vec<String>) {
    messages.sort();
    messages.dedup();
    assert_eq!(messages.len(), EVENTS);
}

#[test]
fn by_grpc() {
    if std::env::var_os(CHILD).is_some() {
        return child();
    }
    let receiver = Receiver::taking();
    run("by_grpc", Protocol::Grpc, receiver.address());
    assert_all(receiver.messages());
}

#[test]
fn by_http() {
    if std::env::var_os(CHILD).is_some() {
        return child();
    }
    let web = Web::start(|_| Reply::status(200));
    run("by_http", Protocol::Http, web.address());
    let records =
        web.received().iter().flat_map(|request| crate::receiver::records_of(&request.logs)).collect::<Vec<_>>();
    assert_all(records.iter().map(crate::receiver::message_of).collect());
}

fn child() {
    let settings = std::env::var(CHILD).expect("settings");
    let (protocol, to) = settings.split_once(' ').expect("a protocol and an address");
    let protocol = if protocol == "grpc" { Protocol::Grpc } else { Protocol::Http };
    let proxy = Proxy::to(to.parse().expect("an address")).expect("a proxy");
    let control = Control::new();
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).with(Counting).init();
    let recording = Recording::of_records();
    control.attach("all", recording.clone().level(Severity::TRACE)).expect("attached");
    let otlp = Otlp::new(protocol, format!("http://{}", proxy.address())).timeout(Duration::from_secs(2));
    control.attach("otlp", otlp.level(Severity::TRACE)).expect("attached");
    for number in 0..EVENTS {
        if number == EVENTS / 2 {
            let _ = control.flush(Duration::from_secs(20));
            proxy.set(Way::Down);
            std::thread::sleep(Duration::from_millis(1_500));
            proxy.set(Way::Open);
        }
        tracing::trace!("number {number}");
    }
    let flushed = control.flush(Duration::from_secs(30));
    assert_eq!(flushed.pending, 0, "{flushed:?}");
    let _ = control.shutdown(Duration::from_secs(10));
    assert!(proxy.connections() > 1, "the connection was lost meanwhile");
    let ours = u64::try_from(EVENTS).expect("a number");
    assert_eq!(SEEN.load(Ordering::Relaxed), ours, "another layer sees our events and no other");
    assert_eq!(recording.messages().len(), EVENTS);
}
