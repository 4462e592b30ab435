//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::service::broker;
use crate::support::{kafka, unique, values};
use std::time::{Duration, Instant};
use tracework_core::Destination;
use tracework_end_to_end::Pipeline;
use tracework_kafka::Kafka;
use tracing::info;

#[test]
fn what_names_a_missing_topic_is_alone_and_is_delivered_once_it_is_there() {
    let Some(broker) = broker() else { return };
    let prefix = unique("dead");
    kafka(&broker, &format!("{prefix}.acme")).open().expect("it is created");
    let pipeline = Pipeline::to(Kafka::new([&broker[..]], &format!("{prefix}.{{field.tenant}}")));
    pipeline.say(|| {
        let tenant = |text: &str| if text == "three" { "zeta" } else { "acme" };
        ["one", "two", "three", "four", "five"].iter().for_each(|text| info!(tenant = tenant(text), "{text}"));
    });
    let dead_ones = pipeline.dead();
    assert_eq!(dead_ones.len(), 1, "{dead_ones:?}");
    assert!(dead_ones[0].0 == "three" && dead_ones[0].1.contains("is not there"), "{dead_ones:?}");
    assert_eq!(pipeline.delivered(), 4, "its neighbours arrived");
    assert_eq!(values(&broker, &format!("{prefix}.acme"), 4).len(), 4);

    kafka(&broker, &format!("{prefix}.zeta")).open().expect("it is created");
    // A topic that was missed is asked for again after ten seconds.
    let end = Instant::now() + Duration::from_secs(30);
    while !pipeline.dead().is_empty() && Instant::now() < end {
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(pipeline.replay(), 1);
    }
    assert_eq!((pipeline.delivered(), pipeline.dead().len()), (5, 0));
    let values = values(&broker, &format!("{prefix}.zeta"), 1);
    assert!(values.len() == 1 && values[0].contains("\"three\""), "{values:?}");
    pipeline.end();
}
