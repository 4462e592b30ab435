//! Topics that are there, are not, or are made.

use crate::service::broker;
use crate::support::{deliver, kafka, record, unique, values};
use tracework_core::{Destination, FailureClass, Value};
use tracework_kafka::{CreateTopic, Kafka};
use tracework_testkit::TestRecord;

#[test]
fn a_missing_topic_is_told_and_once_it_is_there_it_is_written_to() {
    let Some(broker) = broker() else { return };
    let topic = unique("missing");
    let mut missing = Kafka::new([&broker[..]], &topic);
    let failure = missing.open().expect_err("it is not there");
    assert_eq!(failure.class(), FailureClass::Temporary, "an operator can create it");
    assert_eq!(failure.to_string(), format!("the topic `{topic}` is not there; create it, or set `create_topic`"));
    let failure = deliver(&mut missing, &[record("one")]).expect_err("it is not there");
    assert_eq!((failure.class(), failure.delivered()), (FailureClass::Temporary, 0));
    kafka(&broker, &topic).open().expect("it is created");
    missing.open().expect("it is there");
    deliver(&mut missing, &[record("two")]).expect("delivered");
    assert_eq!(values(&broker, &topic, 1).len(), 1);
}

#[test]
fn records_make_topics_and_a_name_that_is_not_allowed_is_refused_alone() {
    let Some(broker) = broker() else { return };
    let prefix = unique("tenant");
    let mut kafka = kafka(&broker, &format!("{prefix}.{{field.tenant}}"));
    kafka.open().expect("there is a broker");
    let of = |tenant: &str| TestRecord::new(tenant).field("tenant", Value::Str(tenant)).build();
    let failure = deliver(&mut kafka, &[of("acme"), of("../etc"), of("zeta"), of("acme")]).expect_err("one is refused");
    let told: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
    assert_eq!(told, [(1, FailureClass::Permanent)]);
    assert!(failure.to_string().contains("holds `/`"), "{failure}");
    assert_eq!(values(&broker, &format!("{prefix}.acme"), 2).len(), 2);
    assert_eq!(values(&broker, &format!("{prefix}.zeta"), 1).len(), 1);
}

#[test]
fn a_missing_topic_that_a_record_named_holds_up_nobody() {
    let Some(broker) = broker() else { return };
    let prefix = unique("closed");
    kafka(&broker, &format!("{prefix}.acme")).open().expect("it is created");
    let mut kafka = Kafka::new([broker.clone()], &format!("{prefix}.{{field.tenant}}"));
    let of = |tenant: &str| TestRecord::new(tenant).field("tenant", Value::Str(tenant)).build();
    let failure = deliver(&mut kafka, &[of("acme"), of("nobody"), of("acme")]).expect_err("one is refused");
    let told: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
    assert_eq!(told, [(1, FailureClass::Permanent)]);
    assert!(failure.to_string().contains("is not there"), "{failure}");
    assert_eq!(values(&broker, &format!("{prefix}.acme"), 2).len(), 2);
}

#[test]
fn a_topic_is_created_with_so_many_partitions() {
    let Some(broker) = broker() else { return };
    let topic = unique("wide");
    kafka(&broker, &topic).create_topic(CreateTopic { partitions: 5, replication: Some(1) }).open().expect("created");
    let mut config = rdkafka::ClientConfig::new();
    let client: rdkafka::producer::BaseProducer = config.set("bootstrap.servers", &broker).create().expect("a client");
    let found = rdkafka::producer::Producer::client(&client)
        .fetch_metadata(Some(&topic), std::time::Duration::from_secs(5))
        .expect("metadata");
    assert_eq!(found.topics()[0].partitions().len(), 5);
}
