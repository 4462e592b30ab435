//! Messages that are refused, and producers that end. A mock cluster of librdkafka answers what no broker can be made to.

use crate::service::broker;
use crate::support::{deliver, kafka, record, unique, values};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use std::time::{Duration, Instant};
use tracework_core::{Destination, FailureClass};
use tracework_kafka::Kafka;

fn cluster(topic: &str) -> MockCluster<'static, DefaultProducerContext> {
    let cluster = MockCluster::new(1).expect("a cluster");
    cluster.create_topic(topic, 1, 1).expect("a topic");
    cluster
}

fn told(failure: &tracework_core::Failure) -> Vec<(usize, FailureClass)> {
    failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect()
}

#[test]
fn a_message_too_large_between_good_ones_is_refused_alone() {
    let Some(broker) = broker() else { return };
    let topic = unique("large");
    let mut kafka = kafka(&broker, &topic).client("message.max.bytes", "2000");
    let large = record("x".repeat(3_000));
    let failure = deliver(&mut kafka, &[record("one"), large, record("two")]).expect_err("one is refused");
    assert_eq!(told(&failure), [(1, FailureClass::Permanent)]);
    assert!(failure.to_string().contains("too large; `message.max.bytes`"), "{failure}");
    let values = values(&broker, &topic, 2);
    assert!(values.len() == 2 && values[0].contains("\"one\"") && values[1].contains("\"two\""), "{values:?}");
}

#[test]
fn what_the_broker_refuses_together_is_told_apart() {
    let cluster = cluster("mixed");
    let mut kafka = Kafka::new([cluster.bootstrap_servers()], "mixed").timeout(Duration::from_secs(20));
    kafka.open().expect("it opens");
    // The first request holds all of the batch, or its beginning; its records are then sent in halves.
    let refused = RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    cluster.request_errors(RDKafkaApiKey::Produce, &[refused]);
    let records: Vec<_> = (0..20).map(|number| record(format!("{number}"))).collect();
    deliver(&mut kafka, &records).expect("none of them is refused alone");
    // A single one needs no second attempt.
    cluster.request_errors(RDKafkaApiKey::Produce, &[refused]);
    let failure = deliver(&mut kafka, &[record("alone")]).expect_err("it is refused");
    assert_eq!((told(&failure), failure.class()), (vec![(0, FailureClass::Permanent)], FailureClass::Permanent));
    assert!(failure.to_string().contains("the broker refuses it"), "{failure}");
    // And what comes after it is delivered.
    deliver(&mut kafka, &records).expect("delivered");
}

#[test]
fn an_answer_that_asks_for_patience_is_met_with_another_attempt() {
    let cluster = cluster("patient");
    let mut kafka = Kafka::new([cluster.bootstrap_servers()], "patient").timeout(Duration::from_secs(20));
    let errors = [
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR__TRANSPORT,
    ];
    cluster.request_errors(RDKafkaApiKey::Produce, &errors);
    deliver(&mut kafka, &[record("one"), record("two")]).expect("delivered in the end");
}

#[test]
fn a_client_that_may_not_write_is_told_so() {
    let cluster = cluster("forbidden");
    let mut kafka = Kafka::new([cluster.bootstrap_servers()], "forbidden").timeout(Duration::from_secs(5));
    kafka.open().expect("it opens");
    cluster.request_errors(RDKafkaApiKey::Produce, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED]);
    let failure = deliver(&mut kafka, &[record("one")]).expect_err("it is refused");
    assert_eq!(failure.class(), FailureClass::Temporary, "an operator can grant it");
    assert!(failure.to_string().contains("grant it WRITE"), "{failure}");
    let end = Instant::now() + Duration::from_secs(15);
    while let Err(failure) = deliver(&mut kafka, &[record("one")]) {
        assert!(Instant::now() < end, "once it may: {failure}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_producer_that_ended_is_made_anew() {
    let cluster = cluster("fatal");
    let mut kafka = Kafka::new([cluster.bootstrap_servers()], "fatal").timeout(Duration::from_secs(20));
    cluster.request_errors(
        RDKafkaApiKey::InitProducerId,
        &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED],
    );
    let started = Instant::now();
    let failure = deliver(&mut kafka, &[record("one"), record("two")]).expect_err("the producer ends");
    assert_eq!((failure.class(), failure.delivered()), (FailureClass::Temporary, 0));
    assert!(started.elapsed() < Duration::from_secs(10), "it is not waited for: {:?}", started.elapsed());
    assert!(failure.to_string().contains("made anew"), "{failure}");
    deliver(&mut kafka, &[record("one"), record("two")]).expect("by another producer");
}
