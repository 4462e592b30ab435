//! Connections that are lost.

use crate::support::{Key, deliver, id, records};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tracework_core::{Destination, FailureClass, OwnedRecord};
use tracework_redis::RedisStream;
use tracework_testkit::{Proxy, Way};

/// Delivers as the engine would, until everything was taken.
fn until_taken(redis: &mut RedisStream, records: &[OwnedRecord]) {
    let mut left: Vec<OwnedRecord> = records.to_vec();
    for _ in 0..20 {
        let Err(failure) = deliver(redis, &left) else { return };
        assert_eq!(failure.class(), FailureClass::Temporary, "{failure}");
        if !failure.refusals().is_empty() {
            left = failure.refusals().iter().map(|refusal| left[refusal.at].clone()).collect();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it is not taken")
}

/// How often each record arrived.
fn arrived(key: &mut Key, records: &[OwnedRecord]) -> Vec<usize> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    key.ids().into_iter().for_each(|id| *counts.entry(id).or_default() += 1);
    records.iter().map(|record| counts.get(&id(record)).copied().unwrap_or(0)).collect()
}

#[test]
fn a_connection_that_the_server_closes_is_opened_again() {
    let Some(mut key) = Key::new() else { return };
    let mut redis = key.destination();
    redis.open().expect("it connects");
    let all = records(&["one", "two"]);
    until_taken(&mut redis, &all[..1]);
    key.run(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    until_taken(&mut redis, &all[1..]);
    assert!(arrived(&mut key, &all).iter().all(|&count| count >= 1));
}

#[test]
fn what_has_no_answer_is_added_again_with_the_same_id() {
    let Some(mut key) = Key::new() else { return };
    for lost_after in [1, 5_000, 40_000] {
        let proxy = Proxy::to(key.at).expect("a proxy");
        let mut redis = key.destination_by(proxy.address());
        redis.open().expect("it connects");
        let all = records(&vec!["a record of some length"; 200]);
        proxy.set(Way::ResetAfter(lost_after));
        until_taken(&mut redis, &all);
        let counts = arrived(&mut key, &all);
        assert!(counts.iter().all(|&count| (1..=2).contains(&count)), "{counts:?}");
    }
}

#[test]
fn answers_that_are_lost_cost_duplicates_and_nothing_else() {
    let Some(mut key) = Key::new() else { return };
    let proxy = Proxy::to(key.at).expect("a proxy");
    let mut redis = key.destination_by(proxy.address()).timeout(Duration::from_millis(300));
    redis.open().expect("it connects");
    let all = records(&["one", "two", "three"]);
    proxy.set(Way::Deaf);
    let failure = deliver(&mut redis, &all).expect_err("no answer comes");
    assert!(failure.to_string().contains("no answer came within 300ms"), "{failure}");
    proxy.set(Way::Open);
    until_taken(&mut redis, &all);
    assert_eq!(arrived(&mut key, &all), [2, 2, 2]);
}

#[test]
fn a_server_that_hangs_or_is_down_is_given_up_in_time() {
    let Some(key) = Key::new() else { return };
    let proxy = Proxy::to(key.at).expect("a proxy");
    let hurry = Duration::from_millis(300);
    let mut redis = key.destination_by(proxy.address()).timeout(hurry).connect_timeout(hurry);
    redis.open().expect("it connects");
    proxy.set(Way::Stalled);
    let begun = Instant::now();
    assert_eq!(deliver(&mut redis, &records(&["one"])).expect_err("it hangs").class(), FailureClass::Temporary);
    redis.open().expect_err("it hangs when it connects, too");
    proxy.set(Way::Down);
    let failure = redis.open().expect_err("it is down");
    assert!(failure.to_string().contains(&format!("connecting to redis://{}", proxy.address())), "{failure}");
    redis.close().expect("it ends");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    proxy.set(Way::Open);
    until_taken(&mut redis, &records(&["one"]));
}
