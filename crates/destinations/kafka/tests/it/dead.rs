//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::service::broker;
use crate::support::{kafka, unique, values};
use std::time::{Duration, Instant};
use tracework_core::Destination;
use tracework_engine::Control;
use tracework_kafka::Kafka;
use tracework_layer::DestinationLayer;
use tracing::info;
use tracing_subscriber::layer::SubscriberExt;

/// Has it all said into the pipeline, and waits until each record is delivered or dead.
fn say(control: &Control, what: impl FnOnce()) {
    let subscriber = tracing_subscriber::registry().with(DestinationLayer::new(control));
    tracing::subscriber::with_default(subscriber, what);
    settle(control);
}

fn settle(control: &Control) {
    assert!(control.flush(Duration::from_secs(30)).is_complete(), "{:?}", control.health());
}

/// The messages of the dead letters of `far`, with why.
fn dead(control: &Control) -> Vec<(String, String)> {
    let letters = control.dead_letters("far").expect("it is there").into_iter();
    letters.map(|letter| (letter.record.view().message().to_owned(), letter.reason)).collect()
}

/// How many it has delivered, in a ledger that adds up.
fn delivered(control: &Control) -> u64 {
    let ledger = &control.health().destinations["far"].ledger;
    assert!(ledger.balances(), "{ledger:?}");
    ledger.delivered
}

#[test]
fn what_names_a_missing_topic_is_alone_and_is_delivered_once_it_is_there() {
    let Some(broker) = broker() else { return };
    let prefix = unique("dead");
    kafka(&broker, &format!("{prefix}.acme")).open().expect("it is created");
    let control = Control::new();
    control.attach("far", Kafka::new([&broker[..]], &format!("{prefix}.{{field.tenant}}"))).expect("it attaches");
    say(&control, || {
        let tenant = |text: &str| if text == "three" { "zeta" } else { "acme" };
        ["one", "two", "three", "four", "five"].iter().for_each(|text| info!(tenant = tenant(text), "{text}"));
    });
    let dead_ones = dead(&control);
    assert_eq!(dead_ones.len(), 1, "{dead_ones:?}");
    assert!(dead_ones[0].0 == "three" && dead_ones[0].1.contains("is not there"), "{dead_ones:?}");
    assert_eq!(delivered(&control), 4, "its neighbours arrived");
    assert_eq!(values(&broker, &format!("{prefix}.acme"), 4).len(), 4);

    kafka(&broker, &format!("{prefix}.zeta")).open().expect("it is created");
    // A topic that was missed is asked for again after ten seconds.
    let end = Instant::now() + Duration::from_secs(30);
    while !dead(&control).is_empty() && Instant::now() < end {
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(control.replay_dead_letters("far").expect("it is there"), 1);
        settle(&control);
    }
    assert_eq!((delivered(&control), dead(&control).len()), (5, 0));
    let values = values(&broker, &format!("{prefix}.zeta"), 1);
    assert!(values.len() == 1 && values[0].contains("\"three\""), "{values:?}");
    assert_eq!(control.shutdown(Duration::from_secs(5)).total.lost, 0);
}
