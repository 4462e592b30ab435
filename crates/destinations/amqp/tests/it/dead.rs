//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::support::{Queue, unique, url};
use std::time::Duration;
use tracework_amqp::Amqp;
use tracework_engine::Control;
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
fn what_leads_nowhere_is_alone_and_is_delivered_once_there_is_a_queue() {
    let Some(queue) = Queue::new() else { return };
    let other = unique("queue");
    let amqp = Amqp::to(&url(queue.at)).and_then(|amqp| amqp.routing_key("{field.queue}")).expect("a destination");
    let control = Control::new();
    control.attach("far", amqp).expect("it attaches");
    say(&control, || {
        let way = |text: &str| if text == "three" { other.clone() } else { queue.name.clone() };
        ["one", "two", "three", "four", "five"].iter().for_each(|text| info!(queue = way(text), "{text}"));
    });
    let dead_ones = dead(&control);
    assert_eq!(dead_ones.len(), 1, "{dead_ones:?}");
    assert!(dead_ones[0].0 == "three" && dead_ones[0].1.contains("NO_ROUTE"), "{dead_ones:?}");
    assert_eq!((delivered(&control), queue.texts().len()), (4, 4), "its neighbours arrived");

    let other = Queue::named(queue.at, &other);
    assert_eq!(control.replay_dead_letters("far").expect("it is there"), 1);
    settle(&control);
    assert_eq!((delivered(&control), dead(&control).len()), (5, 0));
    let texts = other.texts();
    assert!(texts.len() == 1 && texts[0].contains("three"), "{texts:?}");
    assert_eq!(control.shutdown(Duration::from_secs(5)).total.lost, 0);
}
