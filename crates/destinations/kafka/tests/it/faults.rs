//! Brokers that are down, hang, or come back, and threads and runtimes around the destination.

use crate::service::{Own, broker, free};
use crate::support::{deliver, kafka, read, record, unique, values};
use std::time::{Duration, Instant};
use tracework_core::{Destination, FailureClass};
use tracework_kafka::Kafka;
use tracework_testkit::{Proxy, Way};

#[test]
fn a_broker_that_is_down_at_the_start_is_found_once_it_is_up() {
    let Some(mut own) = Own::start(|address| address) else { return };
    own.kill();
    let topic = unique("late");
    let mut kafka = kafka(&own.address(), &topic);
    let started = Instant::now();
    let failure = kafka.open().expect_err("nobody is there");
    assert_eq!(failure.class(), FailureClass::Temporary);
    assert!(failure.to_string().starts_with(&format!("no broker answers at {}", own.address())), "{failure}");
    assert!(failure.to_string().contains("Connection refused"), "{failure}");
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    own.start_again();
    kafka.open().expect("it is there");
    deliver(&mut kafka, &[record("one")]).expect("delivered");
    assert_eq!(values(&own.address(), &topic, 1).len(), 1);
}

#[test]
fn a_broker_that_was_killed_is_found_again_without_a_word_to_the_destination() {
    let Some(mut own) = Own::start(|address| address) else { return };
    let topic = unique("killed");
    let mut kafka = kafka(&own.address(), &topic);
    deliver(&mut kafka, &[record("before")]).expect("delivered");
    own.kill();
    own.start_again();
    // It remembers nothing, so the topic has to be made again: that is noticed, and the next attempt makes it.
    let end = Instant::now() + Duration::from_secs(40);
    while let Err(failure) = deliver(&mut kafka, &[record("after")]) {
        assert_eq!(failure.class(), FailureClass::Temporary, "{failure}");
        assert!(Instant::now() < end, "{failure}");
    }
    let values = values(&own.address(), &topic, 1);
    assert!(!values.is_empty() && values.iter().all(|value| value.contains("\"after\"")), "{values:?}");
}

#[test]
fn a_broker_that_hangs_is_given_up_in_time_and_says_so() {
    let mut proxy = None;
    let Some(own) = Own::start(|broker| proxy.insert(Proxy::to(broker).expect("a proxy")).address()) else { return };
    let proxy = proxy.expect("a proxy");
    let topic = unique("hangs");
    let mut kafka = kafka(&proxy.address().to_string(), &topic).timeout(Duration::from_secs(2));
    deliver(&mut kafka, &[record("before")]).expect("delivered");
    proxy.set(Way::Stalled);
    let started = Instant::now();
    let records = [record("lost"), record("too")];
    let failure = deliver(&mut kafka, &records).expect_err("it hangs");
    assert!(started.elapsed() < Duration::from_secs(7), "{:?}", started.elapsed());
    assert_eq!((failure.class(), failure.delivered()), (FailureClass::Temporary, 0));
    assert!(failure.to_string().contains("within 2 s") || failure.to_string().contains("taken back"), "{failure}");
    // What was given up may still lie on the way, and arrive beside the next attempt: as the same event.
    proxy.set(Way::Open);
    deliver(&mut kafka, &records).expect("delivered");
    let read = read(&own.address(), &topic, 3);
    let ids_of = |word: &str| {
        let own = read.iter().filter(|read| read.value.contains(word));
        own.map(|read| read.header("event_id").expect("an id")).collect::<Vec<_>>()
    };
    assert_eq!(ids_of("\"before\"").len(), 1);
    for ids in [ids_of("\"lost\""), ids_of("\"too\"")] {
        assert!((1..=2).contains(&ids.len()) && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
    proxy.set(Way::Stalled);
    let started = Instant::now();
    kafka.close().expect("it closes");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[test]
fn lost_acknowledgements_are_made_good_by_librdkafka_without_a_duplicate() {
    let mut proxy = None;
    let Some(own) = Own::start(|broker| proxy.insert(Proxy::to(broker).expect("a proxy")).address()) else { return };
    let proxy = proxy.expect("a proxy");
    let topic = unique("deaf");
    let mut kafka = kafka(&proxy.address().to_string(), &topic).timeout(Duration::from_secs(20));
    deliver(&mut kafka, &[record("before")]).expect("delivered");
    proxy.set(Way::Deaf);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(500));
            proxy.set(Way::Down);
            std::thread::sleep(Duration::from_millis(200));
            proxy.set(Way::Open);
        });
        let records: Vec<_> = (0..50).map(|number| record(format!("{number:03}"))).collect();
        deliver(&mut kafka, &records).expect("delivered in the end");
    });
    assert_eq!(values(&own.address(), &topic, 51).len(), 51, "each once");
}

#[test]
fn nobody_at_all_costs_an_open_and_a_delivery_no_more_than_said() {
    let mut kafka = Kafka::new([free().to_string()], "logs").timeout(Duration::from_secs(1));
    let started = Instant::now();
    let failure = deliver(&mut kafka, &[record("one"), record("two")]).expect_err("nobody is there");
    assert_eq!((failure.class(), failure.delivered()), (FailureClass::Temporary, 0));
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    kafka.tick().expect("it ticks");
    kafka.flush().expect("nothing waits");
    let started = Instant::now();
    kafka.close().expect("it closes");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[test]
fn a_broker_that_is_no_broker_is_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let mut kafka = Kafka::new([address], "logs");
    let started = Instant::now();
    let failure = kafka.open().expect_err("it never answers");
    assert_eq!(failure.class(), FailureClass::Temporary);
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}

#[test]
fn it_goes_from_thread_to_thread_and_opens_again_after_a_close() {
    let Some(broker) = broker() else { return };
    let topic = unique("plain");
    let mut kafka = kafka(&broker, &topic);
    // Opened, closed by a drop, and used by another thread, one after the other.
    kafka.open().expect("it opens");
    let mut kafka = std::thread::spawn(move || {
        deliver(&mut kafka, &[record("elsewhere")]).expect("delivered");
        kafka
    })
    .join()
    .expect("it does not panic");
    kafka.close().expect("it closes");
    deliver(&mut kafka, &[record("after the close")]).expect("it opens again by itself");
    assert_eq!(values(&broker, &topic, 2).len(), 2);
}
