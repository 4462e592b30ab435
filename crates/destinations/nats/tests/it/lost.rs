//! Connections that are lost.

use crate::support::{Stream, deliver, header, id, records};
use std::time::{Duration, Instant};
use tracework_core::{Destination, FailureClass, OwnedRecord};
use tracework_nats::JetStream;
use tracework_testkit::{Proxy, Way};

/// Delivers as the engine would, until everything was taken.
fn until_taken(nats: &mut JetStream, records: &[OwnedRecord]) {
    let mut left: Vec<OwnedRecord> = records.to_vec();
    for _ in 0..20 {
        let Err(failure) = deliver(nats, &left) else { return };
        assert_eq!(failure.class(), FailureClass::Temporary, "{failure}");
        if !failure.refusals().is_empty() {
            left = failure.refusals().iter().map(|refusal| left[refusal.at].clone()).collect();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it is not taken")
}

/// Every record is there, and once.
fn assert_once(stream: &mut Stream, records: &[OwnedRecord]) {
    let mut arrived: Vec<_> = stream.messages().iter().map(|message| header(message, "Nats-Msg-Id")).collect();
    let mut expected: Vec<_> = records.iter().map(id).collect();
    arrived.sort();
    expected.sort();
    assert_eq!(arrived, expected);
}

#[test]
fn what_has_no_acknowledgement_is_published_again_and_stored_once() {
    let Some(mut stream) = Stream::new() else { return };
    for lost_after in [1, 5_000, 40_000] {
        let proxy = Proxy::to(stream.at).expect("a proxy");
        let mut nats = stream.destination_by(proxy.address());
        nats.open().expect("it connects");
        let all = records(&vec!["a record of some length"; 200]);
        proxy.set(Way::ResetAfter(lost_after));
        until_taken(&mut nats, &all);
        assert_once(&mut stream, &all);
    }
}

#[test]
fn acknowledgements_that_are_lost_cost_no_duplicate() {
    let Some(mut stream) = Stream::new() else { return };
    let proxy = Proxy::to(stream.at).expect("a proxy");
    let mut nats = stream.destination_by(proxy.address()).timeout(Duration::from_millis(300));
    nats.open().expect("it connects");
    let all = records(&["one", "two", "three"]);
    proxy.set(Way::Deaf);
    let failure = deliver(&mut nats, &all).expect_err("no acknowledgement comes");
    assert_eq!((failure.class(), failure.refusals().len()), (FailureClass::Temporary, 0), "{failure}");
    assert!(failure.to_string().contains("no acknowledgement came within 300ms"), "{failure}");
    proxy.set(Way::Open);
    until_taken(&mut nats, &all);
    assert_once(&mut stream, &all);
}

#[test]
fn a_server_that_hangs_or_is_down_is_given_up_in_time() {
    let Some(mut stream) = Stream::new() else { return };
    let proxy = Proxy::to(stream.at).expect("a proxy");
    let hurry = Duration::from_millis(300);
    let mut nats = stream.destination_by(proxy.address()).timeout(hurry).connect_timeout(hurry);
    nats.open().expect("it connects");
    proxy.set(Way::Stalled);
    let begun = Instant::now();
    let failure = deliver(&mut nats, &records(&["one"])).expect_err("it hangs");
    assert_eq!(failure.class(), FailureClass::Temporary, "{failure}");
    nats.open().expect_err("it hangs when it connects, too");
    proxy.set(Way::Down);
    let failure = nats.open().expect_err("it is down");
    assert!(failure.to_string().contains(&format!("connecting to nats://{}", proxy.address())), "{failure}");
    nats.close().expect("it ends");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    proxy.set(Way::Open);
    let all = records(&["two"]);
    until_taken(&mut nats, &all);
    assert!(stream.messages().iter().any(|message| header(message, "Nats-Msg-Id") == id(&all[0])));
}

#[test]
fn it_works_inside_beside_and_after_a_runtime_of_the_program() {
    let Some(mut stream) = Stream::new() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut nats = stream.destination();
    let mut nats = runtime.block_on(async {
        let worker = std::thread::spawn(move || {
            deliver(&mut nats, &records(&["beside"])).expect("it is delivered");
            nats
        });
        worker.join().expect("it does not panic")
    });
    drop(runtime);
    deliver(&mut nats, &records(&["after"])).expect("it is delivered");
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(async move { drop(nats) });
    assert_eq!(stream.messages().len(), 2);
}
