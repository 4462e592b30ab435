//! The suite that every destination passes: against the collector, whose exporter may change the order, and against a
//! service of ours, which shows it.

use crate::collector::Collector;
use crate::receiver::Receiver;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tracework_core::{Batch, Destination, Failure, Wants};
use tracework_otlp::{Compression, Otlp, Protocol};
use tracework_testkit::conformance::Subject;
use tracework_testkit::{Proxy, Way};

/// A destination that reaches the collector through a way that can be broken. Without a collector, a service of ours.
fn collected(protocol: Protocol) -> Subject {
    let Some(collector) = Collector::start(&[]) else { return direct(Compression::None) };
    let address = if protocol == Protocol::Grpc { collector.grpc } else { collector.http };
    let proxy = std::rc::Rc::new(Proxy::to(address).expect("a proxy"));
    let otlp = Otlp::new(protocol, format!("http://{}", proxy.address())).timeout(Duration::from_secs(20));
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Counted { otlp, taken: Arc::clone(&taken) };
    let (breaking, mending) = (std::rc::Rc::clone(&proxy), proxy);
    Subject::new(counted, move || {
        let mut messages = collector.messages(taken.load(Ordering::SeqCst));
        messages.sort();
        messages
    })
    .fault(move || breaking.set(Way::Down), move || mending.set(Way::Open))
}

/// A destination that counts what it delivered, so that one knows how much to wait for behind the collector.
struct Counted {
    otlp: Otlp,
    taken: Arc<AtomicUsize>,
}

impl Destination for Counted {
    fn name(&self) -> &'static str {
        self.otlp.name()
    }

    fn open(&mut self) -> Result<(), Failure> {
        self.otlp.open()
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        let delivered = self.otlp.deliver(batch);
        let count = delivered.as_ref().map_or_else(Failure::delivered, |()| batch.len());
        self.taken.fetch_add(count, Ordering::SeqCst);
        delivered
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.otlp.flush()
    }

    fn tick(&mut self) -> Result<(), Failure> {
        self.otlp.tick()
    }

    fn close(&mut self) -> Result<(), Failure> {
        self.otlp.close()
    }

    fn wants(&self) -> Wants {
        self.otlp.wants()
    }
}

fn direct(compression: Compression) -> Subject {
    let receiver = Receiver::taking();
    let proxy = std::rc::Rc::new(Proxy::to(receiver.address()).expect("a proxy"));
    let url = format!("http://{}", proxy.address());
    let otlp = Otlp::grpc(url).compress(compression).in_flight(1).timeout(Duration::from_secs(20));
    let (breaking, mending) = (std::rc::Rc::clone(&proxy), proxy);
    Subject::new(otlp, move || receiver.messages())
        .fault(move || breaking.set(Way::Down), move || mending.set(Way::Open))
}

tracework_testkit::conformance!(collector_by_grpc, collected(Protocol::Grpc));
tracework_testkit::conformance!(collector_by_http, collected(Protocol::Http));
tracework_testkit::conformance!(in_order_by_grpc, direct(Compression::Gzip));
