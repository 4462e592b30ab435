//! Topics that brokers do not know for a moment, as they do when they are back and have not heard of everything yet. A mock
//! cluster of librdkafka says so as long as it is told to.

use crate::support::deliver;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::RDKafkaRespErr;
use std::time::{Duration, Instant};
use tracework_core::FailureClass::{self, Permanent, Temporary};
use tracework_core::{Failure, OwnedRecord, Value};
use tracework_kafka::Kafka;
use tracework_testkit::TestRecord;

type Cluster = MockCluster<'static, DefaultProducerContext>;

const KNOWN: RDKafkaRespErr = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR;
const UNKNOWN: RDKafkaRespErr = RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
const LEADERLESS: RDKafkaRespErr = RDKafkaRespErr::RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;

/// A cluster with the topics `acme` and `zeta`, and a destination that writes to the one that a record names.
fn acme_and_zeta() -> (Cluster, Kafka) {
    let cluster = MockCluster::new(1).expect("a cluster");
    for topic in ["acme", "zeta"] {
        cluster.create_topic(topic, 1, 1).expect("a topic");
    }
    let kafka = Kafka::new([cluster.bootstrap_servers()], "{field.tenant}").timeout(Duration::from_secs(4));
    (cluster, kafka)
}

fn of(tenants: &[&str]) -> Vec<OwnedRecord> {
    let record = |tenant: &&str| TestRecord::new(*tenant).field("tenant", Value::Str(tenant)).build();
    tenants.iter().map(record).collect()
}

/// Delivers to a cluster that does not know `zeta` before a moment has passed.
fn deliver_before_zeta_is_known(cluster: &Cluster, kafka: &mut Kafka, tenants: &[&str]) -> Result<(), Failure> {
    cluster.topic_error("zeta", UNKNOWN).expect("it is told");
    std::thread::scope(|scope| {
        let delivery = scope.spawn(|| deliver(kafka, &of(tenants)));
        std::thread::sleep(Duration::from_millis(700));
        cluster.topic_error("zeta", KNOWN).expect("it is told");
        delivery.join().expect("it does not panic")
    })
}

fn told(failure: &Failure) -> Vec<(usize, FailureClass)> {
    failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect()
}

#[test]
fn a_topic_that_is_not_known_for_a_moment_costs_no_record() {
    let (cluster, mut kafka) = acme_and_zeta();
    deliver_before_zeta_is_known(&cluster, &mut kafka, &["acme", "zeta", "acme", "zeta"]).expect("all of them");
}

#[test]
fn a_broker_that_came_back_is_asked_again_though_it_was_believed_before() {
    let (cluster, mut kafka) = acme_and_zeta();
    let failure = deliver(&mut kafka, &of(&["nobody"])).expect_err("there is no such topic");
    assert_eq!(told(&failure), [(0, Permanent)], "{failure}");
    cluster.broker_down(1).expect("it goes");
    let failure = deliver(&mut kafka, &of(&["acme"])).expect_err("nobody is there");
    assert_eq!(failure.class(), Temporary, "{failure}");
    cluster.broker_up(1).expect("it is back");
    let end = Instant::now() + Duration::from_secs(20);
    while let Err(failure) = deliver_before_zeta_is_known(&cluster, &mut kafka, &["zeta"]) {
        assert!(failure.class() == Temporary && Instant::now() < end, "{failure}");
    }
}

#[test]
fn a_topic_without_a_leader_is_waited_for_though_a_record_named_it() {
    let (cluster, mut kafka) = acme_and_zeta();
    cluster.topic_error("zeta", LEADERLESS).expect("it is told");
    let failure = deliver(&mut kafka, &of(&["acme", "zeta", "acme"])).expect_err("one has no leader");
    assert_eq!(told(&failure), [(1, Temporary)], "{failure}");
    assert!(failure.to_string().contains("the topic `zeta` has no leader yet"), "{failure}");
    cluster.topic_error("zeta", KNOWN).expect("it is told");
    std::thread::sleep(Duration::from_millis(1_100));
    deliver(&mut kafka, &of(&["zeta"])).expect("it has one now");
}

#[test]
fn many_topics_that_are_not_there_hold_up_the_others_no_longer_than_one() {
    let (_cluster, mut kafka) = acme_and_zeta();
    let started = Instant::now();
    let failure = deliver(&mut kafka, &of(&["acme", "a", "b", "c", "d", "e", "zeta"])).expect_err("five are not there");
    assert_eq!(told(&failure), (1..=5).map(|at| (at, Permanent)).collect::<Vec<_>>(), "{failure}");
    // Half of the time that a delivery has.
    assert!((2..6).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    let started = Instant::now();
    let failure = deliver(&mut kafka, &of(&["a", "f", "acme"])).expect_err("two are not there");
    assert_eq!(told(&failure), [(0, Permanent), (1, Permanent)], "{failure}");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}
