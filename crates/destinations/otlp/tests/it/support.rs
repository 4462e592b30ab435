//! What the tests share.

use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tracework_core::{Batch, Destination as _, Failure, OwnedRecord};
use tracework_otlp::Otlp;
use tracework_testkit::{Bundle, TestRecord};

/// Records with these messages, each with a service and a host.
pub(crate) fn records<M: AsRef<str>>(messages: &[M]) -> Vec<OwnedRecord> {
    let record = |message: &M| {
        let metadata = [("service", "payments"), ("host", "h1")];
        TestRecord::new(message.as_ref()).shared_metadata(&metadata).build()
    };
    messages.iter().map(record).collect()
}

pub(crate) fn deliver_records(otlp: &mut Otlp, records: Vec<OwnedRecord>) -> Result<(), Failure> {
    Bundle::of_records(records).with(|batch| otlp.deliver(batch))
}

pub(crate) fn deliver<M: AsRef<str>>(otlp: &mut Otlp, messages: &[M]) -> Result<(), Failure> {
    deliver_records(otlp, records(messages))
}

/// What a delivery fails with.
pub(crate) fn failure<M: AsRef<str>>(otlp: &mut Otlp, messages: &[M]) -> Failure {
    deliver(otlp, messages).expect_err("it is not delivered")
}

/// Lends the batches of all bundles.
pub(crate) fn with_all<T>(bundles: &[Bundle], use_them: impl FnOnce(&[Batch<'_>]) -> T) -> T {
    fn deeper<T>(left: &[Bundle], batches: &mut Vec<Batch<'_>>, use_them: impl FnOnce(&[Batch<'_>]) -> T) -> T {
        match left.split_first() {
            None => use_them(batches),
            Some((first, rest)) => first.with(|batch| {
                let mut all: Vec<Batch<'_>> = batches.clone();
                all.push(*batch);
                deeper(rest, &mut all, use_them)
            }),
        }
    }
    deeper(bundles, &mut Vec::new(), use_them)
}

/// A port that nobody listens at.
pub(crate) fn free_port() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port")
}

/// Waits up to 20 seconds until something is so.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
