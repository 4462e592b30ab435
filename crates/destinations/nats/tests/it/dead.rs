//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::support::{Stream, text};
use tracework_end_to_end::Pipeline;
use tracework_nats::JetStream;
use tracing::info;

#[test]
fn what_no_stream_listens_to_is_alone_and_is_delivered_once_one_does() {
    let (Some(mut good), Some(absent)) = (Stream::new(), Stream::absent()) else { return };
    let nats = JetStream::to(&format!("nats://{}", good.at)).and_then(|nats| nats.subject("{field.subject}"));
    let pipeline = Pipeline::to(nats.expect("a destination"));
    pipeline.say(|| {
        let subject = |text: &str| if text == "three" { absent.name.clone() } else { good.name.clone() };
        ["one", "two", "three", "four", "five"].iter().for_each(|text| info!(subject = subject(text), "{text}"));
    });
    let dead_ones = pipeline.dead();
    assert_eq!(dead_ones.len(), 1, "{dead_ones:?}");
    assert!(dead_ones[0].0 == "three" && dead_ones[0].1.contains("no stream"), "{dead_ones:?}");
    assert_eq!((pipeline.delivered(), good.messages().len()), (4, 4), "its neighbours arrived");

    let mut there = absent.create();
    assert_eq!(pipeline.replay(), 1);
    assert_eq!((pipeline.delivered(), pipeline.dead().len()), (5, 0));
    let texts: Vec<_> = there.messages().iter().map(text).collect();
    assert!(texts.len() == 1 && texts[0].contains("three"), "{texts:?}");
    pipeline.end();
}
