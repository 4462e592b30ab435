//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::support::{Queue, unique, url};
use tracework_amqp::Amqp;
use tracework_end_to_end::Pipeline;
use tracing::info;

#[test]
fn what_leads_nowhere_is_alone_and_is_delivered_once_there_is_a_queue() {
    let Some(queue) = Queue::new() else { return };
    let other = unique("queue");
    let amqp = Amqp::to(&url(queue.at)).and_then(|amqp| amqp.routing_key("{field.queue}")).expect("a destination");
    let pipeline = Pipeline::to(amqp);
    pipeline.say(|| {
        let way = |text: &str| if text == "three" { other.clone() } else { queue.name.clone() };
        ["one", "two", "three", "four", "five"].iter().for_each(|text| info!(queue = way(text), "{text}"));
    });
    let dead_ones = pipeline.dead();
    assert_eq!(dead_ones.len(), 1, "{dead_ones:?}");
    assert!(dead_ones[0].0 == "three" && dead_ones[0].1.contains("NO_ROUTE"), "{dead_ones:?}");
    assert_eq!((pipeline.delivered(), queue.texts().len()), (4, 4), "its neighbours arrived");

    let other = Queue::named(queue.at, &other);
    assert_eq!(pipeline.replay(), 1);
    assert_eq!((pipeline.delivered(), pipeline.dead().len()), (5, 0));
    let texts = other.texts();
    assert!(texts.len() == 1 && texts[0].contains("three"), "{texts:?}");
    pipeline.end();
}

/// The broker's words end after 255 bytes, so they do not hold the name.
#[test]
fn what_the_broker_s_words_do_not_name_is_found_alone() {
    let Some(queue) = Queue::new() else { return };
    let exchange = queue.client.exchange(lapin::ExchangeKind::Fanout);
    queue.client.bind(&queue.name, &exchange, "");
    let nowhere = format!("{exchange}-{}", "x".repeat(200));
    let amqp = Amqp::to(&url(queue.at)).and_then(|amqp| amqp.exchange("{field.exchange}")).expect("a destination");
    let pipeline = Pipeline::to(amqp);
    pipeline.say(|| {
        let way = |text: &str| if text == "three" { nowhere.clone() } else { exchange.clone() };
        ["one", "two", "three", "four", "five"].iter().for_each(|text| info!(exchange = way(text), "{text}"));
    });
    let dead_ones = pipeline.dead();
    assert_eq!(dead_ones.len(), 1, "{dead_ones:?}");
    assert!(dead_ones[0].0 == "three" && dead_ones[0].1.contains("(code 404)"), "{dead_ones:?}");
    assert_eq!(pipeline.delivered(), 4, "its neighbours arrived");
    let texts = queue.texts();
    assert!(
        ["one", "two", "four", "five"].iter().all(|text| texts.iter().any(|line| line.contains(text))),
        "{texts:?}"
    );
    pipeline.end();
}
