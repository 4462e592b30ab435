//! A server that goes away, hangs, or finds a message too long.

use crate::messages::deliver;
use crate::server::Server;
use std::time::{Duration, Instant};
use tracework_core::{Destination, FailureClass, OwnedRecord, Value};
use tracework_syslog::Syslog;
use tracework_testkit::{Proxy, TestRecord, Way};

fn numbered(from: usize, count: usize) -> Vec<OwnedRecord> {
    (from..from + count).map(|number| TestRecord::new(format!("number-{number};")).build()).collect()
}

/// Delivers until it succeeds, as the engine does.
fn deliver_at_last(syslog: &mut Syslog, records: &[OwnedRecord]) {
    let end = Instant::now() + Duration::from_secs(20);
    while let Err(failure) = deliver(syslog, records.to_vec()) {
        assert!(Instant::now() < end, "{failure}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_connection_that_was_reset_is_made_again_and_nothing_after_it_is_lost() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::to(([127, 0, 0, 1], server.tcp).into()).expect("a proxy");
    let mut syslog = Syslog::to(&format!("tcp://{}", proxy.address())).expect("an address");
    deliver(&mut syslog, numbered(0, 10)).expect("sent");
    server.lines(10);
    proxy.set(Way::Down);
    std::thread::sleep(Duration::from_millis(100));
    let failure = deliver(&mut syslog, numbered(10, 10)).expect_err("the way is down");
    assert_eq!(failure.class(), FailureClass::Temporary);
    proxy.set(Way::Open);
    deliver_at_last(&mut syslog, &numbered(10, 10));
    let lines = server.lines(20);
    for number in 0..20 {
        assert!(lines.iter().any(|line| line.contains(&format!("number-{number};"))), "{number}");
    }
}

#[test]
fn a_server_that_hangs_costs_the_timeout_and_no_more() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::to(([127, 0, 0, 1], server.tcp).into()).expect("a proxy");
    let syslog = Syslog::to(&format!("tcp://{}", proxy.address())).expect("an address");
    let mut syslog = syslog.timeout(Duration::from_millis(300)).longest(60 << 10);
    deliver(&mut syslog, numbered(0, 1)).expect("sent");
    proxy.set(Way::Stalled);
    let long = || vec![TestRecord::new("long ".repeat(10_000)).build(); 400];
    let start = Instant::now();
    let failure = deliver(&mut syslog, long()).expect_err("nobody takes it");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert!(failure.to_string().starts_with("sending to tcp://127.0.0.1:"), "{failure}");
}

#[test]
fn a_datagram_that_is_too_long_is_refused_alone() {
    let Some(server) = Server::start() else { return };
    let mut syslog = Syslog::to(&format!("udp://127.0.0.1:{}", server.udp)).expect("an address").longest(1 << 20);
    let mut records = numbered(0, 2);
    let value = "x".repeat(8_000);
    let long = TestRecord::new("long");
    let long = (0..12).fold(long, |long, at| long.field(format!("f{at}"), Value::Str(&value)));
    records.insert(1, long.build());
    let failure = deliver(&mut syslog, records).expect_err("one is too long");
    let refused: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
    assert_eq!(refused, [(1, FailureClass::Permanent)]);
    assert!(failure.to_string().contains("bytes is too long for udp://127.0.0.1:"), "{failure}");
    assert_eq!(server.lines(2).len(), 2);
}

#[test]
fn it_closes_in_time_while_the_server_hangs() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::to(([127, 0, 0, 1], server.tcp).into()).expect("a proxy");
    let mut syslog = Syslog::to(&format!("tcp://{}", proxy.address())).expect("an address");
    deliver(&mut syslog, numbered(0, 1)).expect("sent");
    proxy.set(Way::Stalled);
    let start = Instant::now();
    syslog.close().expect("closed");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
