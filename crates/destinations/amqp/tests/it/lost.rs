//! Connections that are lost.

use crate::support::{Queue, deliver, id, records, unique, url};
use std::collections::HashMap;
use std::process::Command;
use std::time::{Duration, Instant};
use tracework_amqp::Amqp;
use tracework_core::{Destination, FailureClass, OwnedRecord};
use tracework_testkit::{Proxy, Way};

/// Delivers as the engine would, until everything was taken; how often it was tried.
fn until_taken(amqp: &mut Amqp, records: &[OwnedRecord]) -> usize {
    let mut left: Vec<OwnedRecord> = records.to_vec();
    for attempt in 1..=20 {
        let Err(failure) = deliver(amqp, &left) else { return attempt };
        assert_eq!(failure.class(), FailureClass::Temporary, "{failure}");
        if !failure.refusals().is_empty() {
            left = failure.refusals().iter().map(|refusal| left[refusal.at].clone()).collect();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it is not taken")
}

/// How often each record arrived.
fn arrived(queue: &Queue, records: &[OwnedRecord]) -> Vec<usize> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for message in queue.messages() {
        *counts.entry(id(&message)).or_default() += 1;
    }
    records.iter().map(|record| counts.get(&record.view().event_id().to_string()).copied().unwrap_or(0)).collect()
}

#[test]
fn a_connection_that_the_broker_closes_is_opened_again() {
    let Some(queue) = Queue::new() else { return };
    let name = unique("connection");
    let mut amqp = queue.amqp().connection_name(&name);
    deliver(&mut amqp, &records(&["before"])).expect("it is delivered");
    if !close_connection(&name) {
        return;
    }
    let told = std::iter::repeat_with(|| {
        std::thread::sleep(Duration::from_millis(20));
        amqp.tick()
    });
    let told = told.take(100).find_map(Result::err).expect("it is noticed").to_string();
    assert!(told.contains("CONNECTION_FORCED") && told.contains("killed by the test"), "{told}");
    deliver(&mut amqp, &records(&["after"])).expect("it is delivered");
    assert_eq!(queue.texts().len(), 2);
}

#[test]
fn a_connection_that_was_closed_unseen_costs_no_delivery() {
    let Some(queue) = Queue::new() else { return };
    let proxy = Proxy::to(queue.at).expect("a proxy");
    let mut amqp = queue.amqp_by(proxy.address());
    deliver(&mut amqp, &records(&["before"])).expect("it is delivered");
    proxy.set(Way::Down);
    std::thread::sleep(Duration::from_millis(100));
    proxy.set(Way::Open);
    let all = records(&["after", "and again"]);
    assert!(until_taken(&mut amqp, &all) <= 2);
    assert_eq!(arrived(&queue, &all).iter().filter(|&&count| count == 0).count(), 0);
}

#[test]
fn whatever_was_not_confirmed_is_published_again_with_the_same_id() {
    let Some(queue) = Queue::new() else { return };
    for lost_after in [1, 2_000, 20_000, 60_000] {
        let proxy = Proxy::to(queue.at).expect("a proxy");
        let mut amqp = queue.amqp_by(proxy.address());
        amqp.open().expect("it connects");
        let texts: Vec<_> = (0..200).map(|number| format!("{number} {}", "x".repeat(200))).collect();
        let all = records(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        proxy.set(Way::ResetAfter(lost_after));
        until_taken(&mut amqp, &all);
        assert!(proxy.connections() > 1, "the connection was reset");
        let counts = arrived(&queue, &all);
        assert!(counts.iter().all(|&count| (1..=2).contains(&count)), "{counts:?}");
    }
}

#[test]
fn confirmations_that_are_lost_cost_duplicates_and_nothing_else() {
    let Some(queue) = Queue::new() else { return };
    let proxy = Proxy::to(queue.at).expect("a proxy");
    let mut amqp = queue.amqp_by(proxy.address()).timeout(Duration::from_millis(500));
    amqp.open().expect("it connects");
    let all = records(&["one", "two", "three"]);
    proxy.set(Way::Deaf);
    let failure = deliver(&mut amqp, &all).expect_err("no confirmation comes");
    assert_eq!((failure.class(), failure.refusals().len()), (FailureClass::Temporary, 0), "{failure}");
    assert!(failure.to_string().contains("no confirmation came within 500ms"), "{failure}");
    proxy.set(Way::Open);
    until_taken(&mut amqp, &all);
    assert_eq!(arrived(&queue, &all), [2, 2, 2], "each arrives twice, with the same id");
}

#[test]
fn a_broker_that_hangs_is_given_up_in_time() {
    let Some(queue) = Queue::new() else { return };
    let proxy = Proxy::to(queue.at).expect("a proxy");
    let hurried = |amqp: Amqp| amqp.timeout(Duration::from_millis(400)).connect_timeout(Duration::from_millis(400));
    let mut amqp = hurried(queue.amqp_by(proxy.address()));
    amqp.open().expect("it connects");
    proxy.set(Way::Stalled);
    let begun = Instant::now();
    let failure = deliver(&mut amqp, &records(&["one"])).expect_err("nothing comes back");
    assert_eq!(failure.class(), FailureClass::Temporary);
    let failure = amqp.open().expect_err("nor when it connects");
    assert!(failure.to_string().contains("took longer than 400 ms"), "{failure}");
    amqp.tick().expect("there is nothing to do");
    amqp.close().expect("it ends");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[test]
fn closing_ends_in_time_though_the_broker_hangs() {
    let Some(queue) = Queue::new() else { return };
    let proxy = Proxy::to(queue.at).expect("a proxy");
    let mut amqp = queue.amqp_by(proxy.address());
    deliver(&mut amqp, &records(&["one"])).expect("it is delivered");
    proxy.set(Way::Stalled);
    let begun = Instant::now();
    amqp.close().expect("it ends");
    assert!(begun.elapsed() < Duration::from_secs(7), "{:?}", begun.elapsed());
}

#[test]
fn a_broker_that_is_down_at_the_start_is_named_and_found_later() {
    let Some(queue) = Queue::new() else { return };
    let proxy = Proxy::to(queue.at).expect("a proxy");
    proxy.set(Way::Down);
    let mut amqp = queue.amqp_by(proxy.address());
    let failure = amqp.open().expect_err("it is down");
    assert_eq!(failure.class(), FailureClass::Temporary);
    assert!(failure.to_string().contains(&format!("connecting to amqp://guest@{}/%2f", proxy.address())), "{failure}");
    let nobody = Amqp::to(&url(([127, 0, 0, 1], 1).into())).and_then(|amqp| amqp.routing_key("x"));
    let refused = nobody.expect("a destination").open().expect_err("nobody listens there");
    assert!(refused.to_string().contains("refused"), "{refused}");
    proxy.set(Way::Open);
    until_taken(&mut amqp, &records(&["one"]));
    assert_eq!(queue.texts().len(), 1);
}

/// Has the broker close a connection, as an operator would; `false`, and a word about it, if there is no `rabbitmqctl`.
fn close_connection(name: &str) -> bool {
    let list = ["list_connections", "-q", "pid", "client_properties"];
    let Ok(listed) = Command::new("rabbitmqctl").args(list).output() else {
        return left_out("there is no rabbitmqctl");
    };
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let Some(line) = listed.lines().find(|line| line.contains(name)) else {
        return left_out("rabbitmqctl does not show the connection");
    };
    let pid = line.split_whitespace().next().expect("a pid");
    let closed = Command::new("rabbitmqctl").args(["close_connection", pid, "killed by the test"]).output();
    closed.is_ok_and(|closed| closed.status.success()) || left_out("rabbitmqctl closes no connection")
}

#[expect(clippy::print_stderr, reason = "a test that was left out says so")]
fn left_out(why: &str) -> bool {
    eprintln!("LEFT OUT: {why}");
    false
}
